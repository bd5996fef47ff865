//! The order of functions in memory: the hottest first, and none across a page that can do without.
//!
//! An emulator that translates code (QEMU's TCG) cannot jump directly to a block that begins in one
//! page and ends in the next, because the second page might be mapped anew: it goes through its
//! main loop instead, each time. A function of a few instructions then takes several times as long.

use super::{UnitId, Units};
use alloc::vec::Vec;

/// Bytes in the smallest page of a processor.
pub const PAGE: u64 = 4096;

/// Puts `functions`, which are there with the hottest first, into their order from address `at` on.
/// `align` is by unit.
///
/// Where the hottest does not end in the page it begins in, one that does is taken first. Where
/// none does, the coldest lies across the pages.
pub fn in_pages(mut functions: Vec<UnitId>, units: &Units, align: &[u64], at: u64) -> Vec<UnitId> {
    let mut at = at;
    let mut order = Vec::with_capacity(functions.len());
    while !functions.is_empty() {
        let span = |id: &UnitId| {
            let start = at.next_multiple_of(align[id.0 as usize]);
            (start, start + units.unit(*id).size)
        };
        let in_one_page = |id: &UnitId| {
            let (start, end) = span(id);
            start / PAGE == end.saturating_sub(1).max(start) / PAGE
        };
        let next = functions.iter().position(in_one_page).unwrap_or(functions.len() - 1);
        let id = functions.remove(next);
        (_, at) = span(&id);
        order.push(id);
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link::{Kind, Unit};

    fn order(sizes: &[(usize, u64)], at: u64) -> Vec<u32> {
        let mut units = Units::default();
        let add = |(size, align): &(usize, u64)| {
            units.add(Unit::new("f", Kind::Text, *align, vec![0; *size]))
        };
        let ids: Vec<UnitId> = sizes.iter().map(add).collect();
        let align: Vec<u64> = sizes.iter().map(|(_, align)| *align).collect();
        in_pages(ids, &units, &align, at).iter().map(|id| id.0).collect()
    }

    #[test]
    fn the_hottest_come_first_where_they_fit() {
        assert_eq!(order(&[(100, 16), (200, 16), (300, 1)], 0x8000), [0, 1, 2]);
        assert_eq!(order(&[(4096, 16), (10, 1)], 0x8000), [0, 1]);
    }

    #[test]
    fn colder_ones_fill_a_page_that_is_too_short() {
        // 16 bytes are left: the second fits exactly, and then the first begins a page.
        assert_eq!(order(&[(140, 16), (16, 1)], 0x7ff0), [1, 0]);
        // None fits: the coldest lies across.
        assert_eq!(order(&[(140, 16), (40, 16), (80, 1)], 0x7ff0), [2, 0, 1]);
        // What is larger than a page has to.
        assert_eq!(order(&[(5000, 16)], 0x7ff0), [0]);
    }
}
