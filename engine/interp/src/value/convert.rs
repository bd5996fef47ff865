//! Conversions between scalars.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::CastOp;

use super::float::{from_double, to_double};
use super::{Format, Lane, low, signed, wide};

/// Converts one lane. A float that does not fit an integer is poison: it saturates.
pub(crate) fn cast(op: CastOp, from: Lane, to: Lane, value: u128) -> u128 {
    match (op, from, to) {
        (CastOp::SExt, Lane::Int(bits), Lane::Int(wide)) => low(signed(value, bits) as u128, wide),
        (CastOp::FpToUi, Lane::Float(format), Lane::Int(bits)) => {
            to_int(false, format, bits, value)
        }
        (CastOp::FpToSi, Lane::Float(format), Lane::Int(bits)) => to_int(true, format, bits, value),
        (CastOp::UiToFp, _, Lane::Float(format)) => from_unsigned(format, value, false),
        (CastOp::SiToFp, Lane::Int(bits), Lane::Float(format)) => {
            let number = signed(value, bits);
            from_unsigned(format, number.unsigned_abs(), number < 0)
        }
        (CastOp::FpTrunc | CastOp::FpExt, Lane::Float(from), Lane::Float(to)) => {
            from_double(to, to_double(from, value))
        }
        _ => low(value, to.bits()),
    }
}

/// The integer nearest to zero of a float, saturated; 0 of NaN.
pub(crate) fn to_int(is_signed: bool, format: Format, bits: u32, value: u128) -> u128 {
    let number = to_double(format, value);
    if is_signed {
        let (least, most) = (signed(1 << (bits - 1), bits), (low(u128::MAX, bits) >> 1) as i128);
        low((number as i128).clamp(least, most) as u128, bits)
    } else {
        (number as u128).min(low(u128::MAX, bits))
    }
}

/// The same of any width, in limbs.
pub(crate) fn to_limbs(is_signed: bool, format: Format, bits: u32, value: u128) -> Vec<u64> {
    let number = to_double(format, value);
    let words = bits.div_ceil(64) as usize;
    let mut limbs = vec![0; words];
    if number.is_nan() || number.abs() < 1.0 {
        return limbs;
    }
    let below = number < 0.0;
    // A number of 1 or more is 53 bits times a power of two, the lowest of which is `weight`.
    let weight = (number.to_bits() >> 52 & 0x7ff) as i32 - 1075;
    let mantissa = number.to_bits() & ((1 << 52) - 1) | 1 << 52;
    let top = (weight + 52) as u32;
    // The least number has one bit more than the others, and is the limit of its side anyway.
    let room = if is_signed { bits - 1 } else { bits };
    if top >= room || number.is_infinite() || below && !is_signed {
        return if below && !is_signed {
            limbs
        } else {
            wide::limit(bits, words, is_signed, below)
        };
    }
    if weight < 0 {
        limbs[0] = mantissa >> -weight;
    } else {
        limbs[0] = mantissa;
        limbs = wide::shl(&limbs, weight as u32);
    }
    if below {
        wide::negate(&mut limbs, bits);
    }
    limbs
}

/// The float nearest to an integer in limbs.
pub(crate) fn from_limbs(is_signed: bool, format: Format, bits: u32, limbs: &[u64]) -> u128 {
    let negative = is_signed && wide::negative(limbs, bits);
    let mut magnitude = limbs.to_vec();
    if negative {
        wide::negate(&mut magnitude, bits);
    }
    let Some(top) = magnitude.iter().rposition(|limb| *limb != 0) else { return 0 };
    // The highest 64 bits, of which the lowest collects what lies below.
    let zeros = magnitude[top].leading_zeros();
    let next = if top > 0 { magnitude[top - 1] } else { 0 };
    let mut head = magnitude[top] << zeros | next.checked_shr(64 - zeros).unwrap_or(0);
    let rest = next.checked_shl(zeros).unwrap_or(0);
    let sticky = rest != 0 || top > 1 && !wide::is_zero(&magnitude[..top - 1]);
    head |= u64::from(sticky);
    let exponent = top as u64 * 64 + u64::from(63 - zeros);
    round(format, head, exponent, negative)
}

fn from_unsigned(format: Format, magnitude: u128, negative: bool) -> u128 {
    if magnitude == 0 {
        return 0;
    }
    let zeros = magnitude.leading_zeros();
    let normal = magnitude << zeros;
    let head = (normal >> 64) as u64 | u64::from(normal as u64 != 0);
    round(format, head, u64::from(127 - zeros), negative)
}

