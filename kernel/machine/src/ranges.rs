//! Free physical memory: a sorted list of ranges that frames are taken from.
//!
//! Frames are taken in a few sizes and seldom come back, so ranges beat a bitmap: nothing to
//! set up for memory that is never used, and 4 GiB cost as much as 32 MiB.

/// Size of a small page, the unit of everything here.
pub const PAGE: u64 = 4096;

/// Size of a large page.
pub const LARGE_PAGE: u64 = 2 << 20;

/// A half-open range of physical addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Range {
    /// First byte.
    pub start: u64,
    /// One past the last byte.
    pub end: u64,
}

impl Range {
    /// Length in bytes; 0 for an empty or inverted range.
    pub fn len(self) -> u64 {
        self.end.saturating_sub(self.start)
    }

    /// Whether there is no byte in it.
    pub fn is_empty(self) -> bool {
        self.end <= self.start
    }

    /// The whole pages inside.
    pub fn inner_pages(self) -> Range {
        Range {
            start: self.start.checked_next_multiple_of(PAGE).unwrap_or(u64::MAX),
            end: self.end & !(PAGE - 1),
        }
    }

    /// The pages touched.
    pub fn outer_pages(self) -> Range {
        Range {
            start: self.start & !(PAGE - 1),
            end: self.end.checked_next_multiple_of(PAGE).unwrap_or(!(PAGE - 1)),
        }
    }
}

/// Which end of memory to take from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum From {
    /// The lowest fit: small frames and what devices must reach.
    Low,
    /// The highest fit: large frames, so that low memory stays whole.
    High,
}

/// The free ranges, sorted, disjoint, never touching each other.
#[derive(Clone, Debug)]
pub struct FreeRanges {
    ranges: [Range; Self::CAPACITY],
    used: usize,
}

impl Default for FreeRanges {
    fn default() -> Self {
        Self::new()
    }
}

impl FreeRanges {
    /// More ranges than this are not remembered: the shortest is dropped. Firmware reports
    /// about ten, and the kernel splits few.
    pub const CAPACITY: usize = 64;

    /// No memory at all.
    pub const fn new() -> Self {
        Self { ranges: [Range { start: 0, end: 0 }; Self::CAPACITY], used: 0 }
    }

    /// The ranges, lowest first.
    pub fn as_slice(&self) -> &[Range] {
        &self.ranges[..self.used]
    }

    /// Free bytes.
    pub fn total(&self) -> u64 {
        self.as_slice().iter().map(|r| r.len()).sum()
    }

    /// Whether a byte is free.
    pub fn contains(&self, address: u64) -> bool {
        self.as_slice().iter().any(|r| (r.start..r.end).contains(&address))
    }

    /// Makes a range free, merging it with its neighbours. Parts that are free already stay so.
    pub fn add(&mut self, new: Range) {
        if new.is_empty() {
            return;
        }
        let mut merged = new;
        let mut at = 0;
        while at < self.used {
            let r = self.ranges[at];
            if r.end < merged.start || r.start > merged.end {
                at += 1;
                continue;
            }
            merged = Range { start: merged.start.min(r.start), end: merged.end.max(r.end) };
            self.delete(at);
        }
        let at = self.as_slice().partition_point(|r| r.start < merged.start);
        self.insert(at, merged);
    }

    /// Takes a range out, whether or not all of it was free.
    pub fn remove(&mut self, gone: Range) {
        if gone.is_empty() {
            return;
        }
        let mut at = 0;
        while at < self.used {
            let r = self.ranges[at];
            if r.end <= gone.start || r.start >= gone.end {
                at += 1;
                continue;
            }
            self.delete(at);
            let before = Range { start: r.start, end: gone.start };
            let after = Range { start: gone.end, end: r.end };
            for part in [before, after] {
                if !part.is_empty() {
                    self.insert(at, part);
                    at += 1;
                }
            }
        }
    }

    /// Takes `len` bytes at a multiple of `align` (a power of two), all below `limit`.
    pub fn take(&mut self, len: u64, align: u64, limit: u64, from: From) -> Option<u64> {
        let fit = |r: &Range| -> Option<u64> {
            let end = r.end.min(limit);
            let start = match from {
                From::Low => r.start.checked_next_multiple_of(align)?,
                From::High => end.checked_sub(len)? & !(align - 1),
            };
            (start >= r.start && start.checked_add(len)? <= end).then_some(start)
        };
        let start = match from {
            From::Low => self.as_slice().iter().find_map(fit),
            From::High => self.as_slice().iter().rev().find_map(fit),
        }?;
        self.remove(Range { start, end: start + len });
        Some(start)
    }

