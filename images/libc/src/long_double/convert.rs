//! From and to other numbers.

use super::{INFINITY, QUIET, Value, is_nan, is_negative, pack, quiet, with_sign};
use crate::soft_float::{DOUBLE, FLOAT, Format, rounded};

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_of_double(value: f64) -> u128 {
    let bits = value.to_bits();
    let negative = bits >> 63 != 0;
    let fraction = bits & ((1 << 52) - 1);
    match bits >> 52 & 0x7FF {
        0 => pack(negative, u128::from(fraction), -1074),
        0x7FF if fraction == 0 => with_sign(negative, INFINITY),
        0x7FF => with_sign(negative, INFINITY | u128::from(QUIET | fraction << 11)),
        biased => pack(negative, u128::from(fraction | 1 << 52), biased as i32 - 1075),
    }
}

/// The bits of a narrower float, without the sign.
fn narrower(bits: u128, format: Format) -> u64 {
    let digits = format.digits - 1;
    let infinity = (format.most as u64) << digits;
    match Value::of(bits) {
        Value::NotANumber => {
            infinity | 1 << (digits - 1) | (bits as u64 & (QUIET - 1)) >> (63 - digits)
        }
        Value::Infinity { .. } => infinity,
        Value::Finite(value) => {
            let (kept, biased) = rounded(u128::from(value.significand), value.power, format);
            (biased as u64) << digits | kept as u64 & ((1 << digits) - 1)
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_to_double(bits: u128) -> f64 {
    let bits = if is_nan(bits) { quiet(bits) } else { bits };
    f64::from_bits(narrower(bits, DOUBLE) | u64::from(is_negative(bits)) << 63)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_to_float(bits: u128) -> f32 {
    let bits = if is_nan(bits) { quiet(bits) } else { bits };
    f32::from_bits(narrower(bits, FLOAT) as u32 | u32::from(is_negative(bits)) << 31)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_of_unsigned(value: u128) -> u128 {
    pack(false, value, 0)
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_of_int(value: i128) -> u128 {
    pack(value < 0, value.unsigned_abs(), 0)
}

/// The whole part of a size; the largest number when it is larger.
fn whole(bits: u128) -> u128 {
    match Value::of(bits) {
        Value::Finite(value) => match value.power {
            0..=64 => u128::from(value.significand) << value.power,
            -63..0 => u128::from(value.significand >> -value.power),
            65.. if value.significand != 0 => u128::MAX,
            _ => 0,
        },
        _ => u128::MAX,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_to_unsigned(bits: u128) -> u128 {
    let size = whole(bits);
    if is_negative(bits) { size.wrapping_neg() } else { size }
}

#[unsafe(no_mangle)]
pub extern "C" fn __bf_long_to_int(bits: u128) -> i128 {
    let size = whole(bits);
    if size >> 127 != 0 {
        return i128::MIN;
    }
    if is_negative(bits) { -(size as i128) } else { size as i128 }
}
