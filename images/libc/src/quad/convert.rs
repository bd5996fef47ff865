//! From and to other numbers.

use super::{FRACTION, INFINITY, PLACES, QUIET, SIGN, Value, is_nan, is_negative, pack, with_sign};
use crate::soft_float::{BRAIN, DOUBLE, FLOAT, Format, HALF, LONG, rounded};

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_of_double(value: f64) -> u128 {
    let bits = value.to_bits();
    let negative = bits >> 63 != 0;
    let fraction = u128::from(bits & ((1 << 52) - 1));
    match bits >> 52 & 0x7FF {
        0 => pack(negative, fraction, -1074),
        0x7FF if fraction == 0 => with_sign(negative, INFINITY),
        0x7FF => with_sign(negative, INFINITY | QUIET | fraction << (PLACES - 52)),
        biased => pack(negative, fraction | 1 << 52, biased as i32 - 1075),
    }
}

/// Of a `long double`, by its bits. Its exponents are the same; its highest digit is not looked at, but where there is
/// no exponent.
#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_of_long(bits: u128) -> u128 {
    let (negative, biased) = (bits >> 79 & 1 != 0, bits >> 64 & 0x7FFF);
    let fraction = (bits & ((1 << 63) - 1)) << (PLACES - 63);
    match biased {
        0 => pack(negative, bits & ((1 << 64) - 1), 1 - LONG.bias - 63),
        0x7FFF if fraction != 0 => with_sign(negative, INFINITY | QUIET | fraction),
        biased => with_sign(negative, biased << PLACES | fraction),
    }
}

/// The parts of a narrower float without the sign: exponent, and significand with its highest bit.
fn narrower(bits: u128, format: Format) -> (u128, i32) {
    let digits = format.digits;
    let top = 1 << (digits - 1);
    match Value::of(bits) {
        Value::NotANumber => {
            (top | top >> 1 | (bits & FRACTION) >> (PLACES + 1 - digits), format.most)
        }
        Value::Infinity => (top, format.most),
        Value::Finite(value) => rounded(value.significand, value.power, format),
    }
}

/// The bits of a narrower float that does not write its highest digit down, without the sign.
fn bits_of(bits: u128, format: Format) -> u64 {
    let (kept, biased) = narrower(bits, format);
    let digits = format.digits - 1;
    (biased as u64) << digits | kept as u64 & ((1 << digits) - 1)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_to_long(bits: u128) -> u128 {
    let (kept, biased) = narrower(bits, LONG);
    u128::from(is_negative(bits)) << 79 | (biased as u128) << 64 | kept
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_to_double(bits: u128) -> f64 {
    f64::from_bits(bits_of(bits, DOUBLE) | u64::from(is_negative(bits)) << 63)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_to_float(bits: u128) -> f32 {
    f32::from_bits(bits_of(bits, FLOAT) as u32 | u32::from(is_negative(bits)) << 31)
}

/// The bits of a `_Float16`.
#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_to_half(bits: u128) -> u16 {
    bits_of(bits, HALF) as u16 | u16::from(is_negative(bits)) << 15
}

/// The bits of a `__bf16`.
#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_to_brain(bits: u128) -> u16 {
    bits_of(bits, BRAIN) as u16 | u16::from(is_negative(bits)) << 15
}

/// Whole numbers of more than 113 bits are rounded.
#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_of_unsigned(value: u128) -> u128 {
    pack(false, value, 0)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_of_int(value: i128) -> u128 {
    pack(value < 0, value.unsigned_abs(), 0)
}

/// The whole part of a size; the largest number when it is larger.
fn whole(bits: u128) -> u128 {
    match Value::of(bits) {
        Value::Finite(value) => match value.power {
            0..=15 => value.significand << value.power,
            -127..0 => value.significand >> -value.power,
            16.. => u128::MAX,
            _ => 0,
        },
        _ => u128::MAX,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_to_unsigned(bits: u128) -> u128 {
    let size = whole(bits);
    if is_negative(bits) && !is_nan(bits) { size.wrapping_neg() } else { size }
}

/// What does not fit becomes the least or the largest number, by its sign.
#[unsafe(no_mangle)]
pub extern "C" fn __bf_quad_to_int(bits: u128) -> i128 {
    let size = whole(bits);
    match (is_negative(bits), size & SIGN != 0) {
        (false, true) => i128::MAX,
        (true, true) => i128::MIN,
        (false, false) => size as i128,
        (true, false) => -(size as i128),
    }
}
