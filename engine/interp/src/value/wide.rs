//! Integers of more than 128 bits: little-endian limbs, zero-extended.

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

use bareflow_ir::{BinaryOp, IntPredicate};

use super::{Fault, Overflow};

/// Clears the bits beyond the width.
pub(crate) fn trim(limbs: &mut [u64], bits: u32) {
    let used = bits.div_ceil(64) as usize;
    limbs.iter_mut().skip(used).for_each(|limb| *limb = 0);
    if !bits.is_multiple_of(64)
        && let Some(top) = limbs.get_mut(used - 1)
    {
        *top &= (1 << (bits % 64)) - 1;
    }
}

/// Whether the sign bit is set.
pub(crate) fn negative(limbs: &[u64], bits: u32) -> bool {
    let at = bits - 1;
    limbs.get((at / 64) as usize).is_some_and(|limb| limb >> (at % 64) & 1 != 0)
}

/// Fills up from `bits` to `to` bits with the sign.
pub(crate) fn sign_extend(limbs: &mut [u64], bits: u32, to: u32) {
    if negative(limbs, bits) {
        for (index, limb) in limbs.iter_mut().enumerate() {
            let start = index as u32 * 64;
            if start >= bits {
                *limb = u64::MAX;
            } else if bits - start < 64 {
                *limb |= u64::MAX << (bits - start);
            }
        }
    }
    trim(limbs, to);
}

/// The negative of a number.
pub(crate) fn negate(limbs: &mut [u64], bits: u32) {
    let mut carry = true;
    for limb in limbs.iter_mut() {
        (*limb, carry) = (!*limb).overflowing_add(u64::from(carry));
    }
    trim(limbs, bits);
}

/// Whether all bits are 0.
pub(crate) fn is_zero(limbs: &[u64]) -> bool {
    limbs.iter().all(|limb| *limb == 0)
}

/// Unsigned order of numbers of equal length.
pub(crate) fn order(a: &[u64], b: &[u64]) -> Ordering {
    a.iter().rev().cmp(b.iter().rev())
}

fn add(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut carry = false;
    a.iter()
        .zip(b)
        .map(|(x, y)| {
            let (sum, first) = x.overflowing_add(*y);
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            carry = first | second;
            sum
        })
        .collect()
}

fn sub(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut borrow = false;
    a.iter()
        .zip(b)
        .map(|(x, y)| {
            let (rest, first) = x.overflowing_sub(*y);
            let (rest, second) = rest.overflowing_sub(u64::from(borrow));
            borrow = first | second;
            rest
        })
        .collect()
}

fn mul(a: &[u64], b: &[u64]) -> Vec<u64> {
    let mut out = vec![0u64; a.len()];
    for (i, x) in a.iter().enumerate() {
        let mut carry = 0u128;
        for (j, y) in b.iter().enumerate().take(a.len() - i) {
            let sum = u128::from(*x) * u128::from(*y) + u128::from(out[i + j]) + carry;
            out[i + j] = sum as u64;
            carry = sum >> 64;
        }
    }
    out
}

/// Left shift; 0 from the whole length on.
pub(crate) fn shl(a: &[u64], by: u32) -> Vec<u64> {
    let (words, bits) = ((by / 64) as usize, by % 64);
    (0..a.len())
        .map(|at| {
            let Some(from) = at.checked_sub(words) else { return 0 };
            let low = if bits > 0 && from > 0 { a[from - 1] >> (64 - bits) } else { 0 };
            a[from] << bits | low
        })
        .collect()
}

/// Right shift; 0 from the whole length on.
pub(crate) fn shr(a: &[u64], by: u32) -> Vec<u64> {
    let (words, bits) = ((by / 64) as usize, by % 64);
    let limb = |at: usize| a.get(at).copied().unwrap_or(0);
    (0..a.len())
        .map(|at| {
            let from = at.saturating_add(words);
            let high = if bits > 0 { limb(from.saturating_add(1)) << (64 - bits) } else { 0 };
            limb(from) >> bits | high
        })
        .collect()
}

