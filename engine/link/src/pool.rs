//! A pool of addresses: best fit, with neighbours joined when freed.

use alloc::collections::BTreeMap;

/// Free and used ranges of one stretch of address space. It touches no memory.
#[derive(Debug)]
pub(crate) struct Pool {
    /// Free ranges: start to length in bytes.
    free: BTreeMap<usize, usize>,
    size: usize,
    used: usize,
}

impl Pool {
    pub(crate) fn new(start: usize, size: usize) -> Self {
        let mut free = BTreeMap::new();
        if size > 0 {
            free.insert(start, size);
        }
        Self { free, size, used: 0 }
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
        let fit = |(&start, &room): (&usize, &usize)| {
            let at = start.checked_next_multiple_of(align)?;
            let needed = (at - start).checked_add(len)?;
            (needed <= room).then_some((room, start, at))
        };
        let (room, start, at) = self.free.iter().filter_map(fit).min()?;
        self.free.remove(&start);
        if at > start {
            self.free.insert(start, at - start);
        }
        let end = start + room;
        if at + len < end {
            self.free.insert(at + len, end - (at + len));
        }
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
            self.free.remove(&before);
            start = before;
            len += room;
        }
        if let Some(room) = self.free.remove(&(start + len)) {
            len += room;
        }
        self.free.insert(start, len);
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
