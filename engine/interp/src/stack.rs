//! The memory that interpreted frames live in: one block a processor, used from low to high.

use alloc::alloc::{Layout, alloc, dealloc, handle_alloc_error};
use core::cell::Cell;
use core::ptr::NonNull;

/// Alignment in bytes of the block and of every frame.
pub(crate) const ALIGN: usize = 64;

/// The stack of interpreted calls of one processor.
///
/// Values, constants and fixed-size locals of a call lie in its frame at the low end; what is
/// allocated by a computed size comes from the high end downwards. Both ends meet in a trap
/// that names the function.
#[derive(Debug)]
pub struct Stack {
    base: NonNull<u8>,
    layout: Layout,
    /// First free address at the low end, when no interpreted code is running.
    low: Cell<usize>,
    /// End of what is free.
    high: Cell<usize>,
    /// The innermost frame when control left interpreted code, or 0.
    inner: Cell<usize>,
}

// SAFETY: it owns its memory; who has the stack has all pointers into it that are used.
unsafe impl Send for Stack {}

/// How far a stack was used at some moment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    low: usize,
    high: usize,
    inner: usize,
}

impl Mark {
    pub(crate) fn low(self) -> usize {
        self.low
    }

    pub(crate) fn high(self) -> usize {
        self.high
    }

    pub(crate) fn inner(self) -> usize {
        self.inner
    }
}

impl Stack {
    /// A stack of about `bytes` bytes (64 KiB at least). Frames are usually a few hundred
    /// bytes.
    pub fn new(bytes: usize) -> Self {
        let size = bytes.clamp(64 << 10, isize::MAX as usize / 2).next_multiple_of(ALIGN);
        let Ok(layout) = Layout::from_size_align(size, ALIGN) else {
            unreachable!("the size was clamped")
        };
        // SAFETY: the size is not zero.
        let base = unsafe { alloc(layout) };
        let Some(base) = NonNull::new(base) else { handle_alloc_error(layout) };
        let low = base.as_ptr() as usize;
        Self { base, layout, low: Cell::new(low), high: Cell::new(low + size), inner: Cell::new(0) }
    }

    /// How far it is used now.
    pub fn mark(&self) -> Mark {
        Mark { low: self.low.get(), high: self.high.get(), inner: self.inner.get() }
    }

    /// Forgets everything that was put on it since `mark`: for after control has jumped out
    /// of interpreted code ([`crate::World::trap`]).
    pub fn reset(&self, mark: Mark) {
        self.low.set(mark.low);
        self.high.set(mark.high);
        self.inner.set(mark.inner);
    }

    /// Control leaves interpreted code: free is what lies between, `inner` is the innermost frame.
    pub(crate) fn leave(&self, low: usize, high: usize, inner: usize) {
        self.reset(Mark { low, high, inner });
    }

    /// Lowest and highest address of the block.
    pub fn bounds(&self) -> (usize, usize) {
        let base = self.base.as_ptr() as usize;
        (base, base + self.layout.size())
    }
}

impl Drop for Stack {
    fn drop(&mut self) {
        // SAFETY: `new` allocated it with this layout.
        unsafe { dealloc(self.base.as_ptr(), self.layout) }
    }
}
