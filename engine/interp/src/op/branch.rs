//! Jumps, conditional branches and switches, with their counts.
//!
//! A conditional branch is followed by a [`Tally`]. It falls through to what follows that, or
//! jumps by the distance in bytes in `d`. Only a jump can be a back edge.

use core::cmp::Ordering;
use core::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::shape::{Binary, Imm, Last, Place, Reg, Src};
use super::{handlers, int, next, read, slow, write};
use crate::code::{Handler, Ip, Switch};

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

const _: () = assert!(size_of::<Tally>() == size_of::<crate::code::Inst>());

/// The counts behind an instruction.
///
/// # Safety
/// A tally follows the instruction.
#[inline(always)]
pub(crate) unsafe fn tally<'a>(ip: Ip) -> &'a Tally {
    // SAFETY: the caller's.
    unsafe { &*ip.add(1).cast::<Tally>() }
}

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

/// Jumps by the distance in `d`, counting.
macro_rules! jump {
    ($ip:ident, $fp:ident, $cx:ident, $acc:ident, $f:ident, $s:ident) => {{
        let tally = tally($ip);
        if bump(&tally.jumped) == tally.hot_at.load(Relaxed) {
            return slow::hot_loop($ip, $fp, $cx, $acc, $f, $s);
        }
        next!($ip.byte_offset((*$ip).d as i32 as isize), $fp, $cx, $acc, $f, $s)
    }};
}

handlers! {
    /// Jumps; not counted.
    fn go(ip, fp, cx, acc, f, s) {
        next!(ip.byte_offset((*ip).d as i32 as isize), fp, cx, acc, f, s)
    }

    /// Jumps along a back edge. A tally follows.
    fn go_back(ip, fp, cx, acc, f, s) {
        jump!(ip, fp, cx, acc, f, s)
    }

    /// `a = b`, then jumps; not counted.
    fn word_go(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        write(fp, inst.a, read::<u64>(fp, inst.b));
        next!(ip.byte_offset(inst.d as i32 as isize), fp, cx, acc, f, s)
    }

    /// `a = b`, then jumps along a back edge. A tally follows.
    fn word_go_back(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        write(fp, inst.a, read::<u64>(fp, inst.b));
        jump!(ip, fp, cx, acc, f, s)
    }

    /// Jumps if `O(b, c)`. A tally follows.
    fn branch<O: Binary<Out = bool>, L: Src, R: Src>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        if O::run(L::get(fp, inst.b, acc, f, s), R::get(fp, inst.c, acc, f, s)) {
            jump!(ip, fp, cx, acc, f, s)
        } else {
            bump(&tally(ip).passed);
            next!(ip.add(2), fp, cx, acc, f, s)
        }
    }

    /// Jumps if the bit `b` is `c`. A tally follows.
    fn branch_bit<L: Src>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        if u32::from(L::get::<u8>(fp, inst.b, acc, f, s) & 1) == inst.c {
            jump!(ip, fp, cx, acc, f, s)
        } else {
            bump(&tally(ip).passed);
            next!(ip.add(2), fp, cx, acc, f, s)
        }
    }

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
            Err(_) if table.labels => return slow::bad_label(ip, fp, cx, value),
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

/// The handler of a branch on a comparison.
pub(crate) fn pick<O: Binary<Out = bool>>(left: Place, right: Place) -> Handler {
    match (left, right) {
        (Place::Last(_), Place::Last(_)) => branch::<O, Last, Last>,
        (Place::Last(_), Place::Imm(_)) => branch::<O, Last, Imm>,
        (Place::Last(_), Place::Reg(_)) => branch::<O, Last, Reg>,
        (_, Place::Last(_)) => branch::<O, Reg, Last>,
        (_, Place::Imm(_)) => branch::<O, Reg, Imm>,
        (_, Place::Reg(_)) => branch::<O, Reg, Reg>,
    }
}

fn pick_float<O: Binary<Out = bool>>(left: Place, right: Place) -> Handler {
    match (left, right) {
        (Place::Last(_), Place::Last(_)) => branch::<O, Last, Last>,
        (Place::Last(_), _) => branch::<O, Last, Reg>,
        (_, Place::Last(_)) => branch::<O, Reg, Last>,
        _ => branch::<O, Reg, Reg>,
    }
}

/// The handler of a branch on an integer comparison.
pub(crate) fn on_int(pred: bareflow_ir::IntPredicate, bits: u32, l: Place, r: Place) -> Handler {
    use bareflow_ir::IntPredicate as P;
    use int::{Eq, Ne, Sge, Sgt, Sle, Slt, Uge, Ugt, Ule, Ult, by_width};
    match pred {
        P::Eq => by_width!(bits, pick, Eq, l, r),
        P::Ne => by_width!(bits, pick, Ne, l, r),
        P::Ugt => by_width!(bits, pick, Ugt, l, r),
        P::Uge => by_width!(bits, pick, Uge, l, r),
        P::Ult => by_width!(bits, pick, Ult, l, r),
        P::Ule => by_width!(bits, pick, Ule, l, r),
        P::Sgt => by_width!(bits, pick, Sgt, l, r),
        P::Sge => by_width!(bits, pick, Sge, l, r),
        P::Slt => by_width!(bits, pick, Slt, l, r),
        P::Sle => by_width!(bits, pick, Sle, l, r),
    }
}

/// The handler of a branch on a float comparison.
pub(crate) fn on_float(
    pred: bareflow_ir::FloatPredicate,
    double: bool,
    l: Place,
    r: Place,
) -> Handler {
    if double {
        super::float::by_predicate!(pred, f64, pick_float, l, r)
    } else {
        super::float::by_predicate!(pred, f32, pick_float, l, r)
    }
}