/// Quotient and remainder, bit by bit: wide divisions are rare.
fn divide(a: &[u64], b: &[u64]) -> (Vec<u64>, Vec<u64>) {
    let mut quotient = vec![0u64; a.len()];
    let mut rest = vec![0u64; a.len() + 1];
    let mut divisor = b.to_vec();
    divisor.push(0);
    for bit in (0..a.len() * 64).rev() {
        rest = shl(&rest, 1);
        rest[0] |= a[bit / 64] >> (bit % 64) & 1;
        if order(&rest, &divisor) != Ordering::Less {
            rest = sub(&rest, &divisor);
            quotient[bit / 64] |= 1 << (bit % 64);
        }
    }
    rest.pop();
    (quotient, rest)
}

/// Integer arithmetic of any width; the operands have equally many limbs.
pub(crate) fn binary(op: BinaryOp, bits: u32, a: &[u64], b: &[u64]) -> Result<Vec<u64>, Fault> {
    let shift = if b[1..].iter().any(|limb| *limb != 0) {
        u32::MAX
    } else {
        u32::try_from(b[0]).unwrap_or(u32::MAX)
    };
    let zip = |run: fn(u64, u64) -> u64| a.iter().zip(b).map(|(x, y)| run(*x, *y)).collect();
    let mut out: Vec<u64> = match op {
        BinaryOp::Add => add(a, b),
        BinaryOp::Sub => sub(a, b),
        BinaryOp::Mul => mul(a, b),
        BinaryOp::And => zip(|x, y| x & y),
        BinaryOp::Or => zip(|x, y| x | y),
        BinaryOp::Xor => zip(|x, y| x ^ y),
        BinaryOp::Shl => shl(a, shift),
        BinaryOp::LShr => shr(a, shift),
        BinaryOp::AShr if shift >= bits => vec![0; a.len()],
        BinaryOp::AShr => {
            let mut out = shr(a, shift);
            if negative(a, bits) {
                sign_extend(&mut out, bits - shift, bits);
            }
            out
        }
        _ if is_zero(b) => return Err(Fault::DivideByZero),
        BinaryOp::UDiv => divide(a, b).0,
        BinaryOp::URem => divide(a, b).1,
        BinaryOp::SDiv | BinaryOp::SRem => {
            let (minus_a, minus_b) = (negative(a, bits), negative(b, bits));
            let (mut x, mut y) = (a.to_vec(), b.to_vec());
            if minus_a {
                negate(&mut x, bits);
            }
            if minus_b {
                negate(&mut y, bits);
            }
            let (mut quotient, mut rest) = divide(&x, &y);
            if minus_a != minus_b {
                negate(&mut quotient, bits);
            }
            if minus_a {
                negate(&mut rest, bits);
            }
            if op == BinaryOp::SDiv { quotient } else { rest }
        }
        BinaryOp::FAdd | BinaryOp::FSub | BinaryOp::FMul | BinaryOp::FDiv | BinaryOp::FRem => {
            vec![0; a.len()]
        }
    };
    trim(&mut out, bits);
    Ok(out)
}

/// What an operation gives without regard to the width, and whether its numbers have a sign.
fn exact(op: Overflow, bits: u32, a: &[u64], b: &[u64]) -> (Vec<u64>, bool) {
    let is_signed = matches!(op, Overflow::SAdd | Overflow::SSub | Overflow::SMul);
    let a = extend(a, bits, is_signed);
    let b = extend(b, bits, is_signed);
    let result = match op {
        Overflow::UAdd | Overflow::SAdd => add(&a, &b),
        Overflow::USub | Overflow::SSub => sub(&a, &b),
        Overflow::UMul | Overflow::SMul => mul(&a, &b),
    };
    (result, is_signed)
}

