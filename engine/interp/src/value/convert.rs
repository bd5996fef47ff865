//! Conversions between scalars.

use bareflow_ir::CastOp;

use super::float::{from_double, from_single, to_double};
use super::{Format, Lane, low, signed};

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

fn from_unsigned(format: Format, magnitude: u128, negative: bool) -> u128 {
    let sign = if negative { 1 << (Lane::Float(format).bits() - 1) } else { 0 };
    sign | match format {
        Format::F64 => u128::from((magnitude as f64).to_bits()),
        Format::F32 => u128::from((magnitude as f32).to_bits()),
        // Rounding to binary32 first must not create a tie: the last bit collects the rest.
        _ => {
            let bits = 128 - magnitude.leading_zeros();
            let drop = bits.saturating_sub(24);
            let sticky = u128::from(low(magnitude, drop.max(1)) != 0 && drop > 0);
            let kept = (magnitude >> drop | sticky) << drop;
            if bits > 120 {
                from_double(format, f64::INFINITY)
            } else {
                from_single_exact(format, kept)
            }
        }
    }
}

fn from_single_exact(format: Format, kept: u128) -> u128 {
    if kept >> 53 == 0 {
        from_double(format, kept as f64)
    } else {
        from_single(format, kept as f32)
    }
}
