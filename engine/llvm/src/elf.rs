//! From an ELF object, as LLVM writes it, to an [`Object`].
//!
//! All read-only data become the object's constants, one section behind the other. What an object
//! of one function has no use for (writable data, other kinds of relocations, names that the program
//! has not) is refused by name.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_object::{Object, Reloc, RelocKind, Section, Target};
use object::read::elf::ElfFile64;
use object::{
    Endianness, Object as _, ObjectSection as _, ObjectSymbol as _, RelocationFlags,
    RelocationTarget, SectionFlags, SectionIndex, SymbolSection, elf,
};

type File<'d> = ElfFile64<'d, Endianness>;

/// Where a section of the file has come to lie.
#[derive(Clone, Copy, Debug)]
struct Place {
    section: Section,
    offset: u64,
}

/// Takes the function `symbol` out of an ELF object.
///
/// # Errors
/// What in it cannot be used, in words.
pub(crate) fn read(symbol: &str, bytes: &[u8]) -> Result<Object, String> {
    let file = File::parse(bytes).map_err(|error| format!("an object that is none: {error}"))?;
    let mut object =
        Object { symbol: symbol.to_owned(), text_align: 16, consts_align: 1, ..Object::default() };
    let mut places: Vec<(SectionIndex, Place)> = Vec::new();
    for section in file.sections() {
        let SectionFlags::Elf { sh_flags, .. } = section.flags() else { continue };
        let name = section.name().unwrap_or_default();
        if sh_flags.0 & elf::SHF_ALLOC.0 == 0 || section.size() == 0 || name == ".eh_frame" {
            continue;
        }
        let data = section.data().map_err(|error| format!("section {name}: {error}"))?;
        let align = section.align().max(1);
        let executable = sh_flags.0 & elf::SHF_EXECINSTR.0 != 0;
        let written = sh_flags.0 & elf::SHF_WRITE.0 != 0;
        let (kind, out, aligned) = match (executable, written) {
            (true, _) if object.text.is_empty() => {
                (Section::Text, &mut object.text, &mut object.text_align)
            }
            (true, _) => return Err(format!("a second section of code, {name}")),
            // Written once, by whoever relocates it.
            (false, true) if !name.starts_with(".data.rel.ro") => {
                return Err(format!("{} bytes of writable data in {name}", section.size()));
            }
            (false, _) => (Section::Consts, &mut object.consts, &mut object.consts_align),
        };
        *aligned = (*aligned).max(u32::try_from(align).unwrap_or(u32::MAX));
        let offset = (out.len() as u64).next_multiple_of(align);
        out.resize(offset as usize, 0);
        out.extend_from_slice(data);
        places.push((section.index(), Place { section: kind, offset }));
    }
    if object.text.is_empty() {
        return Err("an object without code".into());
    }
    let entry = file.symbol_by_name(symbol).ok_or("an object without its function")?;
    if entry.address() != 0 {
        return Err("a function that does not begin its section".into());
    }
    for (index, place) in &places {
        let section = file.section_by_index(*index).map_err(|error| error.to_string())?;
        for (offset, reloc) in section.relocations() {
            let offset = u32::try_from(place.offset + offset).map_err(|_| "an offset too large")?;
            let (target, base) = target(&file, &places, reloc.target())?;
            let kind = kind(reloc.flags())?;
            let addend = reloc.addend().wrapping_add(base);
            object.relocs.push(Reloc { section: place.section, offset, kind, target, addend });
        }
    }
    object.relocs.sort_by_key(|reloc| (reloc.section == Section::Consts, reloc.offset));
    Ok(object)
}

/// What a relocation names, and how far behind its start.
fn target(
    file: &File<'_>,
    places: &[(SectionIndex, Place)],
    target: RelocationTarget,
) -> Result<(Target, i64), String> {
    let RelocationTarget::Symbol(index) = target else {
        return Err("a relocation without a symbol".into());
    };
    let symbol = file.symbol_by_index(index).map_err(|error| error.to_string())?;
    let section = match symbol.section() {
        SymbolSection::Undefined => {
            let name = symbol.name().map_err(|error| error.to_string())?;
            return Ok((Target::Symbol(name.to_owned()), 0));
        }
        SymbolSection::Section(index) => index,
        other => return Err(format!("a symbol in {other:?}")),
    };
    let place = places.iter().find(|(index, _)| *index == section).map(|(_, place)| *place);
    let place = place.ok_or("a relocation to a section that was left out")?;
    let offset = (place.offset + symbol.address()) as i64;
    Ok(match place.section {
        Section::Text => (Target::Text, offset),
        Section::Consts => (Target::Consts, offset),
    })
}

fn kind(flags: RelocationFlags) -> Result<RelocKind, String> {
    let RelocationFlags::Elf { r_type } = flags else {
        return Err("a relocation of another format".into());
    };
    Ok(match r_type {
        elf::R_X86_64_PLT32 => RelocKind::Call32,
        elf::R_X86_64_PC32 => RelocKind::Pc32,
        elf::R_X86_64_GOTPCREL | elf::R_X86_64_GOTPCRELX | elf::R_X86_64_REX_GOTPCRELX => {
            RelocKind::GotPc32
        }
        elf::R_X86_64_64 => RelocKind::Abs64,
        other => return Err(format!("a relocation of kind {other}")),
    })
}
