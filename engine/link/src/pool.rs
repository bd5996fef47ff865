//! A pool of addresses: best fit, with neighbours joined when freed.

use alloc::collections::{BTreeMap, BTreeSet};

/// Free and used ranges of one stretch of address space. It touches no memory.
#[derive(Debug)]
pub(crate) struct Pool {
    /// Free ranges: start to length in bytes.
    free: BTreeMap<usize, usize>,
    /// The same by length, each with its start. Code is aligned, so there are many small gaps.
    by_len: BTreeSet<(usize, usize)>,
    size: usize,
    used: usize,
}

impl Pool {
    pub(crate) fn new(start: usize, size: usize) -> Self {
        let mut pool = Self { free: BTreeMap::new(), by_len: BTreeSet::new(), size, used: 0 };
        pool.insert(start, size);
        pool
    }

    /// Bytes in use.
    pub(crate) fn used(&self) -> usize {
        self.used
    }

    /// Bytes in all.
    pub(crate) fn size(&self) -> usize {
        self.size
    }

    /// The start of `len` bytes at a multiple of `align`, from the smallest range that has room.
    pub(crate) fn take(&mut self, len: usize, align: usize) -> Option<usize> {
        let fit = |&(room, start): &(usize, usize)| {
            let at = start.checked_next_multiple_of(align)?;
            let needed = (at - start).checked_add(len)?;
            (needed <= room).then_some((room, start, at))
        };
        let (room, start, at) = self.by_len.range((len, 0)..).find_map(fit)?;
        self.remove(start);
        self.insert(start, at - start);
        self.insert(at + len, start + room - (at + len));
        self.used += len;
        Some(at)
    }

    /// Gives back what [`Pool::take`] gave.
    pub(crate) fn give(&mut self, start: usize, len: usize) {
        if len == 0 {
            return;
        }
        self.used -= len;
        let (mut start, mut len) = (start, len);
        if let Some((&before, &room)) = self.free.range(..start).next_back()
            && before + room == start
        {
            self.remove(before);
            start = before;
            len += room;
        }
        len += self.remove(start + len);
        self.insert(start, len);
    }

    fn insert(&mut self, start: usize, len: usize) {
        if len > 0 {
            self.free.insert(start, len);
            self.by_len.insert((len, start));
        }
    }

    /// Takes the free range that starts at `start` out; its length, 0 if there is none.
    fn remove(&mut self, start: usize) -> usize {
        let len = self.free.remove(&start).unwrap_or(0);
        self.by_len.remove(&(len, start));
        len
    }
}

#[cfg(test)]
mod tests {
    use super::Pool;

    #[test]
    fn neighbours_join() {
        let mut pool = Pool::new(0x1000, 0x100);
        let parts: [usize; 4] = core::array::from_fn(|_| pool.take(0x40, 16).unwrap());
        assert_eq!(parts, [0x1000, 0x1040, 0x1080, 0x10c0]);
        assert_eq!(pool.take(1, 1), None);
        for at in [1, 3, 0, 2] {
            pool.give(parts[at], 0x40);
        }
        assert_eq!(pool.used(), 0);
        assert_eq!(pool.take(0x100, 1), Some(0x1000));
    }

    #[test]
    fn alignment_loses_nothing() {
        let mut pool = Pool::new(0x1001, 0xff);
        let at = pool.take(0x20, 64).unwrap();
        assert_eq!(at, 0x1040);
        pool.give(at, 0x20);
        assert_eq!(pool.take(0xff, 1), Some(0x1001));
        assert_eq!(pool.take(usize::MAX, 4096), None);
    }
}
