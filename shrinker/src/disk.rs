//! A disk image on this machine, which is only read.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use bareflow_storage::{BlockDevice, DeviceError, Partition, SECTOR, Volume, find_fat16};

use crate::source_error::{Cause, SourceError};

/// A disk image in figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Disk {
    /// Its length in bytes.
    pub bytes: u64,
    /// Bytes of it that are in use: what lies before its volume, and the clusters of its files.
    pub used: u64,
}

impl Disk {
    /// Looks at the disk image at `path`.
    ///
    /// # Errors
    /// It cannot be read, or holds no FAT16 volume.
    pub fn of(path: &Path) -> Result<Self, SourceError> {
        let failed = |cause| SourceError::new(path, cause);
        let file = File::open(path).map_err(|error| failed(error.into()))?;
        let bytes = file.metadata().map_err(|error| failed(error.into()))?.len();
        let partition = find_fat16(FileDisk(file)).map_err(|error| failed(error.into()))?;
        let before = partition.start() * SECTOR as u64;
        let volume =
            Volume::mount_read_only(partition).map_err(|error| failed(Cause::Volume(error)))?;
        let space = volume.space();
        Ok(Self { bytes, used: before + space.total - space.free })
    }
}

/// The volume of a disk image.
pub(crate) type DiskVolume = Volume<Partition<FileDisk>>;

/// A file as a disk that is only read.
#[derive(Debug)]
pub(crate) struct FileDisk(pub File);

impl BlockDevice for FileDisk {
    fn sectors(&self) -> u64 {
        self.0.metadata().map_or(0, |data| data.len() / SECTOR as u64)
    }

    fn read(&mut self, first: u64, buf: &mut [u8]) -> Result<(), DeviceError> {
        let beyond = DeviceError::OutOfRange { sector: first };
        let place = first.checked_mul(SECTOR as u64).ok_or(beyond)?;
        let read = self.0.seek(SeekFrom::Start(place)).and_then(|_| self.0.read_exact(buf));
        read.map_err(|_| beyond)
    }

    fn write(&mut self, _: u64, _: &[u8]) -> Result<(), DeviceError> {
        Err(DeviceError::ReadOnly)
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }

    fn is_read_only(&self) -> bool {
        true
    }
}
