//! The volume: the first FAT16 partition of the first disk that has one.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_storage::{Error, Volume, find_fat16};
use spin::Mutex;

use crate::devices::disk::{self, Disk};
use crate::say;

/// A mounted volume.
pub type Files = Volume<bareflow_storage::Partition<Disk>>;

static VOLUME: Mutex<Option<Files>> = Mutex::new(None);

/// Looks for a volume on every disk and mounts the first. Disks without one are no error; a
/// volume that cannot be used is, and is named.
pub fn mount() {
    for (number, disk) in disk::find().into_iter().enumerate() {
        let kind = disk.kind();
        match find_fat16(disk).and_then(Volume::mount) {
            Ok(volume) => {
                *VOLUME.lock() = Some(volume);
                return;
            }
            Err(Error::NoVolume { .. }) => {}
            Err(why) => say!("disk {number} ({kind}): {why}"),
        }
    }
}

/// Works with the volume; `None` when there is none.
pub fn with<R>(act: impl FnOnce(&mut Files) -> R) -> Option<R> {
    VOLUME.lock().as_mut().map(act)
}

/// Reads a whole file.
pub fn read(path: &str) -> Option<Result<Vec<u8>, Error>> {
    with(|volume| volume.read(path))
}

/// Creates a file with its folders, whole or not at all.
pub fn create(path: &str, bytes: &[u8]) -> Option<Result<(), Error>> {
    with(|volume| {
        if let Some((folder, _)) = path.rsplit_once('/').filter(|(folder, _)| !folder.is_empty()) {
            volume.create_folder(folder)?;
        }
        volume.write_new(path, bytes)
    })
}

/// Names of the files, not the folders, in a folder.
pub fn names(folder: &str) -> Option<Result<Vec<String>, Error>> {
    with(|volume| {
        let entries = volume.list(folder)?;
        Ok(entries.into_iter().filter(|e| !e.is_folder).map(|e| e.name.to_string()).collect())
    })
}
