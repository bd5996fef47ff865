//! Disks on the classic controllers, without interrupts (ATA-6).

use core::arch::asm;

use crate::master::{self, Master};
use crate::sectors::SECTOR;

/// Disks there can be: two on each controller.
pub const DISKS: u8 = 4;
/// Polls of a status register before a disk counts as gone.
const PATIENCE: u32 = 10_000_000;

/// One of them.
#[derive(Debug)]
pub struct Ata {
    port: u16,
    drive: u8,
    master: Master,
}

impl Ata {
    /// The disk with this number, whether or not there is one.
    pub const fn new(disk: u8) -> Self {
        let port = if disk & 2 == 0 { 0x1f0 } else { 0x170 };
        Self { port, drive: disk & 1, master: Master::new() }
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

impl Ata {
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

    /// Reads a sector; whether it could be read.
    ///
    /// # Safety
    /// There is room for it.
    pub unsafe fn read_one(&mut self, number: u32, to: *mut u8) -> bool {
        if !self.command(number, 1, READ) {
            return false;
        }
        // SAFETY: the disk has one ready, and there is room for it.
        unsafe { Self::take(self.port, to, 1) };
        true
    }

    /// Writes a sector; whether it could be written.
    ///
    /// # Safety
    /// There is one.
    pub unsafe fn write_one(&mut self, number: u32, from: *const u8) -> bool {
        if !self.command(number, 1, WRITE) {
            return false;
        }
        // SAFETY: the disk takes one, and there is one.
        unsafe {
            asm!("rep outsw", in("dx") self.port, inout("rsi") from => _,
                inout("rcx") SECTOR as usize / 2 => _, options(nostack));
        }
        self.ready(false)
    }

    /// Has the disk keep what it was given.
    pub fn flush(&mut self) -> bool {
        self.command(0, 0, FLUSH_CACHE)
    }
}
