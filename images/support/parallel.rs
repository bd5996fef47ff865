//! Loops on all processors.
//!
//! A loop's rounds are handed out in pieces, to whoever is free; the caller takes part, and everything is
//! done when the call returns. A loop inside of a loop runs on the processor that comes to it. Results are
//! put together in the order of the pieces, which does not depend on the number of processors: sums of
//! floating-point numbers come out the same on any.
//!
//! ```ignore
//! use support::parallel;
//!
//! parallel::for_each_chunk(&mut pixels, 640, |y, row| draw(y, row));
//! let hits = parallel::reduce(0..1_000_000, 4096, |part| part.filter(hit).count(), |a, b| a + b);
//! ```

#[cfg(not(native))]
extern crate alloc;
#[cfg(native)]
use std as alloc;

use alloc::vec::Vec;
use core::mem::MaybeUninit;
use core::ops::Range;
use core::sync::atomic::{AtomicUsize, Ordering};

/// Has each processor that is free call `work`, and calls it, too; comes back when all have.
pub fn team(work: impl Fn() + Sync) {
    imp::team(&work);
}

/// Calls `each` with every number of the range.
pub fn for_each(range: Range<usize>, each: impl Fn(usize) + Sync) {
    // Short rounds do not wait for each other at the counter, long ones are well spread.
    let piece = (range.len() / 256).clamp(1, 1024);
    in_pieces(range, piece, |_, part| part.for_each(&each));
}

/// Calls `each` with every `size` elements of the slice, the last ones perhaps fewer, and their number in
/// order.
///
/// # Panics
/// When `size` is 0.
pub fn for_each_chunk<T: Send>(
    slice: &mut [T],
    size: usize,
    each: impl Fn(usize, &mut [T]) + Sync,
) {
    let (all, start) = (slice.len(), Shared(slice.as_mut_ptr()));
    in_pieces(0..all, size, |number, part| {
        // SAFETY: parts lie in the slice, and none overlaps another; the slice is borrowed for as long as
        // the loop lasts.
        let chunk = unsafe { core::slice::from_raw_parts_mut(start.at(part.start), part.len()) };
        each(number, chunk);
    });
}

/// Puts together what `map` makes of every `piece` numbers of the range; `None` for an empty range.
///
/// # Panics
/// When `piece` is 0.
pub fn reduce<R: Send>(
    range: Range<usize>,
    piece: usize,
    map: impl Fn(Range<usize>) -> R + Sync,
    fold: impl FnMut(R, R) -> R,
) -> Option<R> {
    let count = range.len().div_ceil(piece);
    let mut results: Vec<MaybeUninit<R>> = (0..count).map(|_| MaybeUninit::uninit()).collect();
    let start = Shared(results.as_mut_ptr());
    in_pieces(range, piece, |number, part| {
        // SAFETY: each number comes once, and there are so many places.
        unsafe { (*start.at(number)).write(map(part)) };
    });
    // SAFETY: the loop has written all of them.
    results.into_iter().map(|result| unsafe { result.assume_init() }).reduce(fold)
}

/// Calls `each` with every piece of the range, and its number in order.
fn in_pieces(range: Range<usize>, piece: usize, each: impl Fn(usize, Range<usize>) + Sync) {
    assert!(piece > 0, "a loop in pieces of nothing");
    let count = range.len().div_ceil(piece);
    let next = AtomicUsize::new(0);
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= count {
                return;
            }
            let start = range.start + number * piece;
            each(number, start..range.end.min(start.saturating_add(piece)));
        }
    };
    if count < 2 { work() } else { team(work) }
}

/// An address that all processors know, of places of which each uses others.
struct Shared<T>(*mut T);

impl<T> Shared<T> {
    /// # Safety
    /// There are more places than `index`.
    unsafe fn at(&self, index: usize) -> *mut T {
        // SAFETY: the caller's.
        unsafe { self.0.add(index) }
    }
}

// SAFETY: whoever uses it takes care that no place is used twice; what is there may be sent.
unsafe impl<T: Send> Sync for Shared<T> {}

#[cfg(not(native))]
mod imp {
    use core::ffi::c_void;
    use core::ptr::null;

    type Work<'a> = &'a (dyn Fn() + Sync + 'a);

    unsafe extern "C" {
        /// Of the C library's OpenMP part: a region, whose function gets the addresses that follow.
        fn __kmpc_fork_call(
            location: *const c_void,
            count: i32,
            region: unsafe extern "C" fn(*mut i32, *mut i32, *const c_void),
            ...
        );
    }

    pub fn team(work: Work<'_>) {
        // SAFETY: the region's function gets the address of `work`, which is there until all have come
        // back from it.
        unsafe { __kmpc_fork_call(null(), 1, region, (&raw const work).cast::<c_void>()) };
    }

    unsafe extern "C" fn region(_: *mut i32, _: *mut i32, work: *const c_void) {
        // SAFETY: `team` gives this address to nobody else.
        unsafe { (*work.cast::<Work<'_>>())() };
    }
}

#[cfg(native)]
mod imp {
    pub fn team(work: &(dyn Fn() + Sync)) {
        let count = std::thread::available_parallelism().map_or(1, usize::from);
        std::thread::scope(|scope| {
            for _ in 1..count {
                scope.spawn(work);
            }
            work();
        });
    }
}
