//! The ELF file: the image with names, and a note that says where PVH enters it.
//!
//! ```text
//!   file header | program headers | note | image | symbols | names | section names | sections
//! ```
//!
//! (System V ABI, chapters 4 and 5; `xen/include/public/elfnote.h` for the note.)

use crate::link::{Kind, Layout, UnitId, Units};
use alloc::vec;
use alloc::vec::Vec;

const HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;
const PROGRAM_HEADERS: usize = 3;
const NOTE_AT: usize = HEADER + PROGRAM_HEADERS * PROGRAM_HEADER;
const NOTE: usize = 20;
/// Offset of the image; a page, so that file offsets and addresses agree modulo pages.
const IMAGE_AT: usize = 4096;
/// `XEN_ELFNOTE_PHYS32_ENTRY`
const PHYS32_ENTRY: u32 = 18;

/// The file for `image`, the bytes that [`crate::link::relocate`] gave.
pub fn write(units: &Units, layout: &Layout, image: &[u8]) -> Vec<u8> {
    let at = |id: &UnitId| layout.address[id.0 as usize].unwrap_or(layout.base);
    let first = |kinds: &[Kind]| {
        layout.order.iter().find(|id| kinds.contains(&units.unit(**id).kind)).map(at)
    };
    let data = layout.data_load;
    let rodata = first(&[Kind::Rodata]).unwrap_or(data);
    let entry = first(&[Kind::Pvh]).unwrap_or(layout.base);
    let offset = |address: u64| IMAGE_AT as u64 + (address - layout.base);

    let mut file = vec![0; IMAGE_AT];
    file.extend_from_slice(image);

    // Symbols: every name of a unit that is in the image.
    let mut names = vec![0u8];
    let mut symbols = vec![0u8; 24];
    for (name, unit, inside) in units.symbols() {
        let Some(address) = layout.address[unit.0 as usize] else { continue };
        if name.starts_with("machine.section.") {
            continue;
        }
        let unit = units.unit(unit);
        let (kind, section) = match unit.kind {
            Kind::Rodata => (OBJECT, 2u16),
            Kind::Data => (OBJECT, 3),
            Kind::Bss => (OBJECT, 4),
            _ => (FUNCTION, 1),
        };
        let size = if inside == 0 { unit.size } else { 0 };
        push(&mut symbols, &[&(names.len() as u32).to_le_bytes(), &[GLOBAL | kind, 0]]);
        push(&mut symbols, &[&section.to_le_bytes()]);
        push(&mut symbols, &[&(address + inside).to_le_bytes(), &size.to_le_bytes()]);
        names.extend_from_slice(name.as_bytes());
        names.push(0);
    }

    let section_names = b"\0.text\0.rodata\0.data\0.bss\0.note.Xen\0.symtab\0.strtab\0.shstrtab\0";
    let name_of = |wanted: &str| {
        let found = section_names.windows(wanted.len() + 1);
        found.clone().position(|w| &w[..wanted.len()] == wanted.as_bytes() && w[wanted.len()] == 0)
    };
    file.resize(file.len().next_multiple_of(8), 0);
    let symbols_at = file.len();
    file.extend_from_slice(&symbols);
    let names_at = file.len();
    file.extend_from_slice(&names);
    let section_names_at = file.len();
    file.extend_from_slice(section_names);
    file.resize(file.len().next_multiple_of(8), 0);
    let sections_at = file.len();
    let section = |name: &str, kind: u32, flags: u64, address: u64, place: [u64; 2]| {
        let mut header = Vec::with_capacity(64);
        let name = name_of(name).unwrap_or(0) as u32;
        push(&mut header, &[&name.to_le_bytes(), &kind.to_le_bytes(), &flags.to_le_bytes()]);
        push(&mut header, &[&address.to_le_bytes(), &place[0].to_le_bytes()]);
        push(&mut header, &[&place[1].to_le_bytes()]);
        // Link, info: only the symbol table has them. Its first entry is the only local one.
        let (link, info, size) = if kind == 2 { (7u32, 1u32, 24u64) } else { (0, 0, 0) };
        push(&mut header, &[&link.to_le_bytes(), &info.to_le_bytes(), &1u64.to_le_bytes()]);
        push(&mut header, &[&size.to_le_bytes()]);
        header
    };
    let base = layout.base;
    let headers = [
        vec![0; 64],
        section(".text", 1, 2 | 4, base, [offset(base), rodata - base]),
        section(".rodata", 1, 2, rodata, [offset(rodata), data - rodata]),
        section(".data", 1, 2 | 1, layout.data, [offset(data), layout.file_end - data]),
        section(
            ".bss",
            8,
            2 | 1,
            layout.bss,
            [offset(layout.file_end), layout.bss_end - layout.bss],
        ),
        section(".note.Xen", 7, 0, 0, [NOTE_AT as u64, NOTE as u64]),
        section(".symtab", 2, 0, 0, [symbols_at as u64, symbols.len() as u64]),
        section(".strtab", 3, 0, 0, [names_at as u64, names.len() as u64]),
        section(".shstrtab", 3, 0, 0, [section_names_at as u64, section_names.len() as u64]),
    ];
    headers.iter().for_each(|header| file.extend_from_slice(header));

    let mut head = Vec::with_capacity(IMAGE_AT);
    push(&mut head, &[b"\x7fELF", &[2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0]]);
    push(&mut head, &[&2u16.to_le_bytes(), &62u16.to_le_bytes(), &1u32.to_le_bytes()]);
    push(&mut head, &[&entry.to_le_bytes(), &(HEADER as u64).to_le_bytes()]);
    push(&mut head, &[&(sections_at as u64).to_le_bytes(), &0u32.to_le_bytes()]);
    for half in [HEADER, PROGRAM_HEADER, PROGRAM_HEADERS, 64, headers.len(), headers.len() - 1] {
        push(&mut head, &[&(half as u16).to_le_bytes()]);
    }
    let segment =
        |kind: u32, flags: u32, offset: u64, address: u64, sizes: [u64; 2], align: u64| {
            let mut header = Vec::with_capacity(PROGRAM_HEADER);
            push(&mut header, &[&kind.to_le_bytes(), &flags.to_le_bytes(), &offset.to_le_bytes()]);
            push(&mut header, &[&address.to_le_bytes(), &address.to_le_bytes()]);
            push(&mut header, &[&sizes[0].to_le_bytes(), &sizes[1].to_le_bytes()]);
            push(&mut header, &[&align.to_le_bytes()]);
            header
        };
    let size = layout.file_end - base;
    let zeroed = layout.bss_end - layout.bss;
    // All of it is writable and executable, since without a loader of pages nothing else holds.
    push(&mut head, &[&segment(1, 7, offset(base), base, [size, size], 4096)]);
    push(&mut head, &[&segment(1, 6, offset(layout.file_end), layout.bss, [0, zeroed], 1)]);
    push(&mut head, &[&segment(4, 4, NOTE_AT as u64, 0, [NOTE as u64; 2], 4)]);
    push(&mut head, &[&4u32.to_le_bytes(), &4u32.to_le_bytes(), &PHYS32_ENTRY.to_le_bytes()]);
    push(&mut head, &[b"Xen\0", &(entry as u32).to_le_bytes()]);
    file[..head.len()].copy_from_slice(&head);
    file
}

const GLOBAL: u8 = 1 << 4;
const OBJECT: u8 = 1;
const FUNCTION: u8 = 2;

fn push(to: &mut Vec<u8>, parts: &[&[u8]]) {
    parts.iter().for_each(|part| to.extend_from_slice(part));
}
