//! Operations on integers of more than 128 bits.

use alloc::vec::Vec;

use bareflow_ir::{BinaryOp, IntPredicate};

use crate::machine::{Cx, Fp};
use crate::value::{Fault, Format, Overflow, convert, low, wide};

/// What is done.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LimbOp {
    Binary(BinaryOp),
    Compare(IntPredicate),
    /// To the width of the result; with the sign?
    Resize(bool),
    /// To a float. Signed?
    ToFloat(bool, Format),
    /// From a float, saturated. Signed?
    FromFloat(bool, Format),
    Choose(IntPredicate),
    Ones,
    Leading,
    Trailing,
    Swap,
    Reverse,
    Absolute,
    /// A third place gets one byte: whether it overflowed.
    Overflow(Overflow),
    Saturating(Overflow),
    /// Signed?
    ShiftSaturating(bool),
    /// -1, 0 or 1. Signed?
    Order(bool),
    /// Left?
    Funnel(bool),
}

impl LimbOp {
    /// How many operands it has.
    fn operands(self) -> usize {
        match self {
            Self::Funnel(_) => 3,
            Self::Binary(_)
            | Self::Compare(_)
            | Self::Choose(_)
            | Self::Overflow(_)
            | Self::Saturating(_)
            | Self::ShiftSaturating(_)
            | Self::Order(_) => 2,
            _ => 1,
        }
    }
}

/// An operation, and the widths of its operands and its result in bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LimbDesc {
    pub op: LimbOp,
    pub bits: u32,
    pub out: u32,
}

/// The [`super::slow::Function`] of a [`LimbDesc`]: its address, then places of operands.
///
/// # Safety
/// As of every function.
pub(crate) unsafe fn run(fp: Fp, _: Cx, out: u32, operands: *const u32) -> Option<Fault> {
    // SAFETY: decoding put the operands there.
    unsafe {
        let desc = &*operands.cast::<*const LimbDesc>().read_unaligned();
        let words = desc.bits.div_ceil(64) as usize;
        let load = |at: u32| -> Vec<u64> {
            let from = fp.add(at as usize).cast::<u64>();
            (0..words).map(|index| from.add(index).read_unaligned()).collect()
        };
        let count = desc.op.operands();
        let operand = |index: usize| {
            if index < count { load(*operands.add(2 + index)) } else { Vec::new() }
        };
        let values = [operand(0), operand(1), operand(2)];
        if let LimbOp::Overflow(op) = desc.op {
            let (result, over) = wide::overflowing(op, desc.bits, &values[0], &values[1]);
            let to = fp.add(out as usize).cast::<u64>();
            (0..result.len()).for_each(|at| to.add(at).write_unaligned(result[at]));
            fp.add(*operands.add(4) as usize).write(u8::from(over));
            return None;
        }
        let result = match compute(desc, values) {
            Ok(result) => result,
            Err(fault) => return Some(fault),
        };
        let to = fp.add(out as usize).cast::<u64>();
        for index in 0..desc.out.div_ceil(64) as usize {
            to.add(index).write_unaligned(result.get(index).copied().unwrap_or(0));
        }
        None
    }
}

fn compute(desc: &LimbDesc, [a, b, c]: [Vec<u64>; 3]) -> Result<Vec<u64>, Fault> {
    let bits = desc.bits;
    let count = |value: u32| alloc::vec![u64::from(value)];
    Ok(match desc.op {
        LimbOp::Binary(op) => wide::binary(op, bits, &a, &b)?,
        LimbOp::Compare(pred) => count(u32::from(wide::compare(pred, bits, &a, &b))),
        LimbOp::Choose(pred) => {
            if wide::compare(pred, bits, &a, &b) {
                a
            } else {
                b
            }
        }
        LimbOp::Resize(is_signed) => {
            let mut value = a;
            value.resize((desc.out.max(bits)).div_ceil(64) as usize, 0);
            if is_signed && desc.out > bits {
                wide::sign_extend(&mut value, bits, desc.out);
            }
            wide::trim(&mut value, desc.out);
            value
        }
        LimbOp::ToFloat(is_signed, format) => {
            alloc::vec![convert::from_limbs(is_signed, format, bits, &a) as u64]
        }
        LimbOp::FromFloat(is_signed, format) => {
            // What lies behind a short float in its word is not defined.
            let value = low(u128::from(a[0]), bits);
            convert::to_limbs(is_signed, format, desc.out, value)
        }
        LimbOp::Ones => count(a.iter().map(|limb| limb.count_ones()).sum()),
        LimbOp::Leading => {
            let top = a.iter().rposition(|limb| *limb != 0);
            count(top.map_or(bits, |at| bits - (at as u32 * 64 + 64 - a[at].leading_zeros())))
        }
        LimbOp::Trailing => {
            let first = a.iter().position(|limb| *limb != 0);
            count(first.map_or(bits, |at| at as u32 * 64 + a[at].trailing_zeros()))
        }
        LimbOp::Swap | LimbOp::Reverse => {
            let turned: Vec<u64> =
                (a.iter().rev())
                    .map(|limb| {
                        if desc.op == LimbOp::Swap {
                            limb.swap_bytes()
                        } else {
                            limb.reverse_bits()
                        }
                    })
                    .collect();
            wide::shr(&turned, a.len() as u32 * 64 - bits)
        }
        LimbOp::Absolute => {
            let mut value = a;
            if wide::negative(&value, bits) {
                wide::negate(&mut value, bits);
            }
            value
        }
        LimbOp::Overflow(op) => wide::overflowing(op, bits, &a, &b).0,
        LimbOp::Saturating(op) => wide::saturating(op, bits, &a, &b),
        LimbOp::ShiftSaturating(is_signed) => wide::shift_saturating(is_signed, bits, &a, &b)?,
        LimbOp::Order(is_signed) => {
            let (less, more) = match is_signed {
                true => (IntPredicate::Slt, IntPredicate::Sgt),
                false => (IntPredicate::Ult, IntPredicate::Ugt),
            };
            let sign = i64::from(wide::compare(more, bits, &a, &b))
                - i64::from(wide::compare(less, bits, &a, &b));
            alloc::vec![sign as u64 & u64::MAX >> (64 - desc.out.clamp(1, 64))]
        }
        LimbOp::Funnel(left) => wide::funnel(left, bits, [&a, &b, &c])?,
    })
}
