//! The interrupt descriptor table: 256 gates, each on a stack of its own choosing.
//!
//! *Every* vector switches stacks, because precompiled `core` and code from LLVM keep live
//! values below the stack pointer (the red zone), where the processor would push.

use bareflow_machine::vectors;
use x86::dtables::{DescriptorTablePointer, lidt};

use super::gdt;

core::arch::global_asm!(
    include_str!("vectors.s"),
    with_error = const vectors::WITH_ERROR_CODE,
);

unsafe extern "C" {
    /// 256 stubs, 16 bytes each.
    static trap_stubs: [[u8; 16]; 256];
}

static mut IDT: [[u64; 2]; 256] = [[0; 2]; 256];

/// Fills the table that all processors use.
///
/// # Safety
/// Called once, before any processor loads it.
pub unsafe fn fill() {
    const INTERRUPT_GATE: u64 = 0x8e00;
    let idt = &raw mut IDT;
    for vector in 0..=255u8 {
        let target =
            (&raw const trap_stubs).cast::<[u8; 16]>().wrapping_add(vector.into()).addr() as u64;
        let attributes = INTERRUPT_GATE | u64::from(vectors::stack(vector));
        let low = target & 0xffff
            | u64::from(gdt::CODE) << 16
            | attributes << 32
            | (target >> 16 & 0xffff) << 48;
        // SAFETY: nobody else refers to the table yet: this is called once.
        unsafe { (*idt)[usize::from(vector)] = [low, target >> 32] };
    }
}

/// Loads it on the calling processor.
///
/// # Safety
/// It is filled, and the GDT with this processor's interrupt stacks is loaded.
pub unsafe fn load() {
    // SAFETY: the table lives for ever, its gates lead to the stubs (kernel invariant 3).
    unsafe {
        lidt(&DescriptorTablePointer {
            limit: size_of::<[[u64; 2]; 256]>() as u16 - 1,
            base: (&raw const IDT).cast::<[u64; 2]>(),
        })
    };
}
