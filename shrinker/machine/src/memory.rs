//! Registers of devices, and memory that they use, too: all is mapped one to one.

use core::cell::UnsafeCell;
use core::ptr::{with_exposed_provenance, with_exposed_provenance_mut};

use crate::sectors::SECTOR;

/// Where firmware puts the first sector of a disk.
pub const FIRST_SECTOR: usize = 0x7c00;
/// Sectors that go at a time.
pub const TOGETHER: u32 = 32;

/// What a device and its driver share: a page for commands, and content behind it.
#[repr(C, align(4096))]
struct Shared {
    commands: UnsafeCell<[u8; 4096]>,
    content: UnsafeCell<[u8; (TOGETHER * SECTOR) as usize]>,
}

// SAFETY: one disk is used at a time, within a host call, and by one processor.
unsafe impl Sync for Shared {}

static SHARED: Shared = Shared {
    commands: UnsafeCell::new([0; 4096]),
    content: UnsafeCell::new([0; (TOGETHER * SECTOR) as usize]),
};

/// The page for commands, which begins at a multiple of its size.
pub fn commands() -> usize {
    SHARED.commands.get().expose_provenance()
}

/// Room for content.
pub fn content() -> usize {
    SHARED.content.get().expose_provenance()
}

/// Reads four bytes that a device may have written, or a register of one.
pub fn read(address: usize) -> u32 {
    // SAFETY: drivers ask for registers of their devices and for what they share with them.
    unsafe { with_exposed_provenance::<u32>(address).read_volatile() }
}

/// Writes four bytes for a device, or a register of one.
pub fn write(address: usize, value: u32) {
    // SAFETY: as for `read`.
    unsafe { with_exposed_provenance_mut::<u32>(address).write_volatile(value) }
}

/// A register of two bytes.
pub fn write_half(address: usize, value: u16) {
    // SAFETY: as for `read`.
    unsafe { with_exposed_provenance_mut::<u16>(address).write_volatile(value) }
}

/// Reads a register of two bytes, or what a device has written.
pub fn read_half(address: usize) -> u16 {
    // SAFETY: as for `read`.
    unsafe { with_exposed_provenance::<u16>(address).read_volatile() }
}

/// Takes content.
///
/// # Safety
/// There is room for so many sectors, and there are no more than [`TOGETHER`].
pub unsafe fn take(to: *mut u8, sectors: u32) {
    // SAFETY: the caller's; the device has filled it and writes no more.
    unsafe {
        core::arch::asm!("rep movsb", inout("rsi") content() => _, inout("rdi") to => _,
            inout("rcx") (sectors * SECTOR) as usize => _, options(nostack));
    }
}

/// Gives content: a sector.
///
/// # Safety
/// There is one.
pub unsafe fn give(from: *const u8) {
    // SAFETY: the caller's; no device uses it now.
    unsafe {
        core::arch::asm!("rep movsb", inout("rsi") from => _, inout("rdi") content() => _,
            inout("rcx") SECTOR as usize => _, options(nostack));
    }
}
