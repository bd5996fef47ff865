//! Files as programs work with them: opened, read and written in pieces, listed, renamed, removed.
//!
//! A platform keeps the files that are open; what is written stays in its memory, of which it takes a
//! bounded amount, until the file is synchronised or closed. Positions and descriptors are the session's
//! affair (`engine/session`).
//!
//! Paths are absolute and [plain](crate::path::plain), but on a machine without a disk of its own, whose
//! paths are the host's.

use alloc::string::String;
use alloc::vec::Vec;

/// What programs do with files.
pub trait Files: Sync {
    /// Whether paths begin at a root of the machine's own, so that they are made plain before they
    /// come here.
    fn has_root(&self) -> bool {
        true
    }

    /// Opens a file. It may be open several times, under one number or several: each sees what is
    /// written by any, and each is closed.
    ///
    /// # Errors
    /// See [`FileError`]; [`FileError::IsFolder`] for a folder.
    fn open(&self, path: &str, how: How) -> Result<FileId, FileError>;

    /// Closes it; what was written to it is on the disk when it has been closed as often as opened.
    ///
    /// # Errors
    /// What was written could not be stored. It is closed all the same.
    fn close(&self, file: FileId) -> Result<(), FileError>;

    /// Reads from a place on: as many bytes as there is room for, fewer only at the end of the file.
    ///
    /// # Errors
    /// See [`FileError`].
    fn read_at(&self, file: FileId, offset: u64, to: &mut [u8]) -> Result<usize, FileError>;

    /// Writes from a place on. What lies between the end and that place becomes zeros.
    ///
    /// # Errors
    /// See [`FileError`]; some of it may have been written then.
    fn write_at(&self, file: FileId, offset: u64, bytes: &[u8]) -> Result<(), FileError>;

    /// Cuts the end off, or adds zeros.
    ///
    /// # Errors
    /// See [`FileError`].
    fn resize(&self, file: FileId, size: u64) -> Result<(), FileError>;

    /// Returns once all that was written to the file would survive a power cut.
    ///
    /// # Errors
    /// See [`FileError`].
    fn sync(&self, file: FileId) -> Result<(), FileError>;

    /// The same for all files.
    ///
    /// # Errors
    /// The first one.
    fn sync_all(&self) -> Result<(), FileError>;

    /// What is known of an open file.
    ///
    /// # Errors
    /// See [`FileError`].
    fn status_of(&self, file: FileId) -> Result<Status, FileError>;

    /// What is known of what has this path.
    ///
    /// # Errors
    /// See [`FileError`].
    fn status(&self, path: &str) -> Result<Status, FileError>;

    /// What is in a folder, itself and the one above left out, in no order.
    ///
    /// # Errors
    /// See [`FileError`].
    fn entries(&self, folder: &str) -> Result<Vec<FolderEntry>, FileError>;

    /// Gives a file or folder another path, in the place of the file, or the empty folder, that has it.
    /// A file is there under one of the two paths at every moment.
    ///
    /// # Errors
    /// See [`FileError`].
    fn rename(&self, from: &str, to: &str) -> Result<(), FileError>;

    /// Removes a file. Where it is open, it goes on without a name until it is closed.
    ///
    /// # Errors
    /// See [`FileError`].
    fn remove(&self, path: &str) -> Result<(), FileError>;

    /// Makes a folder in one that is there.
    ///
    /// # Errors
    /// See [`FileError`].
    fn make_folder(&self, path: &str) -> Result<(), FileError>;

    /// Removes an empty folder.
    ///
    /// # Errors
    /// See [`FileError`].
    fn remove_folder(&self, path: &str) -> Result<(), FileError>;
}

/// An open file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct FileId(pub u32);

/// How a file is opened.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct How {
    /// It will be written.
    pub write: bool,
    /// It is made when it is not there.
    pub create: bool,
    /// With `create`: it must not be there.
    pub exclusive: bool,
    /// What is in it goes.
    pub truncate: bool,
}

/// What is known of a file or folder.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Status {
    /// Whether it is a folder.
    pub is_folder: bool,
    /// Bytes in a file.
    pub size: u64,
    /// No other file has the same number now.
    pub number: u64,
    /// When it was last changed, in nanoseconds since the beginning of 1970; 0 where nobody knows.
    pub changed_ns: u64,
}

/// What is in a folder.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FolderEntry {
    /// Its name.
    pub name: String,
    /// Whether it is a folder.
    pub is_folder: bool,
}

/// Why a file operation failed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FileError {
    /// No such file or folder.
    NotFound,
    /// A file of that name is there already.
    Exists,
    /// No room.
    Full,
    /// The disk cannot be written.
    ReadOnly,
    /// There is no disk.
    NoDisk,
    /// Whoever runs the machine may not do that with the file.
    Forbidden,
    /// A folder, where a file is wanted.
    IsFolder,
    /// A file, where the path goes on as if it were a folder.
    NotFolder,
    /// A path that no file on this disk can have.
    BadPath,
    /// A folder that is to go is not empty.
    NotEmpty,
    /// A folder that would come to lie in itself, or the root.
    BadMove,
    /// Larger than a file can be.
    TooLarge,
    /// Neither a file nor a folder: a device, a pipe, a socket.
    Device,
    /// The file is larger than the memory that is left.
    NoMemory,
    /// The device or the file system failed: what it said.
    Broken(String),
}

impl core::fmt::Display for FileError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(match self {
            FileError::NotFound => "no such file or folder",
            FileError::Exists => "a file of that name exists",
            FileError::Full => "no room on the disk",
            FileError::ReadOnly => "the disk is read-only",
            FileError::NoDisk => "there is no disk",
            FileError::Forbidden => "permission denied",
            FileError::IsFolder => "it is a folder",
            FileError::NotFolder => "a part of the path is no folder",
            FileError::BadPath => "no file can have this path",
            FileError::NotEmpty => "the folder is not empty",
            FileError::BadMove => "a folder cannot be moved into itself, nor the root at all",
            FileError::TooLarge => "larger than a file can be",
            FileError::Device => "it is a device",
            FileError::NoMemory => "it is larger than the memory that is left",
            FileError::Broken(why) => why,
        })
    }
}

impl core::error::Error for FileError {}
