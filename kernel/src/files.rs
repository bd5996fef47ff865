//! The volume: the first FAT16 partition of the first disk that has one.

use bareflow_storage::{Error, Volume, find_fat16};

use crate::cores::SleepingMutex;
use crate::devices::disk::{self, Disk};
use crate::say;

/// A mounted volume.
pub type Files = Volume<bareflow_storage::Partition<Disk>>;

/// Held as long as the disk takes: other processors that want it sleep meanwhile.
static VOLUME: SleepingMutex<Option<Files>> = SleepingMutex::new(None);

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
