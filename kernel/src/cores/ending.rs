//! Whether the machine is about to end.

use core::sync::atomic::{AtomicPtr, Ordering};

use super::block::Block;
use crate::arch::gs;

/// Who ends the machine.
pub(super) static OWNER: AtomicPtr<Block> = AtomicPtr::new(core::ptr::null_mut());

/// Whether the machine is about to end.
pub fn is_ending() -> bool {
    !OWNER.load(Ordering::Acquire).is_null()
}

/// Stands still if another processor is ending the machine: nothing that is begun now would be heard.
pub fn stand_if_ending() {
    let owner = OWNER.load(Ordering::Acquire);
    if !owner.is_null() && !core::ptr::eq(owner, gs::block()) {
        stand();
    }
}

/// Stands still for good.
pub fn stand() -> ! {
    gs::block().stands.store(true, Ordering::Release);
    loop {
        // SAFETY: nothing is left to do for this processor.
        unsafe {
            x86::irq::disable();
            x86::halt();
        }
    }
}
