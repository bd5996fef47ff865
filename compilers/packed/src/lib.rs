//! Resident compilers as they lie on a disk: packed, with their length and hash.
//!
//! The file is a head of 64 bytes and LZMA2 data of an ELF program whose branches were made
//! absolute (the filter for x86 of xz). Numbers are little-endian.
//!
//! ```text
//!  0  8  "BFPACKED"
//!  8  4  version of this format, 1
//! 12  4  bytes of the dictionary
//! 16  8  length of the program
//! 24  8  length of the packed bytes behind the head
//! 32 32  SHA-256 of bytes 8 to 31 of the head and of the packed bytes
//! ```
//!
//! The hash is what a compiler is known by: the same hash, the same program, the same code. It can be
//! had from the head alone, so that whoever only wants to know which compiler there is reads no more.
//! Nothing is unpacked before length and hash are found right.
#![cfg_attr(not(feature = "pack"), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::string::String;
use alloc::vec;
use core::fmt::{self, Write as _};

use lzma_rust2::Lzma2Reader;
#[cfg(not(feature = "pack"))]
use lzma_rust2::Read as _;
use lzma_rust2::filter::bcj::BcjReader;
use sha2::{Digest, Sha256};

#[cfg(feature = "pack")]
use std::io::Read as _;

#[cfg(feature = "pack")]
mod pack;
#[cfg(feature = "pack")]
pub use pack::pack;

/// Bytes of the head.
pub const HEAD: usize = 64;
const MAGIC: &[u8; 8] = b"BFPACKED";
const VERSION: u32 = 1;
/// Largest dictionary: what unpacking needs of memory beside the packed bytes.
const MOST_DICTIONARY: u32 = 16 << 20;
/// Longest program.
const MOST: u64 = 256 << 20;
/// Bytes that are unpacked at a time.
const PIECE: usize = 64 << 10;

/// What is wrong with a packed compiler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Error {
    /// It is something else.
    NotPacked,
    /// Of another version of this format.
    Version(u32),
    /// The head makes no sense.
    Head,
    /// Its file has another length than its head says.
    Length {
        /// What the head says.
        wanted: u64,
        /// What there is.
        found: u64,
    },
    /// Its bytes are not those that were packed.
    Hash,
    /// The packed bytes make no sense: they were packed so.
    Data,
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::NotPacked => f.write_str("it is no packed compiler"),
            Error::Version(version) => write!(f, "it is packed by version {version} of the format"),
            Error::Head => f.write_str("it is damaged: its head makes no sense"),
            Error::Length { wanted, found } => {
                write!(f, "it is damaged: {found} bytes where {wanted} should be")
            }
            Error::Hash => f.write_str("it is damaged: its hash is another"),
            Error::Data => f.write_str("it cannot be unpacked"),
        }
    }
}

impl core::error::Error for Error {}

/// What the head of a packed compiler says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Head {
    dictionary: u32,
    /// Bytes of the program.
    pub unpacked: u64,
    /// Packed bytes behind the head.
    pub packed: u64,
    hash: [u8; 32],
}

impl Head {
    /// Reads the first [`HEAD`] bytes of a file, or more of it.
    ///
    /// # Errors
    /// It is no packed compiler, or not one that can be unpacked here.
    pub fn read(file: &[u8]) -> Result<Head, Error> {
        let Some(head) = file.first_chunk::<HEAD>().filter(|head| head.starts_with(MAGIC)) else {
            return Err(Error::NotPacked);
        };
        let word = |at: usize| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(&head[at..at + 8]);
            u64::from_le_bytes(bytes)
        };
        let half = |at: usize| (word(at & !7) >> (at % 8 * 8)) as u32;
        if half(8) != VERSION {
            return Err(Error::Version(half(8)));
        }
        let mut hash = [0; 32];
        hash.copy_from_slice(&head[32..]);
        let head = Head { dictionary: half(12), unpacked: word(16), packed: word(24), hash };
        match head.dictionary <= MOST_DICTIONARY && head.unpacked <= MOST && head.packed <= MOST {
            true => Ok(head),
            false => Err(Error::Head),
        }
    }

    /// What the compiler is known by: 16 digits.
    #[must_use]
    pub fn identity(&self) -> String {
        let mut text = String::new();
        for byte in &self.hash[..8] {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }
        text
    }
}

/// A packed compiler that is whole.
#[derive(Clone, Copy, Debug)]
pub struct Packed<'a> {
    head: Head,
    bytes: &'a [u8],
}

impl<'a> Packed<'a> {
    /// Checks a file: length and hash.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(file: &'a [u8]) -> Result<Self, Error> {
        let head = Head::read(file)?;
        let bytes = &file[HEAD..];
        if bytes.len() as u64 != head.packed {
            return Err(Error::Length { wanted: head.packed, found: bytes.len() as u64 });
        }
        let hash = Sha256::new().chain_update(&file[8..32]).chain_update(bytes).finalize();
        if hash[..] != head.hash {
            return Err(Error::Hash);
        }
        Ok(Self { head, bytes })
    }

    /// What its head says.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Unpacks the program, piece after piece. Needs as much memory as the dictionary is long, whatever
    /// the length of the program.
    ///
    /// # Errors
    /// [`Error::Data`], or what `piece` says.
    pub fn unpack<E: From<Error>>(
        &self,
        mut piece: impl FnMut(&[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        let reader = Lzma2Reader::new(self.bytes, self.head.dictionary, None);
        let mut reader = BcjReader::new_x86(reader, 0);
        let mut buffer = vec![0; PIECE];
        let mut left = self.head.unpacked;
        while left > 0 {
            let most = left.min(PIECE as u64) as usize;
            let count = reader.read(&mut buffer[..most]).map_err(|_| Error::Data)?;
            if count == 0 {
                return Err(Error::Data.into());
            }
            piece(&buffer[..count])?;
            left -= count as u64;
        }
        Ok(())
    }
}
