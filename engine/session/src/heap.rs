//! The program's heap.

use core::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use bareflow_platform::Arena;

/// The program's heap, which only grows.
#[derive(Debug)]
pub(crate) struct Heap {
    arena: Arena,
    used: AtomicUsize,
}

impl Heap {
    /// A heap of which nothing is used.
    pub(crate) fn new(arena: Arena) -> Self {
        Self { arena, used: AtomicUsize::new(0) }
    }

    /// Bytes that were given.
    pub(crate) fn used(&self) -> usize {
        self.used.load(Relaxed)
    }

    /// The address of `bytes` more, rounded up to 16, directly behind what was given last; `None`
    /// when there are no more.
    pub(crate) fn grow(&self, bytes: usize) -> Option<usize> {
        let bytes = bytes.checked_next_multiple_of(16)?;
        let end = |used: usize| used.checked_add(bytes).filter(|end| *end <= self.arena.len);
        let used = self.used.fetch_update(Relaxed, Relaxed, end).ok()?;
        Some(self.arena.base + used)
    }
}
