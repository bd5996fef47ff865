//! The volume: the first FAT16 partition of the first disk that has one, and the files on it.

use bareflow_storage::{Error, Files, Partition, Volume, find_fat16};

use crate::cores::SleepingMutex;
use crate::devices::disk::{self, Disk};
use crate::say;

/// The volume that is mounted.
pub type Mounted = Volume<Partition<Disk>>;

/// Held as long as the disk takes: other processors that want it sleep meanwhile.
static FILES: SleepingMutex<Option<Files<Partition<Disk>>>> = SleepingMutex::new(None);

/// Looks for a volume on every disk and mounts the first. Disks without one are no error; a
/// volume that cannot be used is, and is named.
pub fn mount() {
    for (number, disk) in disk::find().into_iter().enumerate() {
        let kind = disk.kind();
        match find_fat16(disk).and_then(Volume::mount).and_then(Files::new) {
            Ok(files) => {
                *FILES.lock() = Some(files);
                return;
            }
            Err(Error::NoVolume { .. }) => {}
            Err(why) => say!("disk {number} ({kind}): {why}"),
        }
    }
}

/// Works with the volume; `None` when there is none.
pub fn with<R>(act: impl FnOnce(&mut Mounted) -> R) -> Option<R> {
    FILES.lock().as_mut().map(|files| act(files.volume()))
}

/// Works with the files on it, those that programs have open included; `None` when there is no volume.
#[cfg(feature = "engine")]
pub(super) fn with_files<R>(act: impl FnOnce(&mut Files<Partition<Disk>>) -> R) -> Option<R> {
    FILES.lock().as_mut().map(act)
}
