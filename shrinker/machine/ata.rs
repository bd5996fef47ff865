//! Sectors of an ATA disk on the classic controllers, read without interrupts or DMA (ATA-6).

use core::arch::asm;

/// Bytes in a sector.
pub const SECTOR: u32 = 512;
/// Disks there can be: two on each controller.
pub const DISKS: u8 = 4;
/// Polls of a status register before a disk counts as gone.
const PATIENCE: u32 = 10_000_000;

static mut PORT: u16 = 0;
static mut DRIVE: u8 = 0;
static mut BUFFER: [u8; SECTOR as usize] = [0; SECTOR as usize];
/// Number of the sector in `BUFFER`, plus 1; 0: none.
static mut BUFFERED: u32 = 0;

/// Makes one of the disks the one that is read.
pub unsafe fn choose(disk: u8) {
    unsafe {
        PORT = if disk & 2 == 0 { 0x1f0 } else { 0x170 };
        DRIVE = disk & 1;
        BUFFERED = 0;
    }
}

unsafe fn outb(port: u16, value: u8) {
    unsafe { asm!("out dx, al", in("dx") port, in("al") value, options(nomem, nostack)) }
}

unsafe fn inb(port: u16) -> u8 {
    let value: u8;
    unsafe { asm!("in al, dx", in("dx") port, out("al") value, options(nomem, nostack)) }
    value
}

/// Waits until the disk is not busy; false when it reports an error or never answers.
unsafe fn ready(port: u16, wants_data: bool) -> bool {
    let mut left = PATIENCE;
    while left > 0 {
        let status = unsafe { inb(port + 7) };
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

/// Brings a sector of the disk into `BUFFER` (READ SECTOR(S)); its first byte, or null.
#[inline(never)]
pub unsafe fn sector(number: u32) -> *mut u8 {
    unsafe {
        let buffer = (&raw mut BUFFER).cast::<u8>();
        if BUFFERED == number + 1 {
            return buffer;
        }
        BUFFERED = 0;
        let (port, drive) = (PORT, DRIVE);
        outb(port + 6, 0xe0 | drive << 4 | (number >> 24) as u8 & 15);
        if !ready(port, false) {
            return core::ptr::null_mut();
        }
        outb(port + 2, 1);
        outb(port + 3, number as u8);
        outb(port + 4, (number >> 8) as u8);
        outb(port + 5, (number >> 16) as u8);
        outb(port + 7, 0x20);
        // The status is valid 400 ns after the command: four reads of the alternate one.
        for _ in 0..4 {
            inb(port + 0x206);
        }
        if !ready(port, true) {
            return core::ptr::null_mut();
        }
        asm!("rep insw", in("dx") port, inout("rdi") buffer => _, inout("rcx") 256usize => _,
            options(nostack));
        BUFFERED = number + 1;
        buffer
    }
}

/// Two bytes, low one first.
pub unsafe fn half(at: *const u8, offset: usize) -> u32 {
    unsafe { at.add(offset).cast::<u16>().read_unaligned() as u32 }
}

/// Four bytes.
pub unsafe fn word(at: *const u8, offset: usize) -> u32 {
    unsafe { at.add(offset).cast::<u32>().read_unaligned() }
}
