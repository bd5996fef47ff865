//! Where another processor may come first: who does, a test can decide.
//!
//! What several processors do to what they share depends on who comes first, and a machine seldom tries
//! more than a few orders. So wherever the order matters (rings, the queue, seats, grace periods, call
//! sites, what slots lead to) the engine *offers* the baton. On a machine nobody holds it, and an offer
//! is a load and a branch, beside an atomic operation that costs many times as much. A test holds it: then
//! one processor runs at a time, and at an offer the holder decides, by a seed, who is next. The same
//! seed gives the same order again (`engine/hosted/src/seeded.rs`).
//!
//! A processor that waits for another without sleeping says so by [`spin`]: held, it would wait for
//! one that does not run.
#![no_std]

use core::sync::atomic::{AtomicPtr, Ordering};

/// Who decides.
#[derive(Clone, Copy, Debug)]
pub struct Holder {
    /// The calling processor goes on, at once or when others have been on.
    pub offer: fn(),
    /// The same, and nothing changes for it before others have been on.
    pub spin: fn(),
}

static HOLDER: AtomicPtr<Holder> = AtomicPtr::new(core::ptr::null_mut());

/// From now on `holder` decides, for all of this program.
pub fn hold(holder: &'static Holder) {
    HOLDER.store(core::ptr::from_ref(holder).cast_mut(), Ordering::Release);
}

#[inline(always)]
fn holder() -> Option<&'static Holder> {
    // SAFETY: null, or what `hold` was given, which stays for ever and never changes.
    unsafe { HOLDER.load(Ordering::Acquire).as_ref() }
}

/// Another processor may come first here.
#[inline(always)]
pub fn offer() {
    if let Some(holder) = holder() {
        (holder.offer)();
    }
}

/// One turn of a loop that waits for what another processor does.
#[inline(always)]
pub fn spin() {
    match holder() {
        Some(holder) => (holder.spin)(),
        None => core::hint::spin_loop(),
    }
}
