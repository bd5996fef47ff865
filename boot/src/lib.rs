//! The two-stage BIOS loader and what it hands to the kernel.
//!
//! Two ways lead into a kernel, and it cannot tell them apart but by [`BootInfo::loader`]:
//!
//! - the BIOS runs stage 1 (the first sector of a disk or floppy), which loads stage 2, which
//!   loads a [FLUD file](flud) above 1 MiB and jumps to its entry in long mode;
//! - an emulator or hypervisor loads the kernel's ELF file itself and starts it through the PVH
//!   note (`qemu -kernel kernel.elf`, `-M microvm`).
//!
//! # How a kernel uses this crate
//!
//! 1. Depend on it with the feature `entry`, in the executable only. It defines the ELF entry
//!    `_start`, the PVH note in section `.note.Xen`, code in `.text.boot`, and a boot stack
//!    ([`BOOT_STACK_BYTES`]) and first page tables in `.bss`.
//! 2. Link at 1 MiB (0x100000), statically, virtual = physical, with `ENTRY(_start)`,
//!    `KEEP(*(.note.Xen))` under a `PT_NOTE` program header *and* inside a `PT_LOAD`,
//!    `KEEP(*(.text.boot))`, and the symbols `__kernel_start` (first byte) and `__kernel_end`
//!    (past `.bss`). `boot/kernel.ld` is such a script.
//! 3. Define the function everything leads to:
//!
//! ```ignore
//! #[unsafe(no_mangle)]
//! extern "C" fn kernel_main(info: *const bareflow_boot::BootInfo) -> ! {
//!     // SAFETY: the loader's record; checked by magic and version.
//!     let info = unsafe { bareflow_boot::BootInfo::from_loader(info) };
//!     ...
//! }
//! ```
//!
//! # State at `kernel_main`
//!
//! - 64-bit mode, CPL 0, interrupts off, direction flag clear, IDT not valid.
//! - The first 4 GiB are mapped one to one with 2 MiB pages, all writable and executable, by
//!   tables in low memory (BIOS) or in `.bss` (PVH): the kernel builds its own.
//! - GDT: flat 64-bit code at selector 0x08, flat data at 0x10; it, too, is the loader's.
//! - SSE is on (CR0.MP, CR4.OSFXSR, CR4.OSXMMEXCPT); AVX is not.
//! - The stack is [`BOOT_STACK_BYTES`] long, in the kernel's `.bss`, without a guard page.
//! - `.bss` is zero. The legacy PICs are as the firmware left them: mask them first.
//! - [`BootInfo`] lies in low memory (BIOS) or `.bss` (PVH): copy what is needed before that
//!   memory is used for something else.
#![no_std]

#[cfg(any(feature = "image", test))]
extern crate alloc;

#[cfg(feature = "entry")]
mod entry;
pub mod flud;
#[cfg(any(feature = "image", test))]
pub mod image;
mod info;
pub mod way_back;

pub use info::{BOOT_INFO_MAGIC, BOOT_INFO_VERSION, BootInfo, Loader, MAX_REGIONS, MemoryRegion};

/// Length of the stack that `kernel_main` starts on, in bytes.
pub const BOOT_STACK_BYTES: usize = 64 * 1024;
