//! The program's heap: from below what programs ask for, from above what is in files that they map.

use bareflow_platform::Arena;
use spin::Mutex;

/// What mapped files are aligned to: pages, which devices write to without a detour.
const PAGE: usize = 4096;

/// The program's heap, which only grows.
#[derive(Debug)]
pub(crate) struct Heap {
    arena: Arena,
    taken: Mutex<Taken>,
}

/// Bytes that were given.
#[derive(Clone, Copy, Default, Debug)]
struct Taken {
    below: usize,
    above: usize,
}

impl Taken {
    const fn all(self) -> usize {
        self.below + self.above
    }
}

impl Heap {
    /// A heap of which nothing is used.
    pub(crate) fn new(arena: Arena) -> Self {
        Self { arena, taken: Mutex::default() }
    }

    /// Bytes that were given.
    pub(crate) fn used(&self) -> usize {
        self.taken.lock().all()
    }

    /// The address of `bytes` more, rounded up to 16, directly behind what was given last; `None`
    /// when there are no more.
    pub(crate) fn grow(&self, bytes: usize) -> Option<usize> {
        let bytes = bytes.checked_next_multiple_of(16)?;
        let mut taken = self.taken.lock();
        taken.all().checked_add(bytes).filter(|all| *all <= self.arena.len)?;
        let at = self.arena.base + taken.below;
        taken.below += bytes;
        Some(at)
    }

    /// The address of zeroed pages for so many bytes of a file; `None` when there are no more.
    pub(crate) fn pages(&self, bytes: usize) -> Option<usize> {
        let bytes = bytes.checked_next_multiple_of(PAGE)?;
        let mut taken = self.taken.lock();
        taken.all().checked_add(bytes).filter(|all| *all <= self.arena.len)?;
        taken.above += bytes;
        Some(self.arena.base + self.arena.len - taken.above)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_meet_and_do_not_pass() {
        let heap = Heap::new(Arena { base: 1 << 20, write: 1 << 20, len: 4 * PAGE });
        assert_eq!(heap.grow(10), Some(1 << 20));
        assert_eq!(heap.pages(1), Some((1 << 20) + 3 * PAGE));
        assert_eq!(heap.grow(1), Some((1 << 20) + 16));
        assert_eq!(heap.pages(2 * PAGE), Some((1 << 20) + PAGE));
        assert_eq!(
            (heap.pages(1), heap.pages(usize::MAX), heap.grow(usize::MAX)),
            (None, None, None)
        );
        assert_eq!((heap.grow(PAGE - 32), heap.grow(1)), (Some((1 << 20) + 32), None));
        assert_eq!(heap.used(), 4 * PAGE);
    }
}
