//! Jumps and conditional branches, with their counts.
//!
//! A conditional branch is followed by a [`crate::machine::Tally`]. It falls through to what follows that, or
//! jumps by the distance in bytes in `d`. Only a jump can be a back edge.

use core::sync::atomic::Ordering::Relaxed;

use super::shape::{Binary, Imm, Last, Place, Reg, Src};
use super::{bump, handlers, hot, int, next, read, tally, write};
use crate::machine::Handler;

/// Jumps by the distance in `d`, counting.
macro_rules! jump {
    ($ip:ident, $fp:ident, $cx:ident, $acc:ident, $f:ident, $s:ident) => {{
        let tally = tally($ip);
        if bump(&tally.jumped) >= tally.hot_at.load(Relaxed) {
            return hot::hot_loop($ip, $fp, $cx, $acc, $f, $s);
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
