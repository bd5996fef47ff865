//! The disks of the machine, whatever they hang on.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bareflow_storage::{BlockDevice, DeviceError};

use super::{ahci, ata, virtio};
use crate::boot;

/// A disk.
pub enum Disk {
    /// On an ATA channel.
    Ata(ata::Drive),
    /// On a SATA port.
    Ahci(ahci::Drive),
    /// Of a virtual machine.
    Virtio(Box<virtio::Disk>),
}

/// All disks, in the order in which a volume is looked for.
pub fn find() -> Vec<Disk> {
    let mut disks: Vec<Disk> = ata::find().into_iter().map(Disk::Ata).collect();
    disks.extend(ahci::find().into_iter().map(Disk::Ahci));
    disks.extend(
        virtio::find(&boot::boot().options.virtio_mmio)
            .into_iter()
            .map(|d| Disk::Virtio(Box::new(d))),
    );
    disks
}

impl Disk {
    /// What drives it, for people.
    pub fn kind(&self) -> &'static str {
        match self {
            Disk::Ata(drive) if drive.has_dma() => "ATA with DMA",
            Disk::Ata(_) => "ATA without DMA",
            Disk::Ahci(_) => "AHCI",
            Disk::Virtio(_) => "virtio",
        }
    }

    fn device(&mut self) -> &mut dyn BlockDevice {
        match self {
            Disk::Ata(drive) => drive,
            Disk::Ahci(drive) => drive,
            Disk::Virtio(disk) => &mut **disk,
        }
    }

    /// The sectors of a request, if the disk has them.
    fn check(&self, first: u64, bytes: usize) -> Result<(), DeviceError> {
        let count = (bytes / bareflow_storage::SECTOR) as u64;
        match first.checked_add(count) {
            Some(end) if end <= self.sectors() => Ok(()),
            _ => Err(DeviceError::OutOfRange { sector: first }),
        }
    }
}

impl BlockDevice for Disk {
    fn sectors(&self) -> u64 {
        match self {
            Disk::Ata(drive) => drive.sectors(),
            Disk::Ahci(drive) => drive.sectors(),
            Disk::Virtio(disk) => disk.sectors(),
        }
    }

    fn read(&mut self, first: u64, buf: &mut [u8]) -> Result<(), DeviceError> {
        self.check(first, buf.len())?;
        self.device().read(first, buf)
    }

    fn write(&mut self, first: u64, buf: &[u8]) -> Result<(), DeviceError> {
        self.check(first, buf.len())?;
        self.device().write(first, buf)
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        self.device().flush()
    }

    fn is_read_only(&self) -> bool {
        matches!(self, Disk::Virtio(disk) if disk.is_read_only())
    }
}
