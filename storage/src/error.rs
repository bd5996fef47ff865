//! Why an operation on a volume failed.

use alloc::string::String;
use core::fmt;

use crate::device::DeviceError;
use crate::finding::Finding;

/// Why an operation on a volume failed. Whatever it is, the volume is as it was before the
/// operation, or, after a device's error in the midst of a commit, sound all the same.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Error {
    /// The device failed.
    Device(DeviceError),
    /// There is no FAT16 volume.
    NoVolume {
        /// What was found instead.
        why: &'static str,
    },
    /// The volume's structures contradict each other; it takes a repair tool.
    Damaged {
        /// What is wrong.
        finding: Finding,
    },
    /// Nothing has this path.
    NotFound {
        /// The path.
        path: String,
    },
    /// Something has this path already.
    Exists {
        /// The path.
        path: String,
    },
    /// A folder where a file is needed.
    IsFolder {
        /// The path.
        path: String,
    },
    /// A file where a folder is needed.
    NotFolder {
        /// The path.
        path: String,
    },
    /// A folder that is to be removed holds something.
    NotEmpty {
        /// The path.
        path: String,
    },
    /// A path that no file can have.
    BadPath {
        /// The path.
        path: String,
        /// What is wrong with it.
        why: &'static str,
    },
    /// Not enough free space.
    DiskFull {
        /// What was to be written.
        path: String,
        /// Free space in bytes.
        free: u64,
    },
    /// The root folder has a fixed number of entries, and all are used.
    FolderFull {
        /// What was to be created.
        path: String,
    },
    /// The volume was mounted for reading only, or its disk is write-protected.
    ReadOnly,
    /// No memory for the content of a file.
    NoMemory {
        /// The path.
        path: String,
        /// Its size in bytes.
        size: u64,
    },
    /// Larger than a file can be (4 GiB less one byte).
    TooLarge {
        /// The path.
        path: String,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Device(error) => error.fmt(f),
            Error::NoVolume { why } => write!(f, "no FAT16 volume: {why}"),
            Error::Damaged { finding } => {
                write!(f, "the file system is damaged ({finding}): repair it with fsck.fat")
            }
            Error::NotFound { path } => write!(f, "{path}: no such file or folder"),
            Error::Exists { path } => write!(f, "{path}: exists already"),
            Error::IsFolder { path } => write!(f, "{path}: is a folder"),
            Error::NotFolder { path } => write!(f, "{path}: is not a folder"),
            Error::NotEmpty { path } => write!(f, "{path}: the folder is not empty"),
            Error::BadPath { path, why } => write!(f, "{path:?} cannot be a path: {why}"),
            Error::DiskFull { path, free } => {
                write!(f, "{path}: the disk is full ({free} bytes are free)")
            }
            Error::FolderFull { path } => {
                write!(f, "{path}: the root folder has no free entry: use another folder")
            }
            Error::ReadOnly => f.write_str("the volume is read-only"),
            Error::NoMemory { path, size } => {
                write!(f, "{path}: no memory for its {size} bytes")
            }
            Error::TooLarge { path } => write!(f, "{path}: larger than FAT allows (4 GiB)"),
        }
    }
}

impl core::error::Error for Error {}

impl From<DeviceError> for Error {
    fn from(error: DeviceError) -> Error {
        match error {
            DeviceError::ReadOnly => Error::ReadOnly,
            other => Error::Device(other),
        }
    }
}