/// `head`, whose highest bit is set and stands for 2 to the power of `exponent`, in a format. Its
/// lowest bit says whether there is anything below it, too: no format keeps so many.
fn round(format: Format, head: u64, exponent: u64, negative: bool) -> u128 {
    let (fraction, bias) = match format {
        Format::Half => (10, 15),
        Format::BFloat => (7, 127),
        Format::F32 => (23, 127),
        Format::F64 => (52, 1023),
    };
    let sign = u128::from(negative) << (Lane::Float(format).bits() - 1);
    let infinity = u64::MAX >> 1 >> (64 - Lane::Float(format).bits()) >> fraction << fraction;
    if exponent > bias {
        return sign | u128::from(infinity);
    }
    let drop = 63 - fraction;
    let (kept, rest, half) = (head >> drop, head & ((1 << drop) - 1), 1 << (drop - 1));
    let up = rest > half || rest == half && kept & 1 == 1;
    // Rounding up may carry into the exponent, and from the greatest one to infinity.
    let bits = ((exponent + bias - 1) << fraction) + kept + u64::from(up);
    sign | u128::from(bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn float(format: Format, limbs: &[u64]) -> u128 {
        from_limbs(false, format, limbs.len() as u32 * 64, limbs)
    }

    #[test]
    fn wide_integers_round_to_even() {
        let double = |limbs: &[u64]| f64::from_bits(float(Format::F64, limbs) as u64);
        let two = 2f64;
        assert_eq!(double(&[0, 0, 1]), two.powi(128));
        assert_eq!(double(&[0, 1 << 11, 1 << 63]), two.powi(191));
        assert_eq!(double(&[0, 0, 1 << 63 | 1 << 11]), two.powi(191) + two.powi(139));
        // Half of the last place: to the even one, and one bit far below decides.
        assert_eq!(double(&[0, 0, 1 << 63 | 1 << 10]), two.powi(191));
        assert_eq!(double(&[1, 0, 1 << 63 | 1 << 10]), two.powi(191) + two.powi(139));
        assert_eq!(double(&[0, 0, 1 << 63 | 3 << 10]), two.powi(191) + two.powi(140));
        assert_eq!(double(&[u64::MAX; 3]), two.powi(192));
        assert_eq!(double(&[5, 0, 0]), 5.0);
        assert_eq!(double(&[u64::MAX; 16]), f64::INFINITY);
        assert_eq!(double(&[0; 3]), 0.0);
    }

    #[test]
    fn short_formats_reach_their_ends() {
        assert_eq!(float(Format::Half, &[65519, 0, 0]), 0x7bff);
        assert_eq!(float(Format::Half, &[65520, 0, 0]), 0x7c00);
        assert_eq!(float(Format::F32, &[0, u64::MAX, 0]), 0x7f80_0000);
        assert_eq!(float(Format::F32, &[0, u64::MAX << 40, 0]), 0x7f7f_ffff);
        assert_eq!(float(Format::BFloat, &[0, 0xff << 56, 0]), 0x7f7f);
        assert_eq!(float(Format::BFloat, &[1, 0xff8 << 52, 0]), 0x7f80);
        assert_eq!(from_unsigned(Format::BFloat, 0xff << 120, false), 0x7f7f);
        assert_eq!(from_unsigned(Format::BFloat, 0xff << 113, true), 0xfc00 - 1);
    }

    #[test]
    fn floats_become_wide_integers() {
        let of = |is_signed, bits, value: f64| {
            to_limbs(is_signed, Format::F64, bits, u128::from(value.to_bits()))
        };
        assert_eq!(of(false, 192, 2f64.powi(128) + 2f64.powi(80)), [0, 1 << 16, 1]);
        assert_eq!(of(true, 129, -1.99), [u64::MAX, u64::MAX, 1]);
        assert_eq!(of(true, 129, -(2f64.powi(128))), [0, 0, 1]);
        assert_eq!(of(true, 129, 2f64.powi(128)), [u64::MAX, u64::MAX, 0]);
        assert_eq!(of(false, 129, -5.0), [0, 0, 0]);
        assert_eq!(of(false, 129, f64::INFINITY), [u64::MAX, u64::MAX, 1]);
        assert_eq!(of(true, 192, f64::NAN), [0, 0, 0]);
        assert_eq!(of(true, 192, -0.5), [0, 0, 0]);
        assert_eq!(of(true, 192, 7.9), [7, 0, 0]);
    }
}
