//! The LLBC header: what a module in the machine's image has in front of its bitcode.
//!
//! ```text
//!   0  u32       magic, 0x4C4C4243
//!   4  [u8; 32]  module name, UTF-8, filled up with zeros
//!  36  [u8; 64]  entry function, UTF-8, filled up with zeros
//! 100  u32       size of the bitcode in bytes
//! 104  u32       version, 1
//! 108  u32       optimisation level the bitcode was made with, 0 to 3
//! 112  [u8; 16]  zeros
//! 128            bitcode
//! ```
//!
//! Numbers are little-endian.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// The first four bytes, as a little-endian number.
pub const MAGIC: u32 = 0x4C4C_4243;
/// Length of the header in bytes.
pub const SIZE: usize = 128;
/// The version this code writes and reads.
pub const VERSION: u32 = 1;
const NAME: core::ops::Range<usize> = 4..36;
const ENTRY: core::ops::Range<usize> = 36..100;

/// An LLBC header without what follows from the bitcode.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Llbc {
    /// Name of the module, at most 32 bytes.
    pub name: String,
    /// Name of the function to call, at most 64 bytes.
    pub entry: String,
    /// Optimisation level the bitcode was made with.
    pub opt_level: u32,
}

/// Why a header cannot be read or written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LlbcError {
    /// The file ends before the header does.
    Truncated,
    /// A version this code does not know.
    Version(u32),
    /// The file is shorter than the bitcode size says.
    Size {
        /// Bytes of bitcode by the header.
        said: u32,
        /// Bytes behind the header.
        present: usize,
    },
    /// A name holds a zero in the middle, or is no UTF-8.
    Name,
    /// A name is empty.
    Empty,
    /// A name is longer than its field.
    TooLong {
        /// Bytes there are.
        bytes: usize,
        /// Bytes there may be.
        limit: usize,
    },
    /// The bitcode is 4 GiB or more.
    TooLarge,
}

impl fmt::Display for LlbcError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LlbcError::Truncated => write!(f, "the file is shorter than an LLBC header"),
            LlbcError::Version(version) => {
                write!(f, "LLBC version {version} is not known (this reads {VERSION})")
            }
            LlbcError::Size { said, present } => {
                write!(f, "the LLBC header says {said} bytes of bitcode, the file has {present}")
            }
            LlbcError::Name => write!(f, "a name in the LLBC header is no text"),
            LlbcError::Empty => write!(f, "a name in the LLBC header is empty"),
            LlbcError::TooLong { bytes, limit } => {
                write!(f, "a name of {bytes} bytes does not fit the LLBC header ({limit})")
            }
            LlbcError::TooLarge => write!(f, "the bitcode is larger than an LLBC header can say"),
        }
    }
}

impl core::error::Error for LlbcError {}

impl Llbc {
    /// Takes a header off: it and the bitcode behind it. `None` if `bytes` do not start with
    /// the magic number.
    ///
    /// # Errors
    /// What is wrong with the header.
    pub fn parse(bytes: &[u8]) -> Result<Option<(Self, &[u8])>, LlbcError> {
        let Some((magic, _)) = bytes.split_first_chunk::<4>() else { return Ok(None) };
        if u32::from_le_bytes(*magic) != MAGIC {
            return Ok(None);
        }
        let Some((header, bitcode)) = bytes.split_at_checked(SIZE) else {
            return Err(LlbcError::Truncated);
        };
        let number = |at: usize| {
            header[at..at + 4].iter().rev().fold(0u32, |word, byte| word << 8 | u32::from(*byte))
        };
        if number(104) != VERSION {
            return Err(LlbcError::Version(number(104)));
        }
        let said = number(100);
        let Some(bitcode) = bitcode.get(..said as usize) else {
            return Err(LlbcError::Size { said, present: bitcode.len() });
        };
        let (name, entry) = (text(&header[NAME])?, text(&header[ENTRY])?);
        Ok(Some((Self { name, entry, opt_level: number(108) }, bitcode)))
    }

    /// The header, followed by `bitcode`.
    ///
    /// # Errors
    /// What does not fit.
    pub fn wrap(&self, bitcode: &[u8]) -> Result<Vec<u8>, LlbcError> {
        let size = u32::try_from(bitcode.len()).map_err(|_| LlbcError::TooLarge)?;
        let mut out = alloc::vec![0; SIZE];
        out[..4].copy_from_slice(&MAGIC.to_le_bytes());
        for (name, field) in [(&self.name, NAME), (&self.entry, ENTRY)] {
            let (bytes, limit) = (name.len(), field.len());
            match bytes {
                0 => return Err(LlbcError::Empty),
                _ if bytes > limit => return Err(LlbcError::TooLong { bytes, limit }),
                _ if name.contains('\0') => return Err(LlbcError::Name),
                _ => out[field.start..field.start + bytes].copy_from_slice(name.as_bytes()),
            }
        }
        for (at, value) in [(100, size), (104, VERSION), (108, self.opt_level)] {
            out[at..at + 4].copy_from_slice(&value.to_le_bytes());
        }
        out.extend_from_slice(bitcode);
        Ok(out)
    }
}

/// A name that is filled up with zeros.
fn text(field: &[u8]) -> Result<String, LlbcError> {
    let len = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
    let (name, rest) = field.split_at(len);
    if rest.iter().any(|byte| *byte != 0) {
        return Err(LlbcError::Name);
    }
    match core::str::from_utf8(name) {
        Ok("") => Err(LlbcError::Empty),
        Ok(name) => Ok(name.into()),
        Err(_) => Err(LlbcError::Name),
    }
}
