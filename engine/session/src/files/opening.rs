//! What a descriptor leads to: the console, a file, or a folder, with a position.

use alloc::string::String;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicBool, Ordering::Relaxed};

use bareflow_platform::{FileError, FileId, How, Platform, Status};
use spin::Mutex;

use super::listing;
use crate::errno::Errno;

/// Flags of `open`, as Linux numbers them. What is not here changes nothing on these machines.
const ACCESS: i32 = 3;
const READ: i32 = 0;
const CREATE: i32 = 0o100;
const EXCLUSIVE: i32 = 0o200;
const TRUNCATE: i32 = 0o1000;
pub(crate) const APPEND: i32 = 0o2000;
const DIRECTORY: i32 = 0o200_000;

/// What a descriptor leads to.
#[derive(Debug)]
pub(crate) struct Opening {
    what: What,
    /// How it may be used: 0 to be read, 1 to be written, 2 both.
    access: i32,
    append: AtomicBool,
    /// The next byte, or the next entry. Held by calls that move it, so that each has its own part.
    position: Mutex<u64>,
}

#[derive(Debug)]
enum What {
    Console(u32),
    File { id: FileId, path: String },
    Folder { path: String, entries: Mutex<Vec<u8>> },
}

/// What kind of thing a program is told of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    File = 1,
    Folder = 2,
    Console = 3,
}

/// What a program is told of what is open or has a path, as it lies in the program's memory.
#[repr(C)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Told {
    kind: u64,
    size: u64,
    number: u64,
    changed_ns: u64,
}

impl From<Status> for Told {
    fn from(status: Status) -> Self {
        let kind = if status.is_folder { Kind::Folder } else { Kind::File };
        let Status { size, number, changed_ns, .. } = status;
        Self { kind: kind as u64, size, number, changed_ns }
    }
}

impl Opening {
    /// One of the console's three.
    pub(super) fn console(number: u32) -> Self {
        let access = i32::from(number > 0);
        Self::of(What::Console(number), access, false)
    }

