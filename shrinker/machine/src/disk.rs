//! The disk that is used, whatever it hangs on, and the sectors of it that were used last.
//!
//! Disks are numbered: those on the classic controllers first, then those on the controllers that PCI names. An
//! image without files has nothing of this.

use crate::ahci::Ahci;
use crate::ata::{Ata, DISKS};
use crate::commanded::Commanded;
use crate::pci;
use crate::sectors::{SECTOR, Sector, Sectors};
use crate::virtio::Virtio;

/// Sectors that are kept: a folder's or a file's, and the FAT's, both of its copies when it changes.
const KEPT: usize = 4;

/// How a disk is spoken to. Its first is all zeros, so that it takes no room in an image.
#[derive(Debug)]
#[repr(u8)]
enum Way {
    None,
    Ata(Ata),
    Ahci(Ahci),
    Virtio(Virtio),
}

/// The disk that is used, with the sectors that were last.
#[derive(Debug)]
pub struct Disk {
    way: Way,
    /// Number of the sector in each buffer, plus 1; 0: none.
    buffered: [u32; KEPT],
    buffers: [Sector; KEPT],
    /// The buffer that goes next.
    oldest: usize,
}

impl Disk {
    /// None yet.
    pub const fn new() -> Self {
        let buffers = [[0; SECTOR as usize]; KEPT];
        Self { way: Way::None, buffered: [0; KEPT], buffers, oldest: 0 }
    }

    /// Makes one of the disks the one that is used; false when there are not so many.
    pub fn choose(&mut self, disk: u8) -> bool {
        self.buffered = [0; KEPT];
        if disk < DISKS {
            self.way = Way::Ata(Ata::new(disk));
            return true;
        }
        let mut left = disk - DISKS;
        self.way = Way::None;
        pci::find(|function| {
            if pci::read(function, 8) >> 8 == AHCI {
                match Ahci::new(function, &mut left) {
                    Some(disk) => self.way = Way::Ahci(disk),
                    None => return false,
                }
            } else if matches!(pci::read(function, 0), VIRTIO_DISK | VIRTIO_DISK_OF_OLD) {
                if left > 0 {
                    left -= 1;
                    return false;
                }
                match Virtio::new(function) {
                    Some(disk) => self.way = Way::Virtio(disk),
                    None => return false,
                }
            } else {
                return false;
            }
            true
        })
    }

    /// The buffer that has a sector.
    fn find(&self, number: u32) -> Option<usize> {
        self.buffered.iter().position(|there| *there == number.wrapping_add(1))
    }

    /// A buffer that may be used for another sector, which the caller notes.
    fn free(&mut self) -> usize {
        self.oldest = (self.oldest + 1) % KEPT;
        self.forget(self.oldest);
        self.oldest
    }

    fn forget(&mut self, buffer: usize) {
        if let Some(there) = self.buffered.get_mut(buffer) {
            *there = 0;
        }
    }

    fn keep(&mut self, buffer: usize, number: u32) {
        if let Some(there) = self.buffered.get_mut(buffer) {
            *there = number.wrapping_add(1);
        }
    }

    /// Reads sectors that lie one behind the other; whether they could be read.
    ///
    /// # Safety
    /// There is room for them.
    pub unsafe fn read_run(&mut self, number: u32, count: u32, to: *mut u8) -> bool {
        // SAFETY: the caller's.
        unsafe {
            match &mut self.way {
                Way::None => false,
                Way::Ata(disk) => disk.read_run(number, count, to),
                Way::Ahci(disk) => disk.read_run(number, count, to),
                Way::Virtio(disk) => disk.read_run(number, count, to),
            }
        }
    }

    /// Brings a sector of the disk into a buffer.
    #[inline(never)]
    fn load(&mut self, number: u32) -> Option<usize> {
        if let Some(buffer) = self.find(number) {
            return Some(buffer);
        }
        let buffer = self.free();
        let to = self.buffers.get_mut(buffer)?.as_mut_ptr();
        // SAFETY: the buffer has room for one.
        let read = unsafe {
            match &mut self.way {
                Way::None => false,
                Way::Ata(disk) => disk.read_one(number, to),
                Way::Ahci(disk) => disk.read_run(number, 1, to),
                Way::Virtio(disk) => disk.read_run(number, 1, to),
            }
        };
        if !read {
            return None;
        }
        self.keep(buffer, number);
        Some(buffer)
    }

    /// Writes a buffer to a sector, which it then is.
    #[inline(never)]
    fn store(&mut self, buffer: usize, number: u32) -> Option<()> {
        while let Some(there) = self.find(number) {
            self.forget(there);
        }
        self.forget(buffer);
        let from = self.buffers.get(buffer)?.as_ptr();
        // SAFETY: the buffer is one.
        let written = unsafe {
            match &mut self.way {
                Way::None => false,
                Way::Ata(disk) => disk.write_one(number, from),
                Way::Ahci(disk) => disk.write_one(number, from),
                Way::Virtio(disk) => disk.write_one(number, from),
            }
        };
        if !written {
            return None;
        }
        self.keep(buffer, number);
        Some(())
    }
}

/// Class, subclass and interface of AHCI.
const AHCI: u32 = 0x01_06_01;
/// Device and vendor.
const VIRTIO_DISK: u32 = 0x1042_1af4;
const VIRTIO_DISK_OF_OLD: u32 = 0x1001_1af4;

impl Sectors for Disk {
    fn sector(&mut self, number: u32) -> Option<&Sector> {
        let buffer = self.load(number)?;
        self.buffers.get(buffer)
    }

    fn put(&mut self, number: u32, at: usize, bytes: &[u8]) -> Option<()> {
        let buffer = match bytes.len() < SECTOR as usize {
            true => self.load(number)?,
            false => self.free(),
        };
        let places = self.buffers.get_mut(buffer)?.get_mut(at..)?;
        for (place, byte) in places.iter_mut().zip(bytes) {
            *place = *byte;
        }
        self.store(buffer, number)
    }

    fn copy(&mut self, from: u32, to: u32) -> Option<()> {
        let buffer = self.load(from)?;
        self.store(buffer, to)
    }

    fn flush(&mut self) -> Option<()> {
        let flushed = match &mut self.way {
            Way::None => false,
            Way::Ata(disk) => disk.flush(),
            Way::Ahci(disk) => disk.flush(),
            Way::Virtio(disk) => disk.flush(),
        };
        flushed.then_some(())
    }
}