    fn delete(&mut self, at: usize) {
        self.ranges.copy_within(at + 1..self.used, at);
        self.used -= 1;
    }

    fn insert(&mut self, at: usize, range: Range) {
        if self.used == Self::CAPACITY {
            let shortest = (0..self.used).min_by_key(|&i| self.ranges[i].len()).unwrap_or(0);
            if self.ranges[shortest].len() >= range.len() {
                return;
            }
            self.delete(shortest);
            let at = self.as_slice().partition_point(|r| r.start < range.start);
            return self.insert(at, range);
        }
        self.ranges.copy_within(at..self.used, at + 1);
        self.ranges[at] = range;
        self.used += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn of(pairs: &[(u64, u64)]) -> FreeRanges {
        let mut free = FreeRanges::new();
        for &(start, end) in pairs {
            free.add(Range { start, end });
        }
        free
    }

    fn pairs(free: &FreeRanges) -> Vec<(u64, u64)> {
        free.as_slice().iter().map(|r| (r.start, r.end)).collect()
    }

    #[test]
    fn neighbours_and_overlaps_merge() {
        assert_eq!(pairs(&of(&[(8, 10), (0, 2), (2, 4), (3, 9)])), [(0, 10)]);
        assert_eq!(pairs(&of(&[(5, 6), (1, 2)])), [(1, 2), (5, 6)]);
        assert_eq!(pairs(&of(&[(5, 5), (7, 3)])), []);
    }

    #[test]
    fn removing_splits() {
        let mut free = of(&[(0, 10), (20, 30)]);
        free.remove(Range { start: 4, end: 6 });
        assert_eq!(pairs(&free), [(0, 4), (6, 10), (20, 30)]);
        free.remove(Range { start: 3, end: 25 });
        assert_eq!(pairs(&free), [(0, 3), (25, 30)]);
        free.remove(Range { start: 0, end: u64::MAX });
        assert_eq!(free.total(), 0);
    }

    #[test]
    fn taking_respects_alignment_limit_and_end() {
        let mut free = of(&[(0x1800, 0x5000), (0x10000, 0x40000)]);
        assert_eq!(free.take(0x1000, 0x1000, u64::MAX, From::Low), Some(0x2000));
        assert_eq!(free.take(0x8000, 0x8000, u64::MAX, From::High), Some(0x38000));
        assert_eq!(free.take(0x1000, 0x1000, 0x10000, From::High), Some(0x4000));
        assert_eq!(free.take(0x100000, 0x1000, u64::MAX, From::Low), None);
        assert_eq!(free.take(u64::MAX, 0x1000, u64::MAX, From::Low), None);
        assert_eq!(pairs(&free), [(0x1800, 0x2000), (0x3000, 0x4000), (0x10000, 0x38000)]);
    }

    #[test]
    fn a_full_list_loses_its_shortest_range_only() {
        let mut free = FreeRanges::new();
        for i in 0..FreeRanges::CAPACITY as u64 {
            free.add(Range { start: i * 100, end: i * 100 + 10 + i });
        }
        free.add(Range { start: 1_000_000, end: 1_000_050 });
        assert_eq!(free.as_slice().len(), FreeRanges::CAPACITY);
        assert_eq!(free.as_slice()[0], Range { start: 100, end: 111 });
        assert_eq!(free.as_slice().last(), Some(&Range { start: 1_000_000, end: 1_000_050 }));
    }

    #[test]
    fn pages_round_inwards_and_outwards() {
        let r = Range { start: 1, end: 0x2fff };
        assert_eq!(r.inner_pages(), Range { start: 0x1000, end: 0x2000 });
        assert_eq!(r.outer_pages(), Range { start: 0, end: 0x3000 });
        assert!(Range { start: 1, end: 2 }.inner_pages().is_empty());
        let top = Range { start: u64::MAX - 1, end: u64::MAX };
        assert!(top.inner_pages().is_empty());
    }
}
