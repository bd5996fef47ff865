//! Gives a linked kernel its symbol table.
//!
//! The linker script keeps a segment for it, behind the data, with room in the address space
//! but a placeholder in the file. The table is made from the finished addresses and appended to
//! the file, and the segment is pointed at it: nothing moves, so nothing is linked twice.

use anyhow::{Context, Result, ensure};
use bareflow_machine::symbols::{Function, encode};
use object::LittleEndian;
use object::elf::{FileHeader64, STT_FUNC};
use object::read::elf::{FileHeader, ProgramHeader, SectionHeader, Sym};

/// Name of the section, and of the two symbols around its room.
const SECTION: &[u8] = b".symbols";
const START: &[u8] = b"__symbols_start";
const LIMIT: &[u8] = b"__symbols_limit";
/// Alignment of segments in the file.
const PAGE: usize = 4096;

/// The ELF file with its table in place; unchanged if it keeps no room for one.
///
/// # Errors
/// When the file is not what the linker script says.
pub fn add(elf: Vec<u8>) -> Result<Vec<u8>> {
    let header = FileHeader64::<LittleEndian>::parse(&*elf)?;
    let endian = header.endian()?;
    let sections = header.sections(endian, &*elf)?;
    let Some((index, section)) = sections.section_by_name(endian, SECTION) else {
        return Ok(elf);
    };
    let symbols = sections.symbols(endian, &*elf, object::elf::SHT_SYMTAB)?;
    let mut functions = Vec::new();
    let (mut start, mut limit) = (None, None);
    for symbol in symbols.iter() {
        let name = symbols.symbol_name(endian, symbol)?;
        let address = symbol.st_value(endian);
        match name {
            START => start = Some(address),
            LIMIT => limit = Some(address),
            _ if symbol.st_type() == STT_FUNC => functions.push(Function {
                address,
                size: symbol.st_size(endian),
                name: demangled(name),
            }),
            _ => {}
        }
    }
    let room = limit.zip(start).and_then(|(l, s)| l.checked_sub(s)).context("no room named")?;
    let table = encode(functions);
    ensure!(
        table.len() as u64 <= room,
        "the symbol table takes {} bytes, {room} are kept",
        table.len()
    );

    let address = section.sh_addr(endian);
    let segment = header
        .program_headers(endian, &*elf)?
        .iter()
        .position(|s| s.p_type(endian) == object::elf::PT_LOAD && s.p_vaddr(endian) == address)
        .context("no segment holds the section .symbols")?;
    let program_header = usize::try_from(header.e_phoff(endian))? + segment * 56;
    let section_header = usize::try_from(header.e_shoff(endian))? + index.0 * 64;

    let mut out = elf;
    out.resize(out.len().next_multiple_of(PAGE), 0);
    let offset = out.len() as u64;
    let len = table.len() as u64;
    // p_offset, p_filesz, p_memsz; sh_offset, sh_size.
    for (at, value) in [
        (program_header + 8, offset),
        (program_header + 32, len),
        (program_header + 40, len),
        (section_header + 24, offset),
        (section_header + 32, len),
    ] {
        out[at..at + 8].copy_from_slice(&value.to_le_bytes());
    }
    out.extend(table);
    Ok(out)
}

/// A name as people write it, without the hash of its crate.
fn demangled(name: &[u8]) -> String {
    format!("{:#}", rustc_demangle::demangle(&String::from_utf8_lossy(name)))
}
