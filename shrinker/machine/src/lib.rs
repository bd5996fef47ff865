//! The machine that a shrunk image carries: pieces that the shrinker links in by need.
//!
//! This is not part of the shrinker's own code. Its build script compiles this crate to one
//! relocatable object in which every piece has a section of its own, and the shrinker's linker
//! takes what the program reaches:
//!
//! ```text
//!   .boot.sector     the first sector: loads the rest               (16-bit, flat image only)
//!   .boot.real.NN    what must happen before 64-bit mode, in order  (16-bit, flat image only)
//!   .go              from there to an image above 1 MiB             (64-bit, large flat image only)
//!   .boot.pvh        the entry of the ELF image                     (32-bit, ELF only)
//!   .start.NN.NAME   the way to the program: falls through in order (64-bit)
//!   everything else  functions and their data, by reference
//! ```
//!
//! Of `.boot.real` and `.start` a piece that defines a symbol `need_NAME` is taken when something
//! refers to that symbol; the others are always taken. Symbols beginning with `image_` are set by
//! the linker.
//!
//! Fixed places below the image, used before it has memory of its own:
//!
//! ```text
//!   0x0600  the record of the way back, 512 bytes; on a disk with one only
//!   0x0800  what goes back, and below 0x1000 the record as it was read again
//!   0x1000  page tables: 4 GiB mapped one to one with 2 MiB pages, 24 KiB
//!   0x7000  time stamp when the image was entered, 8 bytes
//!   0x7008  end of the memory that starts at 1 MiB, 4 bytes
//!   0x700c  the drive it was loaded from, 1 byte
//!   0x7010  root of the firmware's tables as an ELF image is told it, 4 bytes; with threads only
//!   0x7014  stack until 64-bit mode, up to 0x7c00
//!   0x10000 buffer of what goes above 1 MiB, up to 0x90000; of large flat images only, until 64-bit mode
//! ```
//!
//! All pieces run on one core with interrupts off, but in images of programs with threads: see
//! [`cores`].
#![cfg_attr(not(test), no_std)]
// Loops stay loops: there need be no C library with functions to make of them.
#![no_builtins]

#[cfg(not(test))]
mod ahci;
#[cfg(not(test))]
mod ata;
#[cfg(not(test))]
mod back;
#[cfg(not(test))]
mod commanded;
#[cfg(not(test))]
mod cores;
#[cfg(not(test))]
mod date;
#[cfg(not(test))]
mod disk;
#[cfg(test)]
#[path = "simulated.rs"]
mod disk;
mod fat;
mod files;
#[cfg(not(test))]
mod master;
#[cfg(not(test))]
mod memory;
#[cfg(not(test))]
mod pci;
#[cfg(not(test))]
#[path = "../../../kernel/machine/src/processors.rs"]
mod processors;
#[cfg(not(test))]
#[path = "../../../boot/src/way_back/sector.rs"]
#[expect(dead_code, reason = "an image writes one kind of record only")]
mod record;
mod sectors;
#[cfg(not(test))]
#[path = "../../../kernel/machine/src/tables.rs"]
mod tables;
#[cfg(test)]
mod tests;
#[cfg(not(test))]
mod virtio;
#[cfg(not(test))]
#[path = "../../../kernel/machine/src/waiters.rs"]
mod waiters;
#[cfg(not(test))]
mod ways;
#[cfg(not(test))]
mod windows;

/// The pieces in assembly. Tests have none: nobody links them.
#[cfg(not(test))]
mod pieces {
    use core::arch::global_asm;
    use core::mem::offset_of;

    use crate::cores::block::Block;

    global_asm!(include_str!("../boot/sector.s"), options(raw));
    global_asm!(include_str!("../boot/long.s"), options(raw));
    global_asm!(include_str!("../boot/high.s"), options(raw));
    global_asm!(include_str!("../boot/pvh.s"), options(raw));
    global_asm!(include_str!("../start/start.s"), options(raw));
    global_asm!(include_str!("../start/unpack.s"), options(raw));
    global_asm!(include_str!("../text/write.s"), options(raw));
    global_asm!(include_str!("../text/exit.s"), options(raw));
    global_asm!(include_str!("../text/back.s"), options(raw));
    global_asm!(include_str!("../text/report.s"), options(raw));
    global_asm!(include_str!("../text/fault.s"), options(raw));
    global_asm!(include_str!("../text/cpu.s"), options(raw));
    global_asm!(include_str!("../text/grow.s"), options(raw));
    global_asm!(include_str!("../text/clock.s"), options(raw));
    global_asm!(include_str!("../text/cpuid.s"), options(raw));
    global_asm!(include_str!("../text/raised.s"), options(raw));
    global_asm!(include_str!("../text/read.s"), options(raw));
    global_asm!(include_str!("../text/timing.s"), options(raw));
    global_asm!(include_str!("../text/threads.s"), options(raw));
    global_asm!(include_str!("../text/jumps.s"), options(raw));
    global_asm!(
        include_str!("../text/cores.s"),
        block = const size_of::<Block>(),
        this = const offset_of!(Block, this),
        stack_top = const offset_of!(Block, stack_top),
        call_sp = const offset_of!(Block, call_sp),
        number = const offset_of!(Block, number),
        stands = const offset_of!(Block, stands),
        told = const offset_of!(Block, told),
    );

    #[panic_handler]
    fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
        loop {}
    }
}
