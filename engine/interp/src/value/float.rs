//! Floats of 16, 32 and 64 bits.
//!
//! The short formats are computed in binary32 and rounded: for one addition, subtraction,
//! multiplication, division or square root that gives the correctly rounded result, since
//! binary32 has more than twice their precision.

use bareflow_ir::{BinaryOp, FloatPredicate};

use super::Format;

/// The number that a short float stands for.
pub(crate) fn widen(format: Format, bits: u128) -> f32 {
    match format {
        Format::Half => half_to_single(bits as u16),
        Format::BFloat => f32::from_bits(u32::from(bits as u16) << 16),
        Format::F32 => f32::from_bits(bits as u32),
        Format::F64 => f64::from_bits(bits as u64) as f32,
    }
}

/// A float of any format as a double, exactly.
pub(crate) fn to_double(format: Format, bits: u128) -> f64 {
    match format {
        Format::F64 => f64::from_bits(bits as u64),
        _ => f64::from(widen(format, bits)),
    }
}

/// A double rounded to a format.
pub(crate) fn from_double(format: Format, value: f64) -> u128 {
    match format {
        Format::F64 => u128::from(value.to_bits()),
        Format::F32 => u128::from((value as f32).to_bits()),
        Format::Half => u128::from(round_short(value.to_bits(), 10, 5)),
        Format::BFloat => u128::from(round_short(value.to_bits(), 7, 8)),
    }
}

/// A single rounded to a format.
pub(crate) fn from_single(format: Format, value: f32) -> u128 {
    match format {
        Format::F32 => u128::from(value.to_bits()),
        _ => from_double(format, f64::from(value)),
    }
}

fn half_to_single(half: u16) -> f32 {
    let sign = u32::from(half >> 15) << 31;
    let (exponent, fraction) = (u32::from(half >> 10 & 31), u32::from(half & 0x3ff));
    let magnitude = match exponent {
        // Subnormal: an integer number of 2^-24.
        0 => {
            return f32::from_bits(
                sign | (fraction as f32 * f32::from_bits(0x3380_0000)).to_bits(),
            );
        }
        31 => 0x7f80_0000 | fraction << 13,
        _ => (exponent + 112) << 23 | fraction << 13,
    };
    f32::from_bits(sign | magnitude)
}

/// Rounds a double, to nearest and ties to even, to a float of 16 bits with so many bits of
/// fraction and exponent.
fn round_short(bits: u64, fraction: u32, exponent: u32) -> u16 {
    let sign = ((bits >> 63) as u16) << 15;
    let from_exponent = (bits >> 52 & 0x7ff) as i32;
    let mantissa = bits & ((1 << 52) - 1);
    let top = (1i32 << exponent) - 1;
    let infinity = (top as u16) << fraction;
    if from_exponent == 0x7ff {
        if mantissa == 0 {
            return sign | infinity;
        }
        let kept = (mantissa >> (52 - fraction)) as u16;
        return sign | infinity | kept | 1 << (fraction - 1);
    }
    let bias = (1 << (exponent - 1)) - 1;
    let to_exponent = from_exponent - 1023 + bias;
    if to_exponent >= top {
        return sign | infinity;
    }
    // The bits below the last kept one decide; a subnormal result keeps fewer.
    let (value, drop) = if to_exponent > 0 {
        (mantissa | (to_exponent as u64) << 52, 52 - fraction)
    } else {
        let drop = 52 - fraction as i32 + 1 - to_exponent;
        if drop > 62 || from_exponent == 0 {
            return sign;
        }
        (mantissa | 1 << 52, drop as u32)
    };
    let kept = value >> drop;
    let rest = value & ((1 << drop) - 1);
    let half = 1u64 << (drop - 1);
    let up = rest > half || (rest == half && kept & 1 == 1);
    sign | (kept + u64::from(up)) as u16
}

macro_rules! by_format {
    ($format:expr, $a:expr, $b:expr, |$x:ident, $y:ident| $double:expr, $single:expr) => {
        match $format {
            Format::F64 => {
                let ($x, $y) = (f64::from_bits($a as u64), f64::from_bits($b as u64));
                u128::from(f64::to_bits($double))
            }
            format => {
                let ($x, $y) = (widen(format, $a), widen(format, $b));
                from_single(format, $single)
            }
        }
    };
}

