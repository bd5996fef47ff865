//! Why there is no snapshot where one was looked for.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use snapshot_fmt::MAX_LEN;

use crate::failure::{Failure, Kind};

/// Why there is no snapshot.
#[derive(Debug)]
pub struct SourceError {
    /// The file or folder on this machine.
    pub file: PathBuf,
    /// The file inside it, where it is a disk image and one of its files is to blame.
    pub at: Option<String>,
    /// What is wrong.
    pub cause: Cause,
}

/// What is wrong with a source of snapshots.
#[derive(Debug)]
pub enum Cause {
    /// The file cannot be read.
    Io(io::Error),
    /// The volume of a disk image cannot be read.
    Volume(bareflow_storage::Error),
    /// It begins neither like a snapshot nor like a disk.
    Unknown,
    /// It holds no snapshot at all.
    Never,
    /// It holds no snapshot of this boot.
    NotOf(u32),
    /// More bytes than a snapshot may have.
    TooLarge(u64),
    /// The snapshot does not decode.
    Damaged(snapshot_fmt::Error),
}

impl From<io::Error> for Cause {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

impl From<bareflow_storage::Error> for Cause {
    fn from(error: bareflow_storage::Error) -> Self {
        Self::Volume(error)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => error.fmt(f),
            Self::Volume(error) => error.fmt(f),
            Self::Unknown => f.write_str("neither a snapshot nor a disk image with a FAT16 volume"),
            Self::Never => f.write_str("no snapshot in it: it was never booted"),
            Self::NotOf(boot) => write!(f, "no snapshot of boot {boot}"),
            Self::TooLarge(bytes) => {
                write!(f, "{bytes} bytes, and a snapshot has at most {MAX_LEN}")
            }
            Self::Damaged(error) => error.fmt(f),
        }
    }
}

impl SourceError {
    pub(crate) fn new(file: &Path, cause: impl Into<Cause>) -> Self {
        Self { file: file.to_owned(), at: None, cause: cause.into() }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.file.display())?;
        if let Some(at) = &self.at {
            write!(f, "{at}: ")?;
        }
        self.cause.fmt(f)
    }
}

impl std::error::Error for SourceError {}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        let kind = match error.cause {
            Cause::Io(_) | Cause::Volume(_) => Kind::File,
            _ => Kind::Snapshot,
        };
        let failure = Self::new(kind, error.cause.to_string()).file(error.file.display());
        Self { at: error.at, ..failure }
    }
}
