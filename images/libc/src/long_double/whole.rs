//! Rounding to whole numbers.

use super::{TOP, exponent, is_nan, is_negative, quiet, with_sign};
use crate::soft_float::LONG;

/// Which whole number.
#[derive(Clone, Copy)]
enum Way {
    Down,
    Up,
    Zero,
    /// The nearest; of two, the even one.
    Even,
    /// The nearest; of two, the one away from zero.
    Away,
}

fn round(bits: u128, way: Way) -> u128 {
    let (negative, biased, significand) = (is_negative(bits), exponent(bits), bits as u64);
    if is_nan(bits) {
        return quiet(bits);
    }
    if biased >= LONG.bias + 63 || significand == 0 {
        return bits;
    }
    let one = (LONG.bias as u128) << 64 | u128::from(TOP);
    if biased < LONG.bias {
        // Between 0 and 1.
        let half = biased == LONG.bias - 1;
        let up = match way {
            Way::Down => negative,
            Way::Up => !negative,
            Way::Zero => false,
            Way::Even => half && significand > TOP,
            Way::Away => half,
        };
        return with_sign(negative, if up { one } else { 0 });
    }
    let places = (63 - (biased - LONG.bias)) as u32;
    let unit = 1u64 << places;
    let (kept, rest, half) = (significand & !(unit - 1), significand & (unit - 1), unit >> 1);
    let up = match way {
        Way::Down => negative && rest != 0,
        Way::Up => !negative && rest != 0,
        Way::Zero => false,
        Way::Even => rest > half || rest == half && kept & unit != 0,
        Way::Away => rest >= half,
    };
    let (kept, biased) = match kept.overflowing_add(if up { unit } else { 0 }) {
        (_, true) => (TOP, biased + 1),
        (kept, false) => (kept, biased),
    };
    with_sign(negative, (biased as u128) << 64 | u128::from(kept))
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_floor(bits: u128) -> u128 {
    round(bits, Way::Down)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_ceil(bits: u128) -> u128 {
    round(bits, Way::Up)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_trunc(bits: u128) -> u128 {
    round(bits, Way::Zero)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_even(bits: u128) -> u128 {
    round(bits, Way::Even)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_round(bits: u128) -> u128 {
    round(bits, Way::Away)
}
