//! Stacks that run over end in a report.
//!
//! Below the stack of each processor beside the first lies a page that is mapped to nothing. A fault
//! there finds no room for what the processor pushes, so once there are several processors, faults
//! switch to a stack of their own: each processor has a task state segment, whose one use that is
//! (Intel SDM volume 3, 6.14.5).

use core::arch::asm;
use core::sync::atomic::Ordering;

use super::block::Block;
use super::gates::core_idt;
use super::segments::Segments;

/// Bytes of a stack for faults, and of a page.
pub const PAGE: usize = 4096;

/// Loads the calling processor's segments, which have its faults switch to its stack for them.
pub fn load(block: &Block) {
    const CODE: u64 = 0x0020_9b00_0000_0000;
    const AVAILABLE_TASK: u64 = 0x89 << 40;
    const TASK_BYTES: u32 = 104;
    const TASK: u16 = 0x10;
    let Segments { table, task } = &block.segments;
    let top = block.fault_top.load(Ordering::Relaxed) as u32;
    let base = task.get().addr() as u64;
    // SAFETY: they are this processor's, and nobody refers to them yet. The code segment is the same
    // that runs now; all lies below 4 GiB.
    unsafe {
        // Offsets in units of four bytes; the map of ports lies behind the end.
        (*task.get())[9] = top;
        (*task.get())[25] = TASK_BYTES << 16;
        *table.get() = [
            0,
            CODE,
            u64::from(TASK_BYTES - 1)
                | (base & 0xff_ffff) << 16
                | AVAILABLE_TASK
                | (base >> 24 & 0xff) << 56,
            base >> 32,
        ];
        let register = [31 << 48, table.get().addr() as u64];
        asm!("lgdt [{}]", in(reg) (&raw const register).byte_add(6),
            options(nostack, preserves_flags));
        asm!("ltr {0:x}", in(reg) TASK, options(nostack, preserves_flags));
    }
}

/// Has all faults switch stacks, once the first processor has loaded its segments.
pub fn use_fault_stacks() {
    const FIRST_STACK: u64 = 1 << 32;
    // SAFETY: the table of interrupts is the machine's; nothing happens meanwhile.
    let gates = unsafe { &core_idt };
    for gate in gates.iter().step_by(2).take(32) {
        gate.fetch_or(FIRST_STACK, Ordering::Relaxed);
    }
}

/// Has the page at an address be mapped to nothing. `table` is memory for a table of pages, of which
/// nothing is known; whether it was used.
pub fn forbid(address: usize, table: usize) -> bool {
    const DIRECTORIES: usize = 0x3000;
    const LARGE: u64 = 1 << 7;
    const PRESENT_AND_WRITABLE: u64 = 0b11;
    const ADDRESS: u64 = 0xffff_f000;
    let word = |table: usize, index: usize| {
        core::ptr::with_exposed_provenance_mut::<u64>(table + 8 * index)
    };
    let entry = word(DIRECTORIES, address >> 21);
    // SAFETY: the page tables map 4 GiB from there on (see the crate), and the new one is nobody else's
    // memory. The first processor alone runs, and forgets what it knew.
    unsafe {
        let split = *entry & LARGE != 0;
        if split {
            let base = *entry & ADDRESS;
            for index in 0..512 {
                *word(table, index) = (base + ((index as u64) << 12)) | PRESENT_AND_WRITABLE;
            }
            *entry = table as u64 | PRESENT_AND_WRITABLE;
        }
        *word((*entry & ADDRESS) as usize, address >> 12 & 511) = 0;
        asm!("mov {0}, cr3", "mov cr3, {0}", out(reg) _, options(nostack, preserves_flags));
        split
    }
}
