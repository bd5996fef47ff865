//! Making a processor one of this kernel.

use core::sync::atomic::Ordering;

use super::block::{Block, FIRST, FIRST_STACKS};
use crate::arch::{gdt, gs, idt};

impl Block {
    /// Makes the calling processor the one of this block, with segments and interrupt stacks.
    ///
    /// # Safety
    /// Called once on each processor, each with a block of its own, whose interrupt stacks are in
    /// place; the interrupt table is filled.
    pub unsafe fn take_over(&'static self) {
        self.this.store(core::ptr::from_ref(self).cast_mut(), Ordering::Relaxed);
        // SAFETY: once and in this order, by this function's contract.
        unsafe {
            gs::set(self);
            gdt::load(self.segments.get(), self.stacks.load(Ordering::Relaxed));
            idt::load();
        }
    }
}

/// Makes the calling processor the first one.
///
/// # Safety
/// Called once, before anything asks for a block.
pub unsafe fn take_over_first() {
    FIRST.set_stacks((&raw mut FIRST_STACKS).cast());
    // SAFETY: once, by this function's contract; no processor loads the table before.
    unsafe {
        idt::fill();
        FIRST.take_over();
    }
}
