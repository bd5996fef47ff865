//! Integers of 1 to 128 bits.

use bareflow_ir::{BinaryOp, IntPredicate};

use super::{Fault, Overflow, low, signed};

/// Integer arithmetic. A shift by the width or more is poison: it gives 0.
pub(crate) fn binary(op: BinaryOp, bits: u32, a: u128, b: u128) -> Result<u128, Fault> {
    let shift = u32::try_from(b).unwrap_or(u32::MAX);
    let value = match op {
        BinaryOp::Add => a.wrapping_add(b),
        BinaryOp::Sub => a.wrapping_sub(b),
        BinaryOp::Mul => a.wrapping_mul(b),
        BinaryOp::And => a & b,
        BinaryOp::Or => a | b,
        BinaryOp::Xor => a ^ b,
        BinaryOp::Shl => a.checked_shl(shift).unwrap_or(0),
        BinaryOp::LShr => a.checked_shr(shift).unwrap_or(0),
        BinaryOp::AShr if shift >= bits => 0,
        BinaryOp::AShr => (signed(a, bits) >> shift) as u128,
        BinaryOp::UDiv => a.checked_div(b).ok_or(Fault::DivideByZero)?,
        BinaryOp::URem => a.checked_rem(b).ok_or(Fault::DivideByZero)?,
        BinaryOp::SDiv | BinaryOp::SRem => {
            let (x, y) = (signed(a, bits), signed(b, bits));
            if y == 0 {
                return Err(Fault::DivideByZero);
            }
            // Wider ones are divided by a function, which knows of zero only.
            if bits <= 64 && y == -1 && x == signed(1 << (bits - 1), bits) {
                return Err(Fault::DivideOverflow);
            }
            (if op == BinaryOp::SDiv { x.wrapping_div(y) } else { x.wrapping_rem(y) }) as u128
        }
        BinaryOp::FAdd | BinaryOp::FSub | BinaryOp::FMul | BinaryOp::FDiv | BinaryOp::FRem => 0,
    };
    Ok(low(value, bits))
}

/// A comparison.
pub(crate) fn compare(pred: IntPredicate, bits: u32, a: u128, b: u128) -> bool {
    let (x, y) = (signed(a, bits), signed(b, bits));
    match pred {
        IntPredicate::Eq => a == b,
        IntPredicate::Ne => a != b,
        IntPredicate::Ugt => a > b,
        IntPredicate::Uge => a >= b,
        IntPredicate::Ult => a < b,
        IntPredicate::Ule => a <= b,
        IntPredicate::Sgt => x > y,
        IntPredicate::Sge => x >= y,
        IntPredicate::Slt => x < y,
        IntPredicate::Sle => x <= y,
    }
}

/// Arithmetic with the information whether the exact result did not fit.
pub(crate) fn overflowing(op: Overflow, bits: u32, a: u128, b: u128) -> (u128, bool) {
    let (x, y) = (signed(a, bits), signed(b, bits));
    let of_unsigned =
        |(value, over): (u128, bool)| (low(value, bits), over || low(value, bits) != value);
    let of_signed = |(value, over): (i128, bool)| {
        let cut = low(value as u128, bits);
        (cut, over || signed(cut, bits) != value)
    };
    match op {
        Overflow::UAdd => of_unsigned(a.overflowing_add(b)),
        Overflow::USub => (low(a.wrapping_sub(b), bits), a < b),
        Overflow::UMul => of_unsigned(a.overflowing_mul(b)),
        Overflow::SAdd => of_signed(x.overflowing_add(y)),
        Overflow::SSub => of_signed(x.overflowing_sub(y)),
        Overflow::SMul => of_signed(x.overflowing_mul(y)),
    }
}

/// What saturating arithmetic gives.
pub(crate) fn saturating(op: Overflow, bits: u32, a: u128, b: u128) -> u128 {
    let (value, over) = overflowing(op, bits, a, b);
    let (most, least) = (low(u128::MAX, bits) >> 1, 1 << (bits - 1));
    match op {
        _ if !over => value,
        Overflow::UAdd | Overflow::UMul => low(u128::MAX, bits),
        Overflow::USub => 0,
        Overflow::SAdd | Overflow::SSub => {
            if signed(a, bits) < 0 {
                least
            } else {
                most
            }
        }
        Overflow::SMul => {
            if (signed(a, bits) < 0) != (signed(b, bits) < 0) {
                least
            } else {
                most
            }
        }
    }
}

/// Saturating left shift.
pub(crate) fn shift_saturating(is_signed: bool, bits: u32, a: u128, b: u128) -> u128 {
    let by = u32::try_from(b).unwrap_or(u32::MAX);
    if by >= bits {
        return 0;
    }
    let value = low(a << by, bits);
    if is_signed {
        if signed(value, bits) >> by == signed(a, bits) {
            value
        } else if signed(a, bits) < 0 {
            1 << (bits - 1)
        } else {
            low(u128::MAX, bits) >> 1
        }
    } else if value >> by == a {
        value
    } else {
        low(u128::MAX, bits)
    }
}

/// Funnel shift: `high` and `low_part` side by side, shifted by `by` modulo the width; the high half
/// (left) or the low half (right) of the result.
pub(crate) fn funnel(left: bool, bits: u32, high: u128, low_part: u128, by: u128) -> u128 {
    let by = (by % u128::from(bits)) as u32;
    match (left, by) {
        (true, 0) => high,
        (false, 0) => low_part,
        (true, _) => low(high << by | low_part >> (bits - by), bits),
        (false, _) => low(high << (bits - by) | low_part >> by, bits),
    }
}

/// Operations on one integer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unary {
    Ones,
    Leading,
    Trailing,
    Swap,
    Reverse,
    Absolute,
}

/// An operation on one integer.
pub(crate) fn unary(op: Unary, bits: u32, a: u128) -> u128 {
    match op {
        Unary::Ones => u128::from(a.count_ones()),
        Unary::Leading => u128::from(a.leading_zeros() - (128 - bits)),
        Unary::Trailing => u128::from(a.trailing_zeros().min(bits)),
        Unary::Swap => a.swap_bytes() >> (128 - bits),
        Unary::Reverse => a.reverse_bits() >> (128 - bits),
        Unary::Absolute => low(signed(a, bits).wrapping_abs() as u128, bits),
    }
}