    /// Opens a file, or a folder to be listed.
    pub(super) fn new(platform: &dyn Platform, path: &str, flags: i32) -> Result<Self, Errno> {
        let access = flags & ACCESS;
        if access == ACCESS {
            return Err(Errno::EINVAL);
        }
        let files = platform.files();
        if flags & DIRECTORY != 0 && !files.status(path)?.is_folder {
            return Err(Errno::ENOTDIR);
        }
        let how = How {
            write: access != READ,
            create: flags & CREATE != 0,
            exclusive: flags & EXCLUSIVE != 0,
            truncate: flags & TRUNCATE != 0,
        };
        let what = match files.open(path, how) {
            Ok(id) => What::File { id, path: path.into() },
            Err(FileError::IsFolder) if how.create && how.exclusive => return Err(Errno::EEXIST),
            Err(FileError::IsFolder) if access == READ && !how.create => {
                let entries = Mutex::new(listing::encode(&files.entries(path)?));
                What::Folder { path: path.into(), entries }
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Self::of(what, access, flags & APPEND != 0))
    }

    fn of(what: What, access: i32, append: bool) -> Self {
        Self { what, access, append: append.into(), position: Mutex::new(0) }
    }

    /// Closes what it leads to.
    pub(super) fn close(&self, platform: &dyn Platform) -> Result<(), Errno> {
        match self.what {
            What::File { id, .. } => Ok(platform.files().close(id)?),
            What::Console(_) | What::Folder { .. } => Ok(()),
        }
    }

    /// The number of the console's stream that it is.
    pub(crate) fn as_console(&self) -> Option<u32> {
        if let What::Console(number) = self.what { Some(number) } else { None }
    }

    fn file(&self) -> Result<FileId, Errno> {
        match self.what {
            What::File { id, .. } => Ok(id),
            What::Console(_) => Err(Errno::ESPIPE),
            What::Folder { .. } => Err(Errno::EISDIR),
        }
    }

    /// The file, if it may be read.
    pub(super) fn readable(&self) -> Result<FileId, Errno> {
        if self.access == 1 { Err(Errno::EBADF) } else { self.file() }
    }

    fn writable(&self) -> Result<FileId, Errno> {
        if self.access == READ { Err(Errno::EBADF) } else { self.file() }
    }

    /// Reads on; the number of bytes.
    pub(crate) fn read(&self, platform: &dyn Platform, to: &mut [u8]) -> Result<usize, Errno> {
        if let What::Console(number) = self.what {
            return if number == 0 { Ok(platform.read(to)) } else { Err(Errno::EBADF) };
        }
        let id = self.readable()?;
        let mut position = self.position.lock();
        let count = platform.files().read_at(id, *position, to)?;
        *position += count as u64;
        Ok(count)
    }

    /// Writes on, at the end if the file was opened so.
    pub(crate) fn write(&self, platform: &dyn Platform, bytes: &[u8]) -> Result<usize, Errno> {
        if let What::Console(number) = self.what {
            if number == 0 {
                return Err(Errno::EBADF);
            }
            platform.write(number, bytes);
            return Ok(bytes.len());
        }
        let id = self.writable()?;
        let mut position = self.position.lock();
        if self.append.load(Relaxed) {
            *position = platform.files().status_of(id)?.size;
        }
        platform.files().write_at(id, *position, bytes)?;
        *position += bytes.len() as u64;
        Ok(bytes.len())
    }

    /// Reads from a place on.
    pub(crate) fn read_at(
        &self,
        platform: &dyn Platform,
        to: &mut [u8],
        offset: i64,
    ) -> Result<usize, Errno> {
        let offset = u64::try_from(offset).map_err(|_| Errno::EINVAL)?;
        Ok(platform.files().read_at(self.readable()?, offset, to)?)
    }

    /// Writes from a place on.
    pub(crate) fn write_at(
        &self,
        platform: &dyn Platform,
        bytes: &[u8],
        offset: i64,
    ) -> Result<usize, Errno> {
        let offset = u64::try_from(offset).map_err(|_| Errno::EINVAL)?;
        platform.files().write_at(self.writable()?, offset, bytes)?;
        Ok(bytes.len())
    }

    /// As lseek; the new position. At the start of a folder its entries are looked up anew.
    pub(crate) fn seek(
        &self,
        platform: &dyn Platform,
        offset: i64,
        whence: i32,
    ) -> Result<i64, Errno> {
        let mut position = self.position.lock();
        let end = match &self.what {
            What::Console(_) => return Err(Errno::ESPIPE),
            What::File { id, .. } if whence == 2 => platform.files().status_of(*id)?.size,
            What::File { .. } => 0,
            What::Folder { entries, .. } => entries.lock().len() as u64,
        };
        let from = match whence {
            0 => 0,
            1 => *position as i64,
            2 => end as i64,
            _ => return Err(Errno::EINVAL),
        };
        let to = from.checked_add(offset).filter(|to| *to >= 0).ok_or(Errno::EINVAL)?;
        if let (What::Folder { path, entries }, 0) = (&self.what, to) {
            *entries.lock() = listing::encode(&platform.files().entries(path)?);
        }
        *position = to as u64;
        Ok(to)
    }

    /// Cuts a file's end off, or adds zeros.
    pub(crate) fn resize(&self, platform: &dyn Platform, size: i64) -> Result<(), Errno> {
        let size = u64::try_from(size).map_err(|_| Errno::EINVAL)?;
        // What is no file, or only read, is an invalid argument here (ftruncate(2)).
        let id = self.writable().map_err(|_| Errno::EINVAL)?;
        Ok(platform.files().resize(id, size)?)
    }

    /// Returns once what was written would survive a power cut.
    pub(crate) fn sync(&self, platform: &dyn Platform) -> Result<(), Errno> {
        match self.what {
            What::File { id, .. } => Ok(platform.files().sync(id)?),
            // Changes of a folder are on the disk when they are made.
            What::Folder { .. } => Ok(()),
            What::Console(_) => Err(Errno::EINVAL),
        }
    }

    /// What is known of it.
    pub(crate) fn status(&self, platform: &dyn Platform) -> Result<Told, Errno> {
        Ok(match &self.what {
            What::Console(_) => {
                Told { kind: Kind::Console as u64, size: 0, number: 0, changed_ns: 0 }
            }
            What::File { id, .. } => platform.files().status_of(*id)?.into(),
            What::Folder { path, .. } => platform.files().status(path)?.into(),
        })
    }

    /// The entries of a folder that come next, as many as there is room for, as `getdents64` of Linux
    /// gives them; the number of bytes.
    pub(crate) fn list(&self, to: &mut [u8]) -> Result<usize, Errno> {
        let What::Folder { entries, .. } = &self.what else { return Err(Errno::ENOTDIR) };
        let mut position = self.position.lock();
        let entries = entries.lock();
        let rest = usize::try_from(*position).ok().and_then(|at| entries.get(at..));
        let rest = rest.unwrap_or_default();
        let len = listing::whole(rest, to.len());
        if len == 0 && !rest.is_empty() {
            return Err(Errno::EINVAL);
        }
        to[..len].copy_from_slice(&rest[..len]);
        *position += len as u64;
        Ok(len)
    }

    /// Where it was opened.
    pub(crate) fn path(&self) -> Result<&str, Errno> {
        match &self.what {
            What::Console(_) => Err(Errno::ENOTDIR),
            What::File { path, .. } | What::Folder { path, .. } => Ok(path),
        }
    }

    /// How it was opened: access, and [`APPEND`].
    pub(crate) fn flags(&self) -> i32 {
        self.access | if self.append.load(Relaxed) { APPEND } else { 0 }
    }

    /// Whether writing goes to the end.
    pub(crate) fn set_append(&self, append: bool) {
        self.append.store(append, Relaxed);
    }
}
