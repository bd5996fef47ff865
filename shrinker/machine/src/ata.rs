//! Sectors of an ATA disk on the classic controllers, without interrupts (ATA-6).

use core::arch::asm;

use crate::master::{self, Master};
use crate::sectors::{SECTOR, Sector, Sectors};

/// Disks there can be: two on each controller.
pub const DISKS: u8 = 4;
/// Polls of a status register before a disk counts as gone.
const PATIENCE: u32 = 10_000_000;

/// Sectors that are kept: a folder's or a file's, and the FAT's, both of its copies when it changes.
const KEPT: usize = 4;

/// The disk that is used, with the sectors that were last.
#[derive(Debug)]
pub struct Disk {
    port: u16,
    drive: u8,
    /// Number of the sector in each buffer, plus 1; 0: none.
    buffered: [u32; KEPT],
    buffers: [Sector; KEPT],
    /// The buffer that goes next.
    oldest: usize,
    master: Master,
}

impl Disk {
    /// The first disk.
    pub const fn new() -> Self {
        let buffers = [[0; SECTOR as usize]; KEPT];
        Self { port: 0, drive: 0, buffered: [0; KEPT], buffers, oldest: 0, master: Master::new() }
    }

    /// Makes one of the disks the one that is used.
    pub fn choose(&mut self, disk: u8) {
        self.port = if disk & 2 == 0 { 0x1f0 } else { 0x170 };
        self.drive = disk & 1;
        self.buffered = [0; KEPT];
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

    fn write(&self, register: u16, value: u8) {
        // SAFETY: the registers of the classic controllers, which nothing else here drives and
        // which touch no memory.
        unsafe {
            asm!("out dx, al", in("dx") self.port + register, in("al") value,
                options(nomem, nostack));
        }
    }

    fn read(&self, register: u16) -> u8 {
        let value: u8;
        // SAFETY: as for `write`.
        unsafe {
            asm!("in al, dx", in("dx") self.port + register, out("al") value,
                options(nomem, nostack));
        }
        value
    }

    /// Waits until the disk is not busy; false when it reports an error or never answers.
    fn ready(&self, wants_data: bool) -> bool {
        let mut left = PATIENCE;
        while left > 0 {
            let status = self.read(7);
            // No controller, or no drive: one that is there is at least ready or busy.
            if matches!(status, 0 | 0xff) {
                return false;
            }
            if status & 0x80 == 0 {
                if status & 0x21 != 0 {
                    return false;
                }
                if !wants_data || status & 0x08 != 0 {
                    return true;
                }
            }
            left -= 1;
        }
        false
    }
}

/// READ SECTOR(S): the disk has one ready at a time.
const READ: u8 = 0x20;
/// READ MULTIPLE: it has as many ready as SET MULTIPLE MODE has said.
const READ_MULTIPLE: u8 = 0xc4;
const SET_MULTIPLE_MODE: u8 = 0xc6;
/// WRITE SECTOR(S): the disk takes one at a time.
const WRITE: u8 = 0x30;
const FLUSH_CACHE: u8 = 0xe7;
/// READ DMA: it sends them to memory, through the bus master.
const READ_DMA: u8 = 0xc8;
/// Sectors at a time that every disk since ATA-2 can.
const TOGETHER: u32 = 16;

impl Disk {
    /// Gives a command; whether the disk is ready for what follows then.
    fn command(&mut self, number: u32, count: u32, command: u8) -> bool {
        self.give(number, count, command)
            && self.ready(!matches!(command, SET_MULTIPLE_MODE | FLUSH_CACHE))
    }

    /// Gives a command; whether there is a disk that takes it.
    #[inline(never)]
    fn give(&mut self, number: u32, count: u32, command: u8) -> bool {
        self.write(6, 0xe0 | self.drive << 4 | (number >> 24) as u8 & 15);
        // A disk says that it is ready for commands. In the place of one that is not there either
        // nothing answers or the other one does, for it, with zeros.
        if !self.ready(false) || self.read(7) & 0x40 == 0 {
            return false;
        }
        self.write(2, count as u8);
        self.write(3, number as u8);
        self.write(4, (number >> 8) as u8);
        self.write(5, (number >> 16) as u8);
        self.write(7, command);
        // The status is valid 400 ns after the command: four reads of the alternate one.
        for _ in 0..4 {
            self.read(0x206);
        }
        true
    }

    /// Has sectors sent to memory; whether they came.
    ///
    /// # Safety
    /// There is room for them, which is at one address for all.
    unsafe fn send(&mut self, number: u32, count: u32, to: *mut u8) -> bool {
        let port = self.master.prepare(self.port == 0x170, to, count * SECTOR);
        if port == 0 || !self.give(number, count, READ_DMA) {
            return false;
        }
        master::start(port);
        // Busy until all is sent; then it is still to be written.
        let mut left = if self.ready(false) { PATIENCE } else { 0 };
        while left > 0 && master::is_active(port) {
            left -= 1;
        }
        master::stop(port) && left > 0
    }

    /// Takes the sectors that the disk has ready.
    ///
    /// # Safety
    /// It has so many, and there is room for them.
    unsafe fn take(port: u16, to: *mut u8, count: u32) {
        // SAFETY: by this function's contract.
        unsafe {
            asm!("rep insw", in("dx") port, inout("rdi") to => _,
                inout("rcx") count as usize * 256 => _, options(nostack));
        }
    }

    /// Reads sectors that lie one behind the other; whether they could be read.
    ///
    /// # Safety
    /// There is room for them.
    pub unsafe fn read_run(&mut self, mut number: u32, mut left: u32, mut to: *mut u8) -> bool {
        loop {
            let count = left.min(master::MOST);
            // SAFETY: by this function's contract; memory is mapped one to one.
            unsafe {
                if count == 0 {
                    return true;
                }
                if !self.send(number, count, to) {
                    break;
                }
                to = to.add((count * SECTOR) as usize);
            }
            number = number.wrapping_add(count);
            left -= count;
        }
        let together = match self.command(0, TOGETHER, SET_MULTIPLE_MODE) {
            true => TOGETHER,
            false => 1,
        };
        let command = if together == 1 { READ } else { READ_MULTIPLE };
        while left > 0 {
            let count = left.min(together);
            if !self.command(number, count, command) {
                return false;
            }
            // SAFETY: they are ready, and there is room for all of the run.
            unsafe {
                Self::take(self.port, to, count);
                to = to.add((count * SECTOR) as usize);
            }
            number = number.wrapping_add(count);
            left -= count;
        }
        true
    }
}

impl Disk {
    /// Brings a sector of the disk into a buffer.
    #[inline(never)]
    fn load(&mut self, number: u32) -> Option<usize> {
        if let Some(buffer) = self.find(number) {
            return Some(buffer);
        }
        let buffer = self.free();
        if !self.command(number, 1, READ) {
            return None;
        }
        let to = self.buffers.get_mut(buffer)?.as_mut_ptr();
        // SAFETY: the disk has one ready, and the buffer has room for it.
        unsafe { Self::take(self.port, to, 1) };
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
        if !self.command(number, 1, WRITE) {
            return None;
        }
        let from = self.buffers.get(buffer)?.as_ptr();
        // SAFETY: the disk takes one, and the buffer is one.
        unsafe {
            asm!("rep outsw", in("dx") self.port, inout("rsi") from => _,
                inout("rcx") SECTOR as usize / 2 => _, options(nostack));
        }
        if !self.ready(false) {
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
        self.command(0, 0, FLUSH_CACHE).then_some(())
    }
}