/// With room for any sum, difference or product.
fn extend(a: &[u64], bits: u32, is_signed: bool) -> Vec<u64> {
    let mut out = a.to_vec();
    out.resize(2 * a.len() + 1, 0);
    if is_signed {
        let to = out.len() as u32 * 64;
        sign_extend(&mut out, bits, to);
    }
    out
}

/// The result of an operation in `bits` bits, and whether it does not fit.
pub(crate) fn overflowing(op: Overflow, bits: u32, a: &[u64], b: &[u64]) -> (Vec<u64>, bool) {
    let (whole, is_signed) = exact(op, bits, a, b);
    let mut result = whole.clone();
    result.truncate(a.len());
    trim(&mut result, bits);
    let over = extend(&result, bits, is_signed) != whole;
    (result, over)
}

/// The nearest number to the result of an operation that there is.
pub(crate) fn saturating(op: Overflow, bits: u32, a: &[u64], b: &[u64]) -> Vec<u64> {
    let (result, over) = overflowing(op, bits, a, b);
    if !over {
        return result;
    }
    let (whole, is_signed) = exact(op, bits, a, b);
    let below = negative(&whole, whole.len() as u32 * 64);
    limit(bits, a.len(), is_signed, below)
}

/// The least number (`below`) or the greatest.
pub(crate) fn limit(bits: u32, words: usize, is_signed: bool, below: bool) -> Vec<u64> {
    let mut out = vec![if below { 0 } else { u64::MAX }; words];
    trim(&mut out, bits);
    if is_signed {
        out[((bits - 1) / 64) as usize] ^= 1 << ((bits - 1) % 64);
    }
    out
}

/// A left shift to the nearest number that there is.
pub(crate) fn shift_saturating(
    is_signed: bool,
    bits: u32,
    a: &[u64],
    by: &[u64],
) -> Result<Vec<u64>, Fault> {
    let shifted = binary(BinaryOp::Shl, bits, a, by)?;
    let back = if is_signed { BinaryOp::AShr } else { BinaryOp::LShr };
    if binary(back, bits, &shifted, by)? == a {
        return Ok(shifted);
    }
    Ok(limit(bits, a.len(), is_signed, is_signed && negative(a, bits)))
}

/// The upper (`left`) or lower half of two numbers, one behind the other, shifted by the third
/// modulo the width.
pub(crate) fn funnel(
    left: bool,
    bits: u32,
    [high, low, by]: [&[u64]; 3],
) -> Result<Vec<u64>, Fault> {
    let mut width = vec![0; by.len()];
    width[0] = u64::from(bits);
    let by = binary(BinaryOp::URem, bits, by, &width)?;
    if is_zero(&by) {
        return Ok(if left { high } else { low }.to_vec());
    }
    let rest = sub(&width, &by);
    let (up, down) = if left { (&by, &rest) } else { (&rest, &by) };
    let high = binary(BinaryOp::Shl, bits, high, up)?;
    let low = binary(BinaryOp::LShr, bits, low, down)?;
    binary(BinaryOp::Or, bits, &high, &low)
}

/// A comparison of any width.
pub(crate) fn compare(pred: IntPredicate, bits: u32, a: &[u64], b: &[u64]) -> bool {
    let unsigned = order(a, b);
    let signed = match (negative(a, bits), negative(b, bits)) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        _ => unsigned,
    };
    match pred {
        IntPredicate::Eq => unsigned.is_eq(),
        IntPredicate::Ne => unsigned.is_ne(),
        IntPredicate::Ugt => unsigned.is_gt(),
        IntPredicate::Uge => unsigned.is_ge(),
        IntPredicate::Ult => unsigned.is_lt(),
        IntPredicate::Ule => unsigned.is_le(),
        IntPredicate::Sgt => signed.is_gt(),
        IntPredicate::Sge => signed.is_ge(),
        IntPredicate::Slt => signed.is_lt(),
        IntPredicate::Sle => signed.is_le(),
    }
}
