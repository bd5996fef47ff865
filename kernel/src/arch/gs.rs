//! The calling processor's own data, found through the GS segment.
//!
//! The base of GS is the address of the processor's [`Block`], for good: neither kernel nor
//! compiled code ever changes it, and no interrupt swaps it.

use core::mem::offset_of;

use x86::msr::{IA32_GS_BASE, wrmsr};

use crate::cores::Block;

/// Makes `block` that of the calling processor.
///
/// # Safety
/// Called once on each processor, before anything asks for its block; no other processor has the
/// same one.
pub unsafe fn set(block: &'static Block) {
    // SAFETY: every x86-64 processor has the register, and nothing used GS before.
    unsafe { wrmsr(IA32_GS_BASE, core::ptr::from_ref(block).addr() as u64) };
}

/// The calling processor's block.
#[inline]
pub fn block() -> &'static Block {
    let block: *const Block;
    // SAFETY: GS was set in the first instructions of this processor's Rust code (kernel
    // invariant 10), and a block holds its own address from then on.
    unsafe {
        core::arch::asm!("mov {}, gs:[{this}]", out(reg) block, this = const offset_of!(Block, this),
            options(nostack, preserves_flags, readonly));
        &*block
    }
}
