//! The fixed header: what can be said of a file without decoding it.

use crate::error::{Error, What};
use crate::limits::{MAGIC, VERSION};

/// Length of the header in bytes, the same in every version.
pub const HEADER_LEN: usize = 48;

/// The header of a snapshot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Header {
    /// Version of the format.
    pub version: u32,
    /// Length of the whole file in bytes.
    pub total_len: u64,
    /// Boots that led to this snapshot.
    pub boot_count: u32,
    /// Number of functions in it.
    pub functions: u32,
    /// Grows with each save; the higher one is newer.
    pub generation: u64,
    /// Number of sections.
    pub(crate) sections: u32,
    /// CRC-32 of all bytes after the header.
    pub(crate) content_crc: u32,
}

impl Header {
    /// Reads and verifies the header at the start of `bytes`, which may be just the file's
    /// first [`HEADER_LEN`] bytes. The content is not looked at.
    ///
    /// # Errors
    /// Too short, no snapshot, a damaged header, or a version this reader does not know.
    pub fn read(bytes: &[u8]) -> Result<Header, Error> {
        let Some(bytes) = bytes.first_chunk::<HEADER_LEN>() else {
            return Err(Error::TooShort { len: bytes.len() });
        };
        let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| bytes[at + i]));
        let long = |at: usize| u64::from(word(at)) | u64::from(word(at + 4)) << 32;

        let found = word(0).to_le_bytes();
        if found != MAGIC {
            return Err(Error::NotASnapshot { found });
        }
        // The sum comes before the version, so that a flipped bit in the version is called
        // damage and not a newer format.
        let (stored, computed) = (word(44), crc32fast::hash(&bytes[..44]));
        if stored != computed {
            return Err(Error::Checksum { what: What::Header, offset: 0, stored, computed });
        }
        let version = word(4);
        match version {
            0 => return Err(Error::NoSuchVersion { version }),
            1..=VERSION => {}
            _ => return Err(Error::TooNew { version }),
        }
        if word(36) != 0 {
            let why = "the reserved word is not zero";
            return Err(Error::Malformed { what: What::Header, offset: 36, why });
        }
        Ok(Header {
            version,
            total_len: long(8),
            boot_count: word(16),
            functions: word(20),
            generation: long(24),
            sections: word(32),
            content_crc: word(40),
        })
    }

    /// The header's bytes, sealed with its checksum.
    pub(crate) fn write(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[0..4].copy_from_slice(&MAGIC);
        bytes[4..8].copy_from_slice(&self.version.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.total_len.to_le_bytes());
        bytes[16..20].copy_from_slice(&self.boot_count.to_le_bytes());
        bytes[20..24].copy_from_slice(&self.functions.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.generation.to_le_bytes());
        bytes[32..36].copy_from_slice(&self.sections.to_le_bytes());
        bytes[40..44].copy_from_slice(&self.content_crc.to_le_bytes());
        let sum = crc32fast::hash(&bytes[..44]);
        bytes[44..48].copy_from_slice(&sum.to_le_bytes());
        bytes
    }
}
