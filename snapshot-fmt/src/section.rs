//! The section table: where each part of the file lies, and its checksum.

use alloc::vec::Vec;

use crate::error::{Error, What};
use crate::header::{HEADER_LEN, Header};

/// Length of a table entry in bytes.
const ENTRY_LEN: usize = 24;

/// The sections of a file in the order they lie in it. Older versions have the first ones of them.
pub(crate) const TAGS: [[u8; 4]; 8] =
    [*b"META", *b"BITC", *b"MODS", *b"NAME", *b"INDX", *b"BODY", *b"CODE", *b"EVNT"];

/// How many of [`TAGS`] a file of this version has.
fn sections(version: u32) -> usize {
    match version {
        1 | 2 => 7,
        _ => TAGS.len(),
    }
}

/// A section's content and where it came from.
#[derive(Clone, Copy)]
pub(crate) struct Part<'a> {
    pub tag: [u8; 4],
    pub offset: u64,
    pub bytes: &'a [u8],
}

impl Part<'_> {
    pub(crate) fn malformed(&self, why: &'static str) -> Error {
        Error::Malformed { what: What::Section(self.tag), offset: self.offset, why }
    }
}

/// Puts header, table and sections together.
pub(crate) fn join(mut header: Header, sections: &[Vec<u8>; TAGS.len()]) -> Vec<u8> {
    let table_len = sections.len() * ENTRY_LEN;
    let total = HEADER_LEN + table_len + sections.iter().map(Vec::len).sum::<usize>();

    let mut file = Vec::with_capacity(total);
    file.resize(HEADER_LEN, 0);
    let mut offset = HEADER_LEN + table_len;
    for (tag, bytes) in TAGS.iter().zip(sections) {
        file.extend_from_slice(tag);
        file.extend_from_slice(&crc32fast::hash(bytes).to_le_bytes());
        file.extend_from_slice(&(offset as u64).to_le_bytes());
        file.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
        offset += bytes.len();
    }
    for bytes in sections {
        file.extend_from_slice(bytes);
    }
    header.total_len = total as u64;
    header.sections = sections.len() as u32;
    header.content_crc = crc32fast::hash(&file[HEADER_LEN..]);
    file[..HEADER_LEN].copy_from_slice(&header.write());
    file
}

/// Takes a file apart and verifies every checksum in it. Sections must follow each other
/// without a gap and fill the file, so that no byte escapes the sums. Those that the file's version does not
/// have are empty.
pub(crate) fn split<'a>(header: &Header, file: &'a [u8]) -> Result<[Part<'a>; TAGS.len()], Error> {
    if header.total_len != file.len() as u64 {
        return Err(Error::Length { expected: header.total_len, found: file.len() as u64 });
    }
    let bad_table = |why| Error::Malformed { what: What::Table, offset: HEADER_LEN as u64, why };
    let count = sections(header.version);
    if header.sections as usize != count {
        return Err(bad_table("a wrong number of sections"));
    }
    let table_end = HEADER_LEN + count * ENTRY_LEN;
    let Some(table) = file.get(HEADER_LEN..table_end) else {
        return Err(bad_table("it does not fit into the file"));
    };

    // One pass over the bytes serves both kinds of sum: the sum of the whole is combined from
    // those of the pieces.
    let mut whole = crc32fast::Hasher::new();
    whole.update(table);
    let mut damaged = None;
    let mut out_of_place = false;
    let mut at = table_end;
    let mut parts = TAGS.map(|tag| Part { tag, offset: 0, bytes: &[] });
    for (part, entry) in parts.iter_mut().zip(table.chunks_exact(ENTRY_LEN)) {
        let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| entry[at + i]));
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;
        let end = usize::try_from(long(16)).ok().and_then(|len| at.checked_add(len));
        let bytes = end.and_then(|end| file.get(at..end));
        let (Some(bytes), true) = (bytes, entry[..4] == part.tag && long(8) == at as u64) else {
            out_of_place = true;
            break;
        };
        let mut sum = crc32fast::Hasher::new();
        sum.update(bytes);
        whole.combine(&sum);
        let (stored, computed) = (word(4), sum.finalize());
        if stored != computed {
            let (what, offset) = (What::Section(part.tag), at as u64);
            damaged = damaged.or(Some(Error::Checksum { what, offset, stored, computed }));
        }
        (part.offset, part.bytes) = (at as u64, bytes);
        at += bytes.len();
    }
    if out_of_place || at != file.len() {
        // The table is at fault, or damaged: the sum of the whole tells.
        whole = crc32fast::Hasher::new();
        whole.update(&file[HEADER_LEN..]);
        out_of_place = true;
    }
    let (stored, computed) = (header.content_crc, whole.finalize());
    match damaged {
        Some(error) => Err(error),
        None if stored != computed => {
            let (what, offset) = (What::File, HEADER_LEN as u64);
            Err(Error::Checksum { what, offset, stored, computed })
        }
        None if out_of_place => Err(bad_table("the sections do not fill the file in order")),
        None => Ok(parts),
    }
}
