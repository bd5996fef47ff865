//! `__float128`: numbers of 128 bits as libgcc has them, computed with integers.
//!
//! The functions that compilers call (`__addtf3` and its like) are in `c/quad.c`, since Rust has no such type; they pass
//! the bits of numbers to the functions here. Results are those of libgcc: 113 bits of significand, rounded to
//! nearest, ties to even, nothing signalled.
//!
//! ```text
//!   bits 0 to 111    significand without its highest bit, which is 1 but for an exponent of 0
//!   bits 112 to 126  exponent plus 16383; 0: that of 1, of numbers without the highest bit; 0x7fff: infinity
//!                    or no number
//!   bit 127          sign
//! ```

mod arithmetic;
mod convert;
mod fused;
mod whole;

use crate::soft_float::{QUAD, rounded};

/// Bits of significand that are written down.
const PLACES: u32 = QUAD.digits - 1;
const SIGN: u128 = 1 << 127;
/// The bits of significand that are written down.
const FRACTION: u128 = (1 << PLACES) - 1;
/// The bit that tells a quiet NaN.
const QUIET: u128 = 1 << (PLACES - 1);
const INFINITY: u128 = (QUAD.most as u128) << PLACES;
/// What operations without a result give.
const NO_NUMBER: u128 = SIGN | INFINITY | QUIET;

/// A number that is not infinite: `significand` times 2^`power`.
#[derive(Clone, Copy)]
struct Finite {
    negative: bool,
    significand: u128,
    power: i32,
}

/// What the bits of a `__float128` are.
#[derive(Clone, Copy)]
enum Value {
    Finite(Finite),
    Infinity,
    NotANumber,
}

fn exponent(bits: u128) -> i32 {
    (bits >> PLACES) as i32 & QUAD.most
}

fn is_negative(bits: u128) -> bool {
    bits & SIGN != 0
}

fn is_nan(bits: u128) -> bool {
    bits & (SIGN - 1) > INFINITY
}

impl Value {
    fn of(bits: u128) -> Self {
        let (negative, fraction) = (is_negative(bits), bits & FRACTION);
        match exponent(bits) {
            0x7FFF if fraction == 0 => Value::Infinity,
            0x7FFF => Value::NotANumber,
            0 => {
                let power = 1 - QUAD.bias - PLACES as i32;
                Value::Finite(Finite { negative, significand: fraction, power })
            }
            biased => {
                let (significand, power) = (fraction | 1 << PLACES, biased - QUAD.bias);
                Value::Finite(Finite { negative, significand, power: power - PLACES as i32 })
            }
        }
    }
}

/// Brings the highest bit of a significand that is not zero to its place.
fn normal(value: Finite) -> Finite {
    let up = value.significand.leading_zeros() - (127 - PLACES);
    Finite { significand: value.significand << up, power: value.power - up as i32, ..value }
}

fn with_sign(negative: bool, bits: u128) -> u128 {
    if negative { bits | SIGN } else { bits }
}

/// `significand` times 2^`power`, rounded ([`rounded`]).
fn pack(negative: bool, significand: u128, power: i32) -> u128 {
    let (significand, biased) = rounded(significand, power, QUAD);
    with_sign(negative, (biased as u128) << PLACES | significand & FRACTION)
}
