//! The files that a program works with.

use alloc::vec::Vec;
use core::sync::atomic::{AtomicU64, Ordering};

use bareflow_platform::{FileError, FileId, Files, FolderEntry, How, Status};
use bareflow_storage::{Error, NodeId, Opening, Partition};

use super::volume::with_files;
use crate::devices::clock;
use crate::devices::disk::Disk;

/// Nanoseconds after which what a program has written goes to the disk unasked, at its next write.
const PATIENCE_NS: u64 = 5_000_000_000;

/// When the oldest byte was written that may not be on the disk; 0 when all are.
static WAITS_SINCE: AtomicU64 = AtomicU64::new(0);

/// Works with the files of the volume, those that programs have open included.
///
/// # Errors
/// There is no volume, or what the work gave.
pub fn at_work<R>(
    act: impl FnOnce(&mut bareflow_storage::Files<Partition<Disk>>) -> Result<R, Error>,
) -> Result<R, FileError> {
    with_files(act).ok_or(FileError::NoDisk)?.map_err(explain)
}

/// Why an operation failed, as the engine is told.
fn explain(error: Error) -> FileError {
    match error {
        Error::NotFound { .. } => FileError::NotFound,
        Error::Exists { .. } => FileError::Exists,
        Error::DiskFull { .. } | Error::FolderFull { .. } => FileError::Full,
        Error::ReadOnly => FileError::ReadOnly,
        Error::IsFolder { .. } => FileError::IsFolder,
        Error::NotFolder { .. } => FileError::NotFolder,
        Error::NotEmpty { .. } => FileError::NotEmpty,
        Error::BadPath { .. } => FileError::BadPath,
        Error::TooLarge { .. } => FileError::TooLarge,
        Error::NoMemory { .. } => FileError::NoMemory,
        other => FileError::Broken(alloc::format!("{other}")),
    }
}

fn status(found: bareflow_storage::Status) -> Status {
    let bareflow_storage::Status { is_folder, size, number } = found;
    Status { is_folder, size, number, changed_ns: 0 }
}

/// The files of the volume, for programs.
#[derive(Debug)]
pub struct ProgramFiles;

impl Files for ProgramFiles {
    fn open(&self, path: &str, how: How) -> Result<FileId, FileError> {
        let How { write, create, exclusive, truncate } = how;
        let opened =
            at_work(|files| files.open(path, Opening { write, create, exclusive, truncate }));
        match opened {
            Ok(node) => Ok(FileId(node.0)),
            // Where there is no disk, none can be made.
            Err(FileError::NoDisk) if create => Err(FileError::ReadOnly),
            Err(error) => Err(error),
        }
    }

    fn close(&self, file: FileId) -> Result<(), FileError> {
        at_work(|files| files.close(NodeId(file.0)))
    }

    fn read_at(&self, file: FileId, offset: u64, to: &mut [u8]) -> Result<usize, FileError> {
        at_work(|files| files.read_at(NodeId(file.0), offset, to))
    }

    fn write_at(&self, file: FileId, offset: u64, bytes: &[u8]) -> Result<(), FileError> {
        at_work(|files| {
            files.write_at(NodeId(file.0), offset, bytes)?;
            let now = clock::now_ns();
            match WAITS_SINCE.load(Ordering::Relaxed) {
                0 => WAITS_SINCE.store(now, Ordering::Relaxed),
                since if now - since > PATIENCE_NS => {
                    WAITS_SINCE.store(0, Ordering::Relaxed);
                    files.sync_all()?;
                }
                _ => {}
            }
            Ok(())
        })
    }

    fn resize(&self, file: FileId, size: u64) -> Result<(), FileError> {
        at_work(|files| files.resize(NodeId(file.0), size))
    }

    fn sync(&self, file: FileId) -> Result<(), FileError> {
        at_work(|files| files.sync(NodeId(file.0)))
    }

    fn sync_all(&self) -> Result<(), FileError> {
        match at_work(bareflow_storage::Files::sync_all) {
            // There is nothing that could be lost.
            Err(FileError::NoDisk) => Ok(()),
            result => result,
        }
    }

    fn status_of(&self, file: FileId) -> Result<Status, FileError> {
        at_work(|files| files.status_of(NodeId(file.0))).map(status)
    }

    fn status(&self, path: &str) -> Result<Status, FileError> {
        match at_work(|files| files.status(path)) {
            Ok(found) => Ok(status(found)),
            // The root is there, even with nothing in it.
            Err(FileError::NoDisk) if path == "/" => {
                Ok(Status { is_folder: true, ..Status::default() })
            }
            Err(error) => Err(error),
        }
    }

    fn entries(&self, folder: &str) -> Result<Vec<FolderEntry>, FileError> {
        let entry = |entry: bareflow_storage::Entry| FolderEntry {
            name: entry.name,
            is_folder: entry.is_folder,
        };
        match at_work(|files| files.list(folder)) {
            Ok(entries) => Ok(entries.into_iter().map(entry).collect()),
            Err(FileError::NoDisk) if folder == "/" => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }

    fn rename(&self, from: &str, to: &str) -> Result<(), FileError> {
        at_work(|files| files.rename(from, to))
    }

    fn remove(&self, path: &str) -> Result<(), FileError> {
        at_work(|files| files.remove(path))
    }

    fn make_folder(&self, path: &str) -> Result<(), FileError> {
        match at_work(|files| files.make_folder(path)) {
            Err(FileError::NoDisk) => Err(FileError::ReadOnly),
            result => result,
        }
    }

    fn remove_folder(&self, path: &str) -> Result<(), FileError> {
        at_work(|files| files.remove_folder(path))
    }
}
