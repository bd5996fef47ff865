//! `long double`: numbers of 80 bits as an x87 has them, computed with integers.
//!
//! Linking makes integers of 128 bits of all values of that type, and calls of the functions here of
//! what is done with them (`bareflow_program`, `long_double`). Results are those of the processor with its
//! usual settings: 64 bits of significand, rounded to nearest, ties to even, nothing signalled.
//!
//! ```text
//!   bits 0 to 63   significand, whose highest bit is written down
//!   bits 64 to 78  exponent plus 16383; 0: that of 1, of numbers without the highest bit; 0x7fff: infinity
//!                  or no number
//!   bit 79         sign
//! ```

mod arithmetic;
mod convert;
mod fused;
mod text;
mod whole;

pub use text::__bf_long_of_text;

use crate::soft_float::{LONG, rounded};

/// The highest bit of a significand.
const TOP: u64 = 1 << 63;
/// The bit that tells a quiet NaN.
const QUIET: u64 = 1 << 62;
const SIGN: u128 = 1 << 79;
const INFINITY: u128 = (0x7FFF << 64) | TOP as u128;
/// What operations without a result give.
const NO_NUMBER: u128 = SIGN | INFINITY | QUIET as u128;

/// A number that is not infinite: `significand` times 2^`power`.
#[derive(Clone, Copy)]
struct Finite {
    negative: bool,
    significand: u64,
    power: i32,
}

/// What the bits of a `long double` are.
#[derive(Clone, Copy)]
enum Value {
    Finite(Finite),
    Infinity { negative: bool },
    NotANumber,
}

fn exponent(bits: u128) -> i32 {
    (bits >> 64) as i32 & 0x7FFF
}

fn is_negative(bits: u128) -> bool {
    bits & SIGN != 0
}

/// Whether bits have no highest digit though their exponent says so. No operation makes such, and to the processor
/// they are no numbers: what is computed with them is its own [`NO_NUMBER`].
fn is_unknown(bits: u128) -> bool {
    exponent(bits) != 0 && bits as u64 & TOP == 0
}

fn is_nan(bits: u128) -> bool {
    is_unknown(bits) || exponent(bits) == 0x7FFF && bits as u64 & !TOP != 0
}

/// What is no number, quiet.
fn quiet(bits: u128) -> u128 {
    if is_unknown(bits) { NO_NUMBER } else { bits | u128::from(QUIET) }
}

impl Value {
    fn of(bits: u128) -> Self {
        let (negative, significand) = (is_negative(bits), bits as u64);
        match exponent(bits) {
            1.. if is_unknown(bits) => Value::NotANumber,
            0x7FFF if significand & !TOP == 0 => Value::Infinity { negative },
            0x7FFF => Value::NotANumber,
            biased => {
                let power = if biased == 0 { 1 } else { biased } - LONG.bias - 63;
                Value::Finite(Finite { negative, significand, power })
            }
        }
    }
}

fn with_sign(negative: bool, bits: u128) -> u128 {
    if negative { bits | SIGN } else { bits }
}

/// `significand` times 2^`power`, rounded ([`rounded`]).
fn pack(negative: bool, significand: u128, power: i32) -> u128 {
    let (significand, biased) = rounded(significand, power, LONG);
    with_sign(negative, (biased as u128) << 64 | significand)
}
