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
            if status == 0xff {
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

impl Sectors for Disk {
    /// Brings a sector of the disk into the buffer (READ SECTOR(S)).
    #[inline(never)]
    fn sector(&mut self, number: u32) -> Option<&Sector> {
        if self.buffered == number.wrapping_add(1) {
            return Some(&self.buffer);
        }
        self.buffered = 0;
        self.write(6, 0xe0 | self.drive << 4 | (number >> 24) as u8 & 15);
        if !self.ready(false) {
            return None;
        }
        self.write(2, 1);
        self.write(3, number as u8);
        self.write(4, (number >> 8) as u8);
        self.write(5, (number >> 16) as u8);
        self.write(7, 0x20);
        // The status is valid 400 ns after the command: four reads of the alternate one.
        for _ in 0..4 {
            self.read(0x206);
        }
        if !self.ready(true) {
            return None;
        }
        // SAFETY: the disk has a sector's 256 words ready, and the buffer has room for them.
        unsafe {
            asm!("rep insw", in("dx") self.port, inout("rdi") self.buffer.as_mut_ptr() => _,
                inout("rcx") 256usize => _, options(nostack));
        }
        self.buffered = number.wrapping_add(1);
        Some(&self.buffer)
    }
}
