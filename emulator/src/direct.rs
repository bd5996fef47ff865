//! The kernel of an image as an ELF file, for machines that no BIOS boots.
//!
//! The FLUD file in the image's boot area holds the whole kernel, its PVH note included; the ELF
//! file is one loadable segment around it and a pointer to that note. So microvm runs exactly
//! the kernel that the image carries.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use bareflow_boot::flud::{HEADER_BYTES, Header, LONGEST_PAYLOAD};

use crate::EmulatorError;

/// Bytes of an ELF header, and of one program header.
const ELF_BYTES: usize = 64;
const SEGMENT_BYTES: usize = 56;
/// Where the segment starts in the file.
const PAYLOAD_AT: usize = 4096;

/// A kernel taken out of an image.
pub(crate) struct Extracted {
    /// Its ELF file.
    pub(crate) elf: Vec<u8>,
    /// The command line that stage 2 would hand it.
    pub(crate) command_line: String,
}

/// The kernel in `image`.
pub(crate) fn kernel_of(image: &Path) -> Result<Extracted, EmulatorError> {
    let bad = |why: String| EmulatorError::File(image.to_owned(), why);
    let flud = read_flud(image).map_err(|error| bad(error.to_string()))?;
    let (header, payload) = Header::parse(&flud).map_err(|error| bad(error.to_string()))?;
    let note = find_note(payload)
        .ok_or_else(|| bad("its kernel has no PVH entry: it starts from a BIOS only".to_owned()))?;
    let command_line = String::from_utf8_lossy(Header::command_line(&flud)).into_owned();
    Ok(Extracted { elf: wrap(&header, payload, note), command_line })
}

/// The FLUD file in the boot area, cut off at its longest.
fn read_flud(image: &Path) -> std::io::Result<Vec<u8>> {
    let mut file = File::open(image)?;
    let mut area = [0; 1024];
    file.read_exact(&mut area)?;
    let number =
        |at: usize| u32::from_le_bytes([area[at], area[at + 1], area[at + 2], area[at + 3]]);
    if area[512..516] != *b"BFS2" {
        return Err(std::io::Error::other("sector 1 holds no BareFlow loader"));
    }
    let length = (u64::from(number(520)) * 512).min(LONGEST_PAYLOAD + HEADER_BYTES as u64);
    file.seek(SeekFrom::Start(u64::from(number(516)) * 512))?;
    let mut flud = Vec::new();
    file.take(length).read_to_end(&mut flud)?;
    Ok(flud)
}

/// Offset of the note: name length 4, value length 8, type 18, "Xen".
fn find_note(payload: &[u8]) -> Option<usize> {
    const NOTE: [u8; 16] = *b"\x04\0\0\0\x08\0\0\0\x12\0\0\0Xen\0";
    (0..payload.len())
        .step_by(4)
        .find(|&at| payload[at..].starts_with(&NOTE) && payload.len() >= at + NOTE.len() + 8)
}

/// One segment of code and data and one of notes around a payload.
fn wrap(header: &Header, payload: &[u8], note: usize) -> Vec<u8> {
    const LOAD: u32 = 1;
    const NOTE: u32 = 4;
    let mut out = Vec::with_capacity(PAYLOAD_AT + payload.len());
    out.extend_from_slice(b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0");
    out.extend_from_slice(&[2, 0, 62, 0, 1, 0, 0, 0]); // executable, x86-64, version 1
    for value in [header.entry, ELF_BYTES as u64, 0] {
        out.extend_from_slice(&value.to_le_bytes());
    }
    out.extend_from_slice(&0_u32.to_le_bytes());
    for value in [ELF_BYTES as u16, SEGMENT_BYTES as u16, 2, 64, 0, 0] {
        out.extend_from_slice(&value.to_le_bytes());
    }
    let mut segment =
        |kind: u32, flags: u32, offset: u64, address: u64, bytes: u64, memory: u64| {
            out.extend_from_slice(&kind.to_le_bytes());
            out.extend_from_slice(&flags.to_le_bytes());
            for value in [PAYLOAD_AT as u64 + offset, address, address, bytes, memory, 4] {
                out.extend_from_slice(&value.to_le_bytes());
            }
        };
    let (note, base) = (note as u64, header.load_address);
    segment(LOAD, 7, 0, base, header.payload_bytes, header.memory_bytes);
    segment(NOTE, 4, note, base + note, 24, 24);
    out.resize(PAYLOAD_AT, 0);
    out.extend_from_slice(payload);
    out
}
