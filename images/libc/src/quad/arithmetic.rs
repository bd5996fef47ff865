//! Sums, products, quotients, remainders, roots, comparisons.

use super::{
    FRACTION, Finite, INFINITY, NO_NUMBER, QUIET, SIGN, Value, is_nan, is_negative, normal, pack,
    with_sign,
};
use crate::soft_float::{Double, top};

/// What an operation gives one of whose operands is no number: the one with the larger significand, quiet; of
/// equal ones the first in sums and products, the second otherwise.
fn no_number(a: u128, b: u128, first: bool) -> u128 {
    let (x, y) = (a & FRACTION, b & FRACTION);
    let chosen = match (is_nan(a), is_nan(b)) {
        (true, false) => a,
        (false, true) => b,
        _ if x > y || x == y && first => a,
        _ => b,
    };
    chosen | QUIET
}

/// A sum; `minus`: the second operand's sign has been changed.
fn sum(a: u128, b: u128, minus: bool) -> u128 {
    /// Bits below the larger operand that are computed with.
    const GUARD: u32 = 14;
    let (x, y) = match (Value::of(a), Value::of(b)) {
        (Value::NotANumber, _) | (_, Value::NotANumber) => return no_number(a, b, !minus),
        (Value::Infinity, Value::Infinity) => return if a == b { a } else { NO_NUMBER },
        (Value::Infinity, _) => return a,
        (_, Value::Infinity) => return b,
        (Value::Finite(x), Value::Finite(y)) => (x, y),
    };
    if x.significand == 0 && y.significand == 0 {
        return with_sign(x.negative && y.negative, 0);
    }
    // A zero has the least exponent, or what is left of the other would be lost.
    let (large, small) = if x.power < y.power { (y, x) } else { (x, y) };
    let distance = (large.power - small.power) as u32;
    let first = large.significand << GUARD;
    let whole = small.significand << GUARD;
    let second = if distance < 127 {
        let lost = whole & ((1 << distance) - 1) != 0;
        whole >> distance | u128::from(lost)
    } else {
        u128::from(whole != 0)
    };
    let power = large.power - GUARD as i32;
    if large.negative == small.negative {
        return pack(large.negative, first + second, power);
    }
    match first.checked_sub(second) {
        Some(0) => 0,
        Some(left) => pack(large.negative, left, power),
        None => pack(small.negative, second - first, power),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_add(a: u128, b: u128) -> u128 {
    sum(a, b, false)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_sub(a: u128, b: u128) -> u128 {
    // What is no number keeps its sign.
    if is_nan(b) { sum(a, b, true) } else { sum(a, b ^ SIGN, true) }
}

/// All bits of a product.
pub(super) fn product(a: u128, b: u128) -> Double {
    const LOW: u128 = (1 << 64) - 1;
    let (a1, a0, b1, b0) = (a >> 64, a & LOW, b >> 64, b & LOW);
    // Neither number has more than 113 bits, so that nothing is carried out of the middle.
    let middle = a1 * b0 + a0 * b1;
    let (low, carry) = (a0 * b0).overflowing_add(middle << 64);
    (a1 * b1 + (middle >> 64) + u128::from(carry), low)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_mul(a: u128, b: u128) -> u128 {
    let negative = is_negative(a) != is_negative(b);
    match (Value::of(a), Value::of(b)) {
        (Value::NotANumber, _) | (_, Value::NotANumber) => no_number(a, b, true),
        (Value::Infinity, Value::Finite(other)) | (Value::Finite(other), Value::Infinity)
            if other.significand == 0 =>
        {
            NO_NUMBER
        }
        (Value::Finite(x), Value::Finite(y)) => {
            let (product, up) = top(product(x.significand, y.significand));
            pack(negative, product, x.power + y.power + up)
        }
        _ => with_sign(negative, INFINITY),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_div(a: u128, b: u128) -> u128 {
    /// Bits of the quotient by one division, of which so many are made.
    const STEP: u32 = 14;
    const STEPS: u32 = 9;
    let negative = is_negative(a) != is_negative(b);
    let (x, y) = match (Value::of(a), Value::of(b)) {
        (Value::NotANumber, _) | (_, Value::NotANumber) => return no_number(a, b, false),
        (Value::Infinity, Value::Infinity) => return NO_NUMBER,
        (Value::Infinity, _) => return with_sign(negative, INFINITY),
        (_, Value::Infinity) => return with_sign(negative, 0),
        (Value::Finite(x), Value::Finite(y)) => (x, y),
    };
    match (x.significand, y.significand) {
        (0, 0) => return NO_NUMBER,
        (0, _) => return with_sign(negative, 0),
        (_, 0) => return with_sign(negative, INFINITY),
        _ => {}
    }
    let (x, y) = (normal(x), normal(y));
    let by = y.significand;
    let (mut quotient, mut rest) = (x.significand / by, x.significand % by);
    let mut left = STEPS;
    while left > 0 {
        rest <<= STEP;
        quotient = (quotient << STEP) | (rest / by);
        rest %= by;
        left -= 1;
    }
    let power = x.power - y.power - (STEP * STEPS) as i32;
    pack(negative, quotient | u128::from(rest != 0), power)
}

/// `fmod`.
#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_rem(a: u128, b: u128) -> u128 {
    let (x, y) = match (Value::of(a), Value::of(b)) {
        (Value::NotANumber, _) | (_, Value::NotANumber) => return no_number(a, b, true),
        (Value::Infinity, _) => return NO_NUMBER,
        (_, Value::Infinity) => return a,
        (Value::Finite(x), Value::Finite(y)) => (x, y),
    };
    match (x.significand, y.significand) {
        (_, 0) => return NO_NUMBER,
        (0, _) => return a,
        _ => {}
    }
    let (x, y) = (normal(x), normal(y));
    if x.power < y.power {
        return a;
    }
    let by = y.significand;
    let mut rest = x.significand % by;
    let mut left = (x.power - y.power) as u32;
    while left > 0 {
        let step = left.min(15);
        rest = (rest << step) % by;
        left -= step;
    }
    pack(x.negative, rest, y.power)
}

/// 1 less, 2 equal, 4 greater, 8 not to be compared.
#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_order(a: u128, b: u128) -> i32 {
    if is_nan(a) || is_nan(b) {
        return 8;
    }
    let size = |bits: u128| (bits & (SIGN - 1)) as i128;
    let order = |bits: u128| if is_negative(bits) { -size(bits) } else { size(bits) };
    let (a, b) = (order(a), order(b));
    if a < b {
        1
    } else if a == b {
        2
    } else {
        4
    }
}

/// The square root.
#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_sqrt(a: u128) -> u128 {
    /// Bits of the root: two more than are kept.
    const BITS: u32 = 115;
    let value = match Value::of(a) {
        Value::NotANumber => return no_number(a, a, true),
        Value::Infinity if !is_negative(a) => return a,
        Value::Finite(Finite { significand: 0, .. }) => return a,
        Value::Finite(value) if !value.negative => normal(value),
        _ => return NO_NUMBER,
    };
    // An even power, and the square at the top of 128 bits.
    let up = if value.power & 1 == 0 { 14 } else { 15 };
    let mut square = value.significand << up;
    // One binary digit after the other, each of two of the square.
    let (mut root, mut rest, mut left) = (0u128, 0u128, BITS);
    while left > 0 {
        rest = rest << 2 | square >> 126;
        square <<= 2;
        root <<= 1;
        if rest > root << 1 {
            rest -= root << 1 | 1;
            root |= 1;
        }
        left -= 1;
    }
    // The square had 128 bits, whose root has 64.
    let power = (value.power - up) / 2 - (BITS as i32 - 64);
    pack(false, root << 1 | u128::from(rest != 0), power - 1)
}

/// Times a power of two, rounded once.
#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_scale(a: u128, by: i32) -> u128 {
    match Value::of(a) {
        Value::NotANumber => no_number(a, a, true),
        Value::Infinity => a,
        Value::Finite(value) => {
            let by = by.clamp(-100_000, 100_000);
            pack(value.negative, value.significand, value.power + by)
        }
    }
}
