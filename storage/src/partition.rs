//! The partition table in a disk's first sector (MBR).

use crate::device::{BlockDevice, DeviceError, SECTOR};
use crate::error::Error;
use crate::layout::Layout;

/// Partition types of FAT16: below 32 MiB, larger, and larger with LBA.
const FAT16_TYPES: [u8; 3] = [0x04, 0x06, 0x0e];

/// A part of a disk, as a disk.
#[derive(Debug)]
pub struct Partition<D> {
    device: D,
    start: u64,
    sectors: u64,
}

/// Finds the volume on a disk: the first partition of a FAT16 type that holds one, or the
/// whole disk where it is not partitioned.
///
/// # Errors
/// The device's, or [`Error::NoVolume`] with what was found instead.
pub fn find_fat16<D: BlockDevice>(mut device: D) -> Result<Partition<D>, Error> {
    let mut table = [0; SECTOR];
    device.read(0, &mut table)?;
    if table[510..] != [0x55, 0xaa] {
        return Err(Error::NoVolume { why: "the disk has neither partitions nor a file system" });
    }
    let whole = device.sectors();
    let mut why = "no partition of a FAT16 type";
    for entry in table[446..510].chunks_exact(16) {
        let word = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| entry[at + i])).into();
        let (start, sectors): (u64, u64) = (word(8), word(12));
        // Boot code where a table should be fails one of these.
        if !FAT16_TYPES.contains(&entry[4]) || entry[0] & 0x7f != 0 || start == 0 || sectors == 0 {
            continue;
        }
        if start + sectors > whole {
            why = "the partition table names sectors that the disk does not have";
            continue;
        }
        match Layout::read(&mut Partition { device: &mut device, start, sectors }) {
            Ok(_) => return Ok(Partition { device, start, sectors }),
            Err(Error::NoVolume { why: reason }) => why = reason,
            Err(other) => return Err(other),
        }
    }
    match Layout::read(&mut Partition { device: &mut device, start: 0, sectors: whole }) {
        Ok(_) => Ok(Partition { device, start: 0, sectors: whole }),
        Err(Error::NoVolume { .. }) => Err(Error::NoVolume { why }),
        Err(other) => Err(other),
    }
}

impl<D> Partition<D> {
    /// First sector of the partition on the disk.
    pub fn start(&self) -> u64 {
        self.start
    }

    /// The disk, all of it.
    pub fn disk(&mut self) -> &mut D {
        &mut self.device
    }

    /// The disk.
    pub fn into_device(self) -> D {
        self.device
    }
}

impl<D: BlockDevice> Partition<D> {
    fn place(&self, first: u64, len: usize) -> Result<u64, DeviceError> {
        let end = first.checked_add((len / SECTOR) as u64);
        match end {
            Some(end) if end <= self.sectors => Ok(self.start + first),
            _ => Err(DeviceError::OutOfRange { sector: first }),
        }
    }
}

impl<D: BlockDevice> BlockDevice for Partition<D> {
    fn sectors(&self) -> u64 {
        self.sectors
    }

    fn read(&mut self, first: u64, buf: &mut [u8]) -> Result<(), DeviceError> {
        let first = self.place(first, buf.len())?;
        self.device.read(first, buf)
    }

    fn write(&mut self, first: u64, buf: &[u8]) -> Result<(), DeviceError> {
        let first = self.place(first, buf.len())?;
        self.device.write(first, buf)
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        self.device.flush()
    }

    fn is_read_only(&self) -> bool {
        self.device.is_read_only()
    }
}
