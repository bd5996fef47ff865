//! A file as a disk.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};

use bareflow_storage::{BlockDevice, DeviceError, SECTOR};

/// A file as a disk.
#[derive(Debug)]
pub(crate) struct FileDisk(pub(super) File);

impl FileDisk {
    fn seek(&mut self, sector: u64) -> Result<(), DeviceError> {
        let beyond = DeviceError::OutOfRange { sector };
        let place = sector.checked_mul(SECTOR as u64).ok_or(beyond)?;
        self.0.seek(SeekFrom::Start(place)).map(|_| ()).map_err(|_| beyond)
    }
}

impl BlockDevice for FileDisk {
    fn sectors(&self) -> u64 {
        self.0.metadata().map_or(0, |data| data.len() / SECTOR as u64)
    }

    fn read(&mut self, first: u64, buf: &mut [u8]) -> Result<(), DeviceError> {
        self.seek(first)?;
        self.0.read_exact(buf).map_err(|_| DeviceError::OutOfRange { sector: first })
    }

    fn write(&mut self, first: u64, buf: &[u8]) -> Result<(), DeviceError> {
        self.seek(first)?;
        self.0.write_all(buf).map_err(|_| DeviceError::Fault { sector: first, code: 0 })
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        self.0.sync_data().map_err(|_| DeviceError::Fault { sector: 0, code: 0 })
    }
}