/// Float arithmetic.
pub(crate) fn binary(op: BinaryOp, format: Format, a: u128, b: u128) -> u128 {
    match op {
        BinaryOp::FAdd => by_format!(format, a, b, |x, y| x + y, x + y),
        BinaryOp::FSub => by_format!(format, a, b, |x, y| x - y, x - y),
        BinaryOp::FMul => by_format!(format, a, b, |x, y| x * y, x * y),
        BinaryOp::FDiv => by_format!(format, a, b, |x, y| x / y, x / y),
        BinaryOp::FRem => by_format!(format, a, b, |x, y| libm::fmod(x, y), libm::fmodf(x, y)),
        _ => 0,
    }
}

/// A comparison.
pub(crate) fn compare(pred: FloatPredicate, format: Format, a: u128, b: u128) -> bool {
    use core::cmp::Ordering::{Equal, Greater, Less};
    let order = to_double(format, a).partial_cmp(&to_double(format, b));
    match pred {
        FloatPredicate::False => false,
        FloatPredicate::Oeq => order == Some(Equal),
        FloatPredicate::Ogt => order == Some(Greater),
        FloatPredicate::Oge => matches!(order, Some(Greater | Equal)),
        FloatPredicate::Olt => order == Some(Less),
        FloatPredicate::Ole => matches!(order, Some(Less | Equal)),
        FloatPredicate::One => matches!(order, Some(Less | Greater)),
        FloatPredicate::Ord => order.is_some(),
        FloatPredicate::Uno => order.is_none(),
        FloatPredicate::Ueq => matches!(order, None | Some(Equal)),
        FloatPredicate::Ugt => matches!(order, None | Some(Greater)),
        FloatPredicate::Uge => matches!(order, None | Some(Greater | Equal)),
        FloatPredicate::Ult => matches!(order, None | Some(Less)),
        FloatPredicate::Ule => matches!(order, None | Some(Less | Equal)),
        FloatPredicate::Une => order != Some(Equal),
        FloatPredicate::True => true,
    }
}

/// Operations on one float.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unary {
    Negate,
    Absolute,
    Sqrt,
    Floor,
    Ceil,
    Trunc,
    Rint,
    Round,
    RoundEven,
    Canonicalize,
    Sin,
    Cos,
    Tan,
    Asin,
    Acos,
    Atan,
    Sinh,
    Cosh,
    Tanh,
    Exp,
    Exp2,
    Exp10,
    Log,
    Log2,
    Log10,
}

/// An operation on one float. Functions of the C library are those of the `libm` crate, as in
/// the program's own C library; in a short format they are computed in binary32.
pub(crate) fn unary(op: Unary, format: Format, a: u128) -> u128 {
    let sign = 1u128 << (super::Lane::Float(format).bits() - 1);
    macro_rules! call {
        ($double:ident, $single:ident) => {
            match format {
                Format::F64 => u128::from(libm::$double(f64::from_bits(a as u64)).to_bits()),
                _ => from_single(format, libm::$single(widen(format, a))),
            }
        };
    }
    match op {
        Unary::Negate => a ^ sign,
        Unary::Absolute => a & !sign,
        Unary::Sqrt => call!(sqrt, sqrtf),
        Unary::Floor => call!(floor, floorf),
        Unary::Ceil => call!(ceil, ceilf),
        Unary::Trunc => call!(trunc, truncf),
        Unary::Rint => call!(rint, rintf),
        Unary::Round => call!(round, roundf),
        Unary::RoundEven => call!(rint, rintf),
        Unary::Canonicalize => by_format!(format, a, 0u128, |x, _y| x * 1.0, x * 1.0),
        Unary::Sin => call!(sin, sinf),
        Unary::Cos => call!(cos, cosf),
        Unary::Tan => call!(tan, tanf),
        Unary::Asin => call!(asin, asinf),
        Unary::Acos => call!(acos, acosf),
        Unary::Atan => call!(atan, atanf),
        Unary::Sinh => call!(sinh, sinhf),
        Unary::Cosh => call!(cosh, coshf),
        Unary::Tanh => call!(tanh, tanhf),
        Unary::Exp => call!(exp, expf),
        Unary::Exp2 => call!(exp2, exp2f),
        Unary::Exp10 => call!(exp10, exp10f),
        Unary::Log => call!(log, logf),
        Unary::Log2 => call!(log2, log2f),
        Unary::Log10 => call!(log10, log10f),
    }
}

