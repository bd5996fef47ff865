//! Jump tables.

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::sync::atomic::AtomicU64;

use super::shape::Src;
use super::slow::bad_label;
use super::{bump, handlers, next, read};

/// A `switch` or `indirectbr`.
#[derive(Debug)]
pub(crate) struct Switch {
    /// Values in increasing order and the index of their target; empty if `dense` is not.
    pub sorted: Vec<(u64, u32)>,
    /// First value of `dense`.
    pub base: u64,
    /// Index of the target for each value from `base` on.
    pub dense: Vec<u32>,
    /// The same of integers of more than 64 bits: little-endian limbs.
    pub wide: Vec<(Vec<u64>, u32)>,
    /// Instruction of each target, and how often it was taken: the default first, then the
    /// cases in order.
    pub targets: Vec<Target>,
    /// An `indirectbr`: no default.
    pub labels: bool,
}

/// A target of a [`Switch`].
#[derive(Debug)]
pub(crate) struct Target {
    /// Index of the instruction, then distance in bytes from the switch.
    pub at: i64,
    pub count: AtomicU64,
}

handlers! {
    /// Goes where the table at the address in `c` and `d` says for the word `b`, dense.
    fn switch_dense<L: Src>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let table = &*(inst.cd() as *const Switch);
        let offset = L::get::<u64>(fp, inst.b, acc, f, s).wrapping_sub(table.base);
        let index = match table.dense.get(offset as usize) {
            Some(index) => *index as usize,
            None => 0,
        };
        let target = table.targets.get_unchecked(index);
        bump(&target.count);
        next!(ip.byte_offset(target.at as isize), fp, cx, acc, f, s)
    }

    /// The same by binary search.
    fn switch_sorted(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let table = &*(inst.cd() as *const Switch);
        let value = read::<u64>(fp, inst.b);
        let index = match table.sorted.binary_search_by_key(&value, |entry| entry.0) {
            Ok(at) => table.sorted[at].1 as usize,
            Err(_) if table.labels => return bad_label(ip, fp, cx, value),
            Err(_) => 0,
        };
        let target = table.targets.get_unchecked(index);
        bump(&target.count);
        next!(ip.byte_offset(target.at as isize), fp, cx, acc, f, s)
    }

    /// The same for the integer of more than 64 bits at `b`.
    fn switch_wide(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let table = &*(inst.cd() as *const Switch);
        let index = find_wide(table, fp.add(inst.b as usize).cast());
        let target = table.targets.get_unchecked(index);
        bump(&target.count);
        next!(ip.byte_offset(target.at as isize), fp, cx, acc, f, s)
    }
}

/// The index of the target for the integer at `value`.
///
/// # Safety
/// It has as many limbs as the cases of the table, and zeros above its width.
#[inline(never)]
unsafe fn find_wide(table: &Switch, value: *const u64) -> usize {
    let compare = |limbs: &[u64]| {
        // SAFETY: the caller's.
        let at = |index: usize| unsafe { value.add(index).read_unaligned() };
        let mut places = (0..limbs.len()).rev();
        let differs = places.find(|place| limbs[*place] != at(*place));
        differs.map_or(Ordering::Equal, |place| limbs[place].cmp(&at(place)))
    };
    match table.wide.binary_search_by(|(limbs, _)| compare(limbs)) {
        Ok(found) => table.wide[found].1 as usize,
        Err(_) => 0,
    }
}
