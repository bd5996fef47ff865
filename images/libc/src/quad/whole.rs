//! Rounding to whole numbers.

use super::{FRACTION, PLACES, QUIET, SIGN, exponent, is_nan, is_negative, with_sign};
use crate::soft_float::QUAD;

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
    let (negative, size, biased) = (is_negative(bits), bits & (SIGN - 1), exponent(bits));
    if is_nan(bits) {
        return bits | QUIET;
    }
    if biased >= QUAD.bias + PLACES as i32 || size == 0 {
        return bits;
    }
    let one = (QUAD.bias as u128) << PLACES;
    if biased < QUAD.bias {
        // Between 0 and 1.
        let half = biased == QUAD.bias - 1;
        let up = match way {
            Way::Down => negative,
            Way::Up => !negative,
            Way::Zero => false,
            Way::Even => half && size & FRACTION != 0,
            Way::Away => half,
        };
        return with_sign(negative, if up { one } else { 0 });
    }
    let places = PLACES - (biased - QUAD.bias) as u32;
    let unit = 1u128 << places;
    let (kept, rest, half) = (size & !(unit - 1), size & (unit - 1), unit >> 1);
    // Of 1 the last digit before the point is not written down.
    let odd = places == PLACES || kept & unit != 0;
    let up = match way {
        Way::Down => negative && rest != 0,
        Way::Up => !negative && rest != 0,
        Way::Zero => false,
        Way::Even => rest > half || rest == half && odd,
        Way::Away => rest >= half,
    };
    // A carry out of the fraction raises the exponent by itself.
    with_sign(negative, kept + if up { unit } else { 0 })
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_floor(bits: u128) -> u128 {
    round(bits, Way::Down)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_ceil(bits: u128) -> u128 {
    round(bits, Way::Up)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_trunc(bits: u128) -> u128 {
    round(bits, Way::Zero)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_even(bits: u128) -> u128 {
    round(bits, Way::Even)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_round(bits: u128) -> u128 {
    round(bits, Way::Away)
}
