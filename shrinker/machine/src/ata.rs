//! Sectors of an ATA disk on the classic controllers, read without interrupts or DMA (ATA-6).

use core::arch::asm;

use crate::sectors::{SECTOR, Sector, Sectors};

/// Disks there can be: two on each controller.
pub const DISKS: u8 = 4;
/// Polls of a status register before a disk counts as gone.
const PATIENCE: u32 = 10_000_000;

/// The disk that is read, with the sector that was read last.
#[derive(Debug)]
pub struct Disk {
    port: u16,
    drive: u8,
    /// Number of the sector in `buffer`, plus 1; 0: none.
    buffered: u32,
    buffer: Sector,
}

impl Disk {
    /// The first disk.
    pub const fn new() -> Self {
        Self { port: 0, drive: 0, buffered: 0, buffer: [0; SECTOR as usize] }
    }

    /// Makes one of the disks the one that is read.
    pub fn choose(&mut self, disk: u8) {
        self.port = if disk & 2 == 0 { 0x1f0 } else { 0x170 };
        self.drive = disk & 1;
        self.buffered = 0;
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
/// Sectors at a time that every disk since ATA-2 can.
const TOGETHER: u32 = 16;

impl Disk {
    /// Gives a command; whether the disk is ready for what follows then.
    #[inline(never)]
    fn command(&mut self, number: u32, count: u32, command: u8) -> bool {
        self.write(6, 0xe0 | self.drive << 4 | (number >> 24) as u8 & 15);
        if !self.ready(false) {
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
        self.ready(command != SET_MULTIPLE_MODE)
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

impl Sectors for Disk {
    /// Brings a sector of the disk into the buffer.
    #[inline(never)]
    fn sector(&mut self, number: u32) -> Option<&Sector> {
        if self.buffered == number.wrapping_add(1) {
            return Some(&self.buffer);
        }
        self.buffered = 0;
        if !self.command(number, 1, READ) {
            return None;
        }
        // SAFETY: the disk has one ready, and the buffer has room for it.
        unsafe { Self::take(self.port, self.buffer.as_mut_ptr(), 1) };
        self.buffered = number.wrapping_add(1);
        Some(&self.buffer)
    }
}
