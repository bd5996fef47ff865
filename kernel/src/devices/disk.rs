//! The disks of the machine, whatever they hang on.

use alloc::string::String;
use alloc::vec::Vec;

use super::{ata, virtio};
use crate::start;

/// A disk.
pub enum Disk {
    /// On an ATA channel.
    Ata(ata::Drive),
    /// Of a virtual machine.
    Virtio(virtio::Disk),
}

/// All disks, in the order in which a volume is looked for.
pub fn find() -> Vec<Disk> {
    let mut disks: Vec<Disk> = ata::find().into_iter().map(Disk::Ata).collect();
    disks.extend(virtio::find(&start::boot().options.virtio_mmio).into_iter().map(Disk::Virtio));
    disks
}

impl Disk {
    /// What drives it, for people.
    pub fn kind(&self) -> &'static str {
        match self {
            Disk::Ata(drive) if drive.has_dma() => "ATA with DMA",
            Disk::Ata(_) => "ATA without DMA",
            Disk::Virtio(_) => "virtio",
        }
    }

    /// Number of sectors of 512 bytes.
    pub fn sectors(&self) -> u64 {
        match self {
            Disk::Ata(drive) => drive.sectors(),
            Disk::Virtio(disk) => disk.sectors(),
        }
    }

    /// Reads whole sectors.
    pub fn read(&mut self, sector: u64, out: &mut [u8]) -> Result<(), String> {
        match self {
            Disk::Ata(drive) => drive.read(sector, out).map_err(|e| alloc::format!("{e}")),
            Disk::Virtio(disk) => disk.read(sector, out).map_err(|e| alloc::format!("{e}")),
        }
    }

    /// Writes whole sectors.
    pub fn write(&mut self, sector: u64, out: &[u8]) -> Result<(), String> {
        match self {
            Disk::Ata(drive) => drive.write(sector, out).map_err(|e| alloc::format!("{e}")),
            Disk::Virtio(disk) => disk.write(sector, out).map_err(|e| alloc::format!("{e}")),
        }
    }

    /// Makes writes durable.
    pub fn flush(&mut self) -> Result<(), String> {
        match self {
            Disk::Ata(drive) => drive.flush().map_err(|e| alloc::format!("{e}")),
            Disk::Virtio(disk) => disk.flush().map_err(|e| alloc::format!("{e}")),
        }
    }
}
