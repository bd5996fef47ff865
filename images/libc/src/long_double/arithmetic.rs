//! Sums, products, quotients, remainders, roots, comparisons.

use super::{
    Finite, INFINITY, NO_NUMBER, QUIET, SIGN, Value, is_nan, is_negative, is_unknown, pack,
    with_sign,
};

/// What an operation gives one of whose operands is no number: the one with the larger significand,
/// quiet.
fn no_number(a: u128, b: u128) -> u128 {
    if is_unknown(a) || is_unknown(b) {
        return NO_NUMBER;
    }
    let chosen = match (is_nan(a), is_nan(b)) {
        (true, false) => a,
        (false, true) => b,
        _ if a as u64 == b as u64 => {
            if is_negative(a) {
                b
            } else {
                a
            }
        }
        _ if a as u64 > b as u64 => a,
        _ => b,
    };
    chosen | u128::from(QUIET)
}

/// Brings the highest bit of a significand that is not zero to the top.
pub(super) fn normal(value: Finite) -> Finite {
    let zeros = value.significand.leading_zeros();
    let significand = value.significand << zeros;
    Finite { significand, power: value.power - zeros as i32, ..value }
}

fn sum(a: u128, b: u128) -> u128 {
    /// Bits below the larger operand that are computed with.
    const GUARD: u32 = 62;
    let (x, y) = match (Value::of(a), Value::of(b)) {
        (Value::NotANumber, _) | (_, Value::NotANumber) => return no_number(a, b),
        (Value::Infinity { negative: x }, Value::Infinity { negative: y }) => {
            return if x == y { a } else { NO_NUMBER };
        }
        (Value::Infinity { .. }, _) => return a,
        (_, Value::Infinity { .. }) => return b,
        (Value::Finite(x), Value::Finite(y)) => (x, y),
    };
    if x.significand == 0 && y.significand == 0 {
        return with_sign(x.negative && y.negative, 0);
    }
    // A zero has the least exponent, or what is left of the other would be lost.
    let (large, small) = if x.power < y.power { (y, x) } else { (x, y) };
    let distance = (large.power - small.power) as u32;
    let first = u128::from(large.significand) << GUARD;
    let whole = u128::from(small.significand) << GUARD;
    let second = if distance < 126 {
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
pub extern "C" fn __bf_long_add(a: u128, b: u128) -> u128 {
    sum(a, b)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_sub(a: u128, b: u128) -> u128 {
    // What is no number keeps its sign.
    if is_nan(b) { sum(a, b) } else { sum(a, b ^ SIGN) }
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_mul(a: u128, b: u128) -> u128 {
    let negative = is_negative(a) != is_negative(b);
    match (Value::of(a), Value::of(b)) {
        (Value::NotANumber, _) | (_, Value::NotANumber) => no_number(a, b),
        (Value::Infinity { .. }, Value::Finite(other))
        | (Value::Finite(other), Value::Infinity { .. })
            if other.significand == 0 =>
        {
            NO_NUMBER
        }
        (Value::Finite(x), Value::Finite(y)) => {
            let product = u128::from(x.significand) * u128::from(y.significand);
            pack(negative, product, x.power + y.power)
        }
        _ => with_sign(negative, INFINITY),
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_div(a: u128, b: u128) -> u128 {
    let negative = is_negative(a) != is_negative(b);
    let (x, y) = match (Value::of(a), Value::of(b)) {
        (Value::NotANumber, _) | (_, Value::NotANumber) => return no_number(a, b),
        (Value::Infinity { .. }, Value::Infinity { .. }) => return NO_NUMBER,
        (Value::Infinity { .. }, _) => return with_sign(negative, INFINITY),
        (_, Value::Infinity { .. }) => return with_sign(negative, 0),
        (Value::Finite(x), Value::Finite(y)) => (x, y),
    };
    match (x.significand, y.significand) {
        (0, 0) => return NO_NUMBER,
        (0, _) => return with_sign(negative, 0),
        (_, 0) => return with_sign(negative, INFINITY),
        _ => {}
    }
    let (x, y) = (normal(x), normal(y));
    let by = u128::from(y.significand);
    let dividend = u128::from(x.significand) << 64;
    let (high, rest) = (dividend / by, dividend % by);
    let (low, rest) = ((rest << 62) / by, (rest << 62) % by);
    let quotient = high << 62 | low | u128::from(rest != 0);
    pack(negative, quotient, x.power - y.power - 126)
}

/// `fmod`.
#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_rem(a: u128, b: u128) -> u128 {
    let (x, y) = match (Value::of(a), Value::of(b)) {
        (Value::NotANumber, _) | (_, Value::NotANumber) => return no_number(a, b),
        (Value::Infinity { .. }, _) => return NO_NUMBER,
        (_, Value::Infinity { .. }) => return a,
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
    let by = u128::from(y.significand);
    let mut rest = u128::from(x.significand) % by;
    let mut left = (x.power - y.power) as u32;
    while left > 0 {
        let step = left.min(63);
        rest = (rest << step) % by;
        left -= step;
    }
    pack(x.negative, rest, y.power)
}

/// 1 less, 2 equal, 4 greater, 8 not to be compared.
#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_compare(a: u128, b: u128) -> i32 {
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
pub extern "C" fn __bf_long_sqrt(a: u128) -> u128 {
    let value = match Value::of(a) {
        Value::NotANumber => return no_number(a, a),
        Value::Infinity { negative: false } => return a,
        Value::Finite(Finite { significand: 0, .. }) => return a,
        Value::Finite(value) if !value.negative => normal(value),
        _ => return NO_NUMBER,
    };
    // An even power, and as many bits as fit.
    let odd = value.power & 1 != 0;
    let (square, power) = if odd {
        (u128::from(value.significand) << 63, value.power - 63)
    } else {
        (u128::from(value.significand) << 64, value.power - 64)
    };
    // One binary digit after the other.
    let (mut root, mut rest, mut bit) = (0u128, square, 1u128 << 126);
    while bit != 0 {
        if rest >= root + bit {
            rest -= root + bit;
            root = root >> 1 | bit;
        } else {
            root >>= 1;
        }
        bit >>= 2;
    }
    // Behind the root is more than a half if what is left is more than it, and never just a half.
    let behind = if rest > root { 3 } else { u128::from(rest != 0) };
    pack(false, root << 2 | behind, power / 2 - 2)
}

/// Times a power of two, rounded once.
#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_scale(a: u128, by: i32) -> u128 {
    match Value::of(a) {
        Value::NotANumber => no_number(a, a),
        Value::Infinity { .. } => a,
        Value::Finite(value) => {
            let by = by.clamp(-100_000, 100_000);
            pack(value.negative, u128::from(value.significand), value.power + by)
        }
    }
}
