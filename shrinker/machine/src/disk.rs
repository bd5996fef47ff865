//! The disk that is used, whatever it hangs on, and the sectors of it that were used last.
//!
//! Disks are numbered: those on the classic controllers first, then those on the controllers that PCI names. An
//! image without files has nothing of this.

use crate::ata::{Ata, DISKS};
use crate::sectors::{SECTOR, Sector, Sectors};
use crate::ways::{Way, disk_beyond, disk_flush, disk_read, disk_write};

/// Sectors that are kept: a folder's or a file's, and the FAT's, both of its copies when it changes.
const KEPT: usize = 4;

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
        self.way = Way::None;
        // SAFETY: what is called is a function of this crate, or one that stands for it.
        unsafe { disk_beyond(&mut self.way, disk - DISKS) }
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
        unsafe { disk_read(&mut self.way, number, count, to) }
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
        let read = unsafe { disk_read(&mut self.way, number, 1, to) };
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
        let written = unsafe { disk_write(&mut self.way, number, from) };
        if !written {
            return None;
        }
        self.keep(buffer, number);
        Some(())
    }
}

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
        // SAFETY: what is called is a function of this crate, or one that stands for it.
        let flushed = unsafe { disk_flush(&mut self.way) };
        flushed.then_some(())
    }
}