/// Operations on two floats beside arithmetic.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Pair {
    CopySign,
    /// The number, if one is NaN.
    MinNum,
    MaxNum,
    /// NaN, if one is NaN; -0 is less than +0.
    Minimum,
    Maximum,
    /// The number, if one is NaN; -0 is less than +0.
    MinimumNum,
    MaximumNum,
    Pow,
    Atan2,
}

/// An operation on two floats.
pub(crate) fn pair(op: Pair, format: Format, a: u128, b: u128) -> u128 {
    let sign = 1u128 << (super::Lane::Float(format).bits() - 1);
    let (x, y) = (to_double(format, a), to_double(format, b));
    let quiet = |bits: u128| unary(Unary::Canonicalize, format, bits);
    let less = |x: f64, y: f64| x < y || (x == y && x.is_sign_negative() && !y.is_sign_negative());
    match op {
        Pair::CopySign => a & !sign | b & sign,
        Pair::Minimum | Pair::Maximum if x.is_nan() => quiet(a),
        Pair::Minimum | Pair::Maximum if y.is_nan() => quiet(b),
        Pair::Minimum | Pair::Maximum => {
            if less(x, y) == (op == Pair::Minimum) {
                a
            } else {
                b
            }
        }
        Pair::MinNum | Pair::MaxNum | Pair::MinimumNum | Pair::MaximumNum => {
            if x.is_nan() {
                if y.is_nan() { quiet(a) } else { b }
            } else if y.is_nan() || less(x, y) == matches!(op, Pair::MinNum | Pair::MinimumNum) {
                a
            } else {
                b
            }
        }
        Pair::Pow => by_format!(format, a, b, |x, y| libm::pow(x, y), libm::powf(x, y)),
        Pair::Atan2 => by_format!(format, a, b, |x, y| libm::atan2(x, y), libm::atan2f(x, y)),
    }
}

/// `a * b + c`, rounded once if `fused`.
pub(crate) fn multiply_add(fused: bool, format: Format, a: u128, b: u128, c: u128) -> u128 {
    if !fused {
        return binary(BinaryOp::FAdd, format, binary(BinaryOp::FMul, format, a, b), c);
    }
    match format {
        Format::F64 => {
            let [x, y, z] = [a, b, c].map(|bits| f64::from_bits(bits as u64));
            u128::from(libm::fma(x, y, z).to_bits())
        }
        Format::F32 => {
            let [x, y, z] = [a, b, c].map(|bits| f32::from_bits(bits as u32));
            u128::from(libm::fmaf(x, y, z).to_bits())
        }
        // The product of two short floats is exact in a double; the sum is rounded to a double
        // first, which may differ in the last place from rounding once.
        _ => {
            let [x, y, z] = [a, b, c].map(|bits| to_double(format, bits));
            from_double(format, libm::fma(x, y, z))
        }
    }
}

/// `a` to an integer power, by repeated multiplication as compiler-rt does it.
pub(crate) fn power(format: Format, a: u128, exponent: i32) -> u128 {
    macro_rules! run {
        ($a:expr, $one:expr) => {{
            let (mut base, mut left, mut result) = ($a, exponent, $one);
            loop {
                if left & 1 != 0 {
                    result *= base;
                }
                left /= 2;
                if left == 0 {
                    break;
                }
                base *= base;
            }
            if exponent < 0 { $one / result } else { result }
        }};
    }
    match format {
        Format::F64 => u128::from(run!(f64::from_bits(a as u64), 1f64).to_bits()),
        _ => from_single(format, run!(widen(format, a), 1f32)),
    }
}

/// The classes of `llvm.is.fpclass` that a float is in: one bit of ten.
pub(crate) fn class(format: Format, a: u128) -> u32 {
    let fraction = match format {
        Format::Half => 10,
        Format::BFloat => 7,
        Format::F32 => 23,
        Format::F64 => 52,
    };
    let bits = super::Lane::Float(format).bits();
    let negative = a >> (bits - 1) & 1 != 0;
    let exponent = a >> fraction & super::low(u128::MAX, bits - 1 - fraction);
    let mantissa = super::low(a, fraction);
    if exponent == super::low(u128::MAX, bits - 1 - fraction) {
        return match mantissa {
            0 if negative => 1 << 2,
            0 => 1 << 9,
            _ if mantissa >> (fraction - 1) == 0 => 1 << 0,
            _ => 1 << 1,
        };
    }
    let at = match (exponent, mantissa) {
        (0, 0) => 5,
        (0, _) => 4,
        _ => 3,
    };
    1 << if negative { at } else { 11 - at }
}
