//! Counting.
//!
//! A count is loaded and stored, not added to in one step: two processors that count at the same
//! moment may lose one, and no count costs more than two plain instructions.

use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::inst::{Inst, Ip};

/// One more; the sum.
#[inline(always)]
pub(crate) fn bump(count: &AtomicU64) -> u64 {
    let value = count.load(Relaxed).wrapping_add(1);
    count.store(value, Relaxed);
    value
}

/// One less: what was counted did not happen.
#[inline(always)]
pub(crate) fn take_back(count: &AtomicU64) {
    count.store(count.load(Relaxed).wrapping_sub(1), Relaxed);
}

/// Whether a count has come to its mark and it is the caller who reports that: of several
/// processors that see it, one. Nobody reports again until a new mark is stored.
#[cold]
pub(crate) fn claim(mark: &AtomicU64, count: u64) -> bool {
    let at = mark.load(Relaxed);
    count >= at && mark.compare_exchange(at, u64::MAX, Relaxed, Relaxed).is_ok()
}

/// Counts of a branch, in the place of an instruction.
#[repr(C)]
pub(crate) struct Tally {
    /// Times it jumped.
    pub jumped: AtomicU64,
    /// Times it fell through.
    pub passed: AtomicU64,
    /// Value of `jumped` at which to report; `u64::MAX` for never.
    pub hot_at: AtomicU64,
}

const _: () = assert!(size_of::<Tally>() == size_of::<Inst>());

/// The counts behind an instruction.
///
/// # Safety
/// A tally follows the instruction.
#[inline(always)]
pub(crate) unsafe fn tally<'a>(ip: Ip) -> &'a Tally {
    // SAFETY: the caller's.
    unsafe { &*ip.add(1).cast::<Tally>() }
}
