//! The table of interrupts, and the two that mean no fault.

use core::sync::atomic::{AtomicU64, Ordering};

unsafe extern "C" {
    /// The table, and what two of them do (`text/cores.s`).
    pub static core_idt: [AtomicU64; 96];
    static core_woken: u8;
    static core_spurious: u8;
}

/// Has the interrupts that wake, and those that mean nothing, lead where they belong.
pub fn set_gates() {
    const CODE: u64 = 8 << 16;
    const GATE: u64 = 0x8e00 << 32;
    // SAFETY: the table is in use, but these entries are not yet; it is the linker's, as are the names.
    unsafe {
        for (vector, code) in [(0x20, &raw const core_woken), (0x2f, &raw const core_spurious)] {
            let address = code.addr() as u64;
            let gate = address & 0xffff | CODE | GATE | (address & 0xffff_0000) << 32;
            if let Some(entry) = core_idt.get(2 * vector) {
                entry.store(gate, Ordering::Relaxed);
            }
        }
    }
}
