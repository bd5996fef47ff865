//! A disk in memory.

use alloc::vec::Vec;

use crate::device::{BlockDevice, DeviceError, SECTOR};

/// A disk in memory, for images, embedded files and tests.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct MemoryDisk {
    bytes: Vec<u8>,
    read_only: bool,
}

impl MemoryDisk {
    /// A disk with this content. Bytes after the last whole sector are out of reach.
    pub fn new(bytes: Vec<u8>) -> MemoryDisk {
        MemoryDisk { bytes, read_only: false }
    }

    /// The same disk, write-protected.
    pub fn read_only(mut self) -> MemoryDisk {
        self.read_only = true;
        self
    }

    /// Its content.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its content, taken out.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    fn range(&self, first: u64, len: usize) -> Result<core::ops::Range<usize>, DeviceError> {
        let start = usize::try_from(first).ok().and_then(|first| first.checked_mul(SECTOR));
        let end = start.and_then(|start| start.checked_add(len));
        match (start, end) {
            (Some(start), Some(end)) if end <= self.bytes.len() => Ok(start..end),
            _ => Err(DeviceError::OutOfRange { sector: first }),
        }
    }
}

impl core::fmt::Debug for MemoryDisk {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("MemoryDisk")
            .field("sectors", &self.sectors())
            .field("read_only", &self.read_only)
            .finish()
    }
}

impl BlockDevice for MemoryDisk {
    fn sectors(&self) -> u64 {
        (self.bytes.len() / SECTOR) as u64
    }

    fn read(&mut self, first: u64, buf: &mut [u8]) -> Result<(), DeviceError> {
        let range = self.range(first, buf.len())?;
        buf.copy_from_slice(&self.bytes[range]);
        Ok(())
    }

    fn write(&mut self, first: u64, buf: &[u8]) -> Result<(), DeviceError> {
        if self.read_only {
            return Err(DeviceError::ReadOnly);
        }
        let range = self.range(first, buf.len())?;
        self.bytes[range].copy_from_slice(buf);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }

    fn is_read_only(&self) -> bool {
        self.read_only
    }
}
