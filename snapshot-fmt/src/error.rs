//! Why a snapshot cannot be read or written.

use alloc::string::String;
use core::fmt;

/// Why a snapshot cannot be read or written. Offsets are in bytes from the start of the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// Larger than [`crate::MAX_LEN`].
    TooLarge {
        /// Its size in bytes.
        len: u64,
    },
    /// Shorter than a header.
    TooShort {
        /// Its size in bytes.
        len: usize,
    },
    /// It does not begin with the magic number.
    NotASnapshot {
        /// What it begins with.
        found: [u8; 4],
    },
    /// Written by a newer version of the format.
    TooNew {
        /// Its version; this reader knows [`crate::VERSION`] and older.
        version: u32,
    },
    /// A version that never was.
    NoSuchVersion {
        /// The version it names.
        version: u32,
    },
    /// It does not have the length its header says: it was cut off, or something follows it.
    Length {
        /// The header's figure in bytes.
        expected: u64,
        /// Its size in bytes.
        found: u64,
    },
    /// A checksum does not match: the bytes are not those that were written.
    Checksum {
        /// What it covers.
        what: What,
        /// Where that starts.
        offset: u64,
        /// The sum in the file.
        stored: u32,
        /// The sum of the bytes.
        computed: u32,
    },
    /// All sums match, yet the content makes no sense: its writer is at fault.
    Malformed {
        /// Which part of the file.
        what: What,
        /// Where that starts.
        offset: u64,
        /// What is wrong.
        why: &'static str,
    },
    /// A function that cannot be read or written.
    Function {
        /// Its name.
        name: String,
        /// What is wrong.
        why: &'static str,
    },
}

/// A part of the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum What {
    /// The fixed header.
    Header,
    /// The section table.
    Table,
    /// A section, by its tag.
    Section([u8; 4]),
    /// Everything after the header.
    File,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Header => f.write_str("the header"),
            What::Table => f.write_str("the section table"),
            What::Section(tag) => write!(f, "section {}", tag.escape_ascii()),
            What::File => f.write_str("the file"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::TooLarge { len } => {
                write!(f, "{len} bytes, and a snapshot has at most {}", crate::MAX_LEN)
            }
            Error::TooShort { len } => {
                write!(f, "only {len} bytes, less than a snapshot's header")
            }
            Error::NotASnapshot { found } => {
                write!(f, "not a snapshot: begins with \"{}\", not \"SNAP\"", found.escape_ascii())
            }
            Error::TooNew { version } => write!(
                f,
                "snapshot format version {version}; this reader knows up to {}: use a newer one",
                crate::VERSION
            ),
            Error::NoSuchVersion { version } => {
                write!(f, "there is no snapshot format version {version}")
            }
            Error::Length { expected, found } => {
                write!(f, "{found} bytes long, but its header says {expected}")
            }
            Error::Checksum { what, offset, stored, computed } => write!(
                f,
                "damaged: the checksum of {what} (offset {offset}) is {computed:08x}, not {stored:08x}"
            ),
            Error::Malformed { what, offset, why } => {
                write!(f, "malformed: {why}, in {what} (offset {offset})")
            }
            Error::Function { name, why } => write!(f, "function {name}: {why}"),
        }
    }
}

impl core::error::Error for Error {}
