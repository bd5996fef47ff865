//! What a disk is: numbered sectors of 512 bytes.

use alloc::boxed::Box;
use core::fmt;

/// Bytes in a sector.
pub const SECTOR: usize = 512;

/// A disk, or a part of one.
///
/// # Invariants
/// A sector is written as a whole or not at all. Writes may reach the medium in any order, but
/// after [`BlockDevice::flush`] returned, all that were issued before are on it.
pub trait BlockDevice {
    /// Number of sectors.
    fn sectors(&self) -> u64;

    /// Reads as many sectors as fit into `buf`, whose length is a multiple of [`SECTOR`],
    /// from sector `first` on. There is no upper limit on the length; a driver splits.
    ///
    /// # Errors
    /// Whatever the medium reports; `buf` then holds anything.
    fn read(&mut self, first: u64, buf: &mut [u8]) -> Result<(), DeviceError>;

    /// Writes `buf`, whose length is a multiple of [`SECTOR`], from sector `first` on.
    ///
    /// # Errors
    /// Whatever the medium reports; each sector then holds what it held or what it should.
    fn write(&mut self, first: u64, buf: &[u8]) -> Result<(), DeviceError>;

    /// Returns once everything written is on the medium.
    ///
    /// # Errors
    /// Whatever the medium reports.
    fn flush(&mut self) -> Result<(), DeviceError>;

    /// Whether writing is refused, as far as the device says so beforehand.
    fn is_read_only(&self) -> bool {
        false
    }
}

/// Why a device did not do as it was told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DeviceError {
    /// The medium is write-protected.
    ReadOnly,
    /// There is no such sector.
    OutOfRange {
        /// The sector asked for.
        sector: u64,
    },
    /// The device reported an error.
    Fault {
        /// The first sector of the request.
        sector: u64,
        /// The device's status and error bits, as its driver defines them.
        code: u32,
    },
    /// The device did not answer.
    Timeout {
        /// The first sector of the request.
        sector: u64,
    },
}

impl fmt::Display for DeviceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DeviceError::ReadOnly => f.write_str("the disk is read-only"),
            DeviceError::OutOfRange { sector } => write!(f, "the disk has no sector {sector}"),
            DeviceError::Fault { sector, code } => {
                write!(f, "disk error {code:#x} at sector {sector}")
            }
            DeviceError::Timeout { sector } => {
                write!(f, "the disk did not answer a request for sector {sector}")
            }
        }
    }
}

impl core::error::Error for DeviceError {}

impl<D: BlockDevice + ?Sized> BlockDevice for &mut D {
    fn sectors(&self) -> u64 {
        (**self).sectors()
    }
    fn read(&mut self, first: u64, buf: &mut [u8]) -> Result<(), DeviceError> {
        (**self).read(first, buf)
    }
    fn write(&mut self, first: u64, buf: &[u8]) -> Result<(), DeviceError> {
        (**self).write(first, buf)
    }
    fn flush(&mut self) -> Result<(), DeviceError> {
        (**self).flush()
    }
    fn is_read_only(&self) -> bool {
        (**self).is_read_only()
    }
}

impl<D: BlockDevice + ?Sized> BlockDevice for Box<D> {
    fn sectors(&self) -> u64 {
        (**self).sectors()
    }
    fn read(&mut self, first: u64, buf: &mut [u8]) -> Result<(), DeviceError> {
        (**self).read(first, buf)
    }
    fn write(&mut self, first: u64, buf: &[u8]) -> Result<(), DeviceError> {
        (**self).write(first, buf)
    }
    fn flush(&mut self) -> Result<(), DeviceError> {
        (**self).flush()
    }
    fn is_read_only(&self) -> bool {
        (**self).is_read_only()
    }
}
