//! The machine code between a loader and `kernel_main`.
//!
//! `_start` is where stage 2 jumps, in long mode. `pvh_start` is where PVH enters, in 32-bit
//! protected mode without paging (Xen `docs/misc/pvh.pandoc`, `xen/include/public/arch-x86/
//! hvm/start_info.h`); it makes the same state and the same [`BootInfo`].

use core::arch::global_asm;

use crate::info::{BootInfo, MAX_REGIONS, MemoryRegion};

global_asm!(
    include_str!("entry/start.s"),
    stack_bytes = const crate::BOOT_STACK_BYTES,
    enter = sym enter_from_bios,
);
global_asm!(include_str!("entry/pvh.s"), enter = sym enter_from_pvh);

unsafe extern "C" {
    /// The kernel's: see the crate's page.
    fn kernel_main(info: *const BootInfo) -> !;
    /// The linker script's: first byte of the kernel.
    static __kernel_start: u8;
    /// The linker script's: past its last byte.
    static __kernel_end: u8;
}

/// What PVH hands over in EBX (version 1 of the record).
#[repr(C)]
struct StartInfo {
    magic: u32,
    version: u32,
    flags: u32,
    module_count: u32,
    modules: u64,
    command_line: u64,
    rsdp: u64,
    memory_map: u64,
    memory_map_entries: u32,
    reserved: u32,
}

/// One entry of PVH's map; its kinds are those of E820.
#[repr(C)]
struct StartRegion {
    base: u64,
    length: u64,
    kind: u32,
    reserved: u32,
}

/// `StartInfo::magic`: "xEn3" with the high bit of the E set.
const START_MAGIC: u32 = 0x336e_c578;

static mut PVH_INFO: BootInfo = BootInfo::empty();

/// From `_start`, on the boot stack.
///
/// # Safety
/// Only `_start` calls it, with stage 2's record.
unsafe extern "C" fn enter_from_bios(info: *const BootInfo) -> ! {
    // SAFETY: the state is the one the crate's page promises.
    unsafe { kernel_main(info) }
}

/// From `pvh_start`, on the boot stack. A record that is not PVH's gives an empty memory map,
/// which the kernel reports: there is no console yet.
///
/// # Safety
/// Only `pvh_start` calls it, once, with the pointer it was given.
unsafe extern "C" fn enter_from_pvh(start: *const StartInfo, tsc_start: u64) -> ! {
    let info = &raw mut PVH_INFO;
    // SAFETY: called once, before anything else runs, so nobody else refers to it.
    let info = unsafe { &mut *info };
    // SAFETY: the loader's record, in mapped memory, aligned by its own definition.
    let start = unsafe { &*start };
    info.loader = 1;
    info.tsc_start = tsc_start;
    info.kernel_start = (&raw const __kernel_start).addr() as u64;
    info.kernel_end = (&raw const __kernel_end).addr() as u64;
    if start.magic == START_MAGIC {
        info.rsdp = start.rsdp;
        info.command_line = start.command_line;
        if start.version >= 1 {
            let table =
                core::ptr::with_exposed_provenance::<StartRegion>(start.memory_map as usize);
            let count = (start.memory_map_entries as usize).min(MAX_REGIONS);
            for (i, out) in info.region_table[..count].iter_mut().enumerate() {
                // SAFETY: the loader says that this many entries are there.
                let entry = unsafe { &*table.add(i) };
                let &StartRegion { base, length, kind, .. } = entry;
                *out = MemoryRegion { base, length, kind, attributes: 1 };
            }
            info.region_count = count as u32;
        }
    }
    // SAFETY: reading the counter changes nothing.
    info.tsc_entry = unsafe { core::arch::x86_64::_rdtsc() };
    // SAFETY: the state is the one the crate's page promises.
    unsafe { kernel_main(info) }
}
