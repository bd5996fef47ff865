//! Functions of numbers, by additions and multiplications alone: the same bits on every machine, at every
//! level, and in a loop over lanes, which compilers make vectors of.

/// Of a number in 16 bits, IEEE 754's binary16, infinities and what is no number left out: they have no
/// place in a model.
#[inline(always)]
pub fn from_half(bits: u16) -> f32 {
    const LIFT: f32 = f32::from_bits(0x7780_0000); // 2^112, which the exponents differ by
    let bits = u32::from(bits);
    f32::from_bits((bits & 0x7fff) << 13 | (bits & 0x8000) << 16) * LIFT
}

/// The nearest number in 16 bits, ties to even; what is too large becomes the largest.
#[inline(always)]
pub fn to_half(x: f32) -> u16 {
    const LARGEST: f32 = 65504.0;
    const DROP: f32 = f32::from_bits(0x0780_0000); // 2^-112
    let bits = x.to_bits();
    let sign = (bits >> 16) & 0x8000;
    let size = f32::from_bits(bits & 0x7fff_ffff);
    let size = if size > LARGEST { LARGEST } else { size };
    // Rounds at the place where a half ends: a number whose last bit weighs as much is added and taken
    // away again.
    let exponent = size.to_bits() & 0x7f80_0000;
    let least = 0x3880_0000; // 2^-14, below which the last bit does not get lighter
    let unit = f32::from_bits((if exponent < least { least } else { exponent }) + (13 << 23));
    let rounded = (size + unit) - unit;
    (sign | (rounded * DROP).to_bits() >> 13) as u16
}

/// The exponential function, within two units of the last place; 0 far below, and no more than that of 88.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23: what is added to it loses its fraction
    const LOW: f32 = -87.0;
    const HIGH: f32 = 88.0;
    let inside = if x < LOW { LOW } else { x };
    let inside = if inside > HIGH { HIGH } else { inside };
    let shifted = inside * core::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    // ln 2 in two parts, of which the first has few enough digits for an exact product.
    let rest = (inside - whole * 0.693_359_4) - whole * -2.121_944_4e-4;
    let mut sum = 1.388_888_9e-3;
    for next in [8.333_334e-3, 4.166_666_8e-2, 0.166_666_67, 0.5, 1.0, 1.0] {
        sum = sum * rest + next;
    }
    let scale = f32::from_bits((shifted.to_bits() << 23).wrapping_add(0x3f80_0000));
    if x < LOW { 0.0 } else { sum * scale }
}

/// `base` to the power of `-exponent`, for a base above 0. Called seldom, like the next one.
#[inline(never)]
pub fn inverse_power(base: f64, exponent: f64) -> f64 {
    wide_exp(-exponent * ln(base))
}

/// The natural logarithm of a positive, normal number.
fn ln(x: f64) -> f64 {
    let bits = x.to_bits();
    let exponent = ((bits >> 52) as i32 - 1023) as f64;
    let mantissa = f64::from_bits(bits & 0x000f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000);
    let ratio = (mantissa - 1.0) / (mantissa + 1.0);
    let square = ratio * ratio;
    // 2 artanh(ratio), by its series; the ratio is below 1/3.
    let (mut sum, mut power, mut divisor) = (0.0, ratio, 1.0);
    while divisor < 40.0 {
        sum += power / divisor;
        power *= square;
        divisor += 2.0;
    }
    exponent * core::f64::consts::LN_2 + 2.0 * sum
}

/// The exponential function of a number between -700 and 700.
fn wide_exp(x: f64) -> f64 {
    let whole = nearest(x * core::f64::consts::LOG2_E);
    let rest = x - whole * core::f64::consts::LN_2;
    let (mut sum, mut term, mut divisor) = (1.0, 1.0, 1.0);
    while divisor < 20.0 {
        term *= rest / divisor;
        sum += term;
        divisor += 1.0;
    }
    sum * f64::from_bits(((whole as i64 + 1023) as u64) << 52)
}

/// Sine and cosine of a number below 2^31.
#[inline(never)]
pub fn sine_cosine(x: f64) -> (f32, f32) {
    use core::f64::consts::{FRAC_2_PI, FRAC_PI_2};
    let quarter = nearest(x * FRAC_2_PI);
    let rest = (x - quarter * FRAC_PI_2) - quarter * 6.123_233_995_736_766e-17;
    let square = rest * rest;
    let (mut sine, mut cosine, mut term, mut divisor) = (0.0, 0.0, 1.0, 1.0);
    while divisor < 18.0 {
        cosine += term;
        let odd = term * rest / divisor;
        sine += odd;
        term = -term * square / (divisor * (divisor + 1.0));
        divisor += 2.0;
    }
    let (sine, cosine) = (sine as f32, cosine as f32);
    match quarter as i64 & 3 {
        0 => (sine, cosine),
        1 => (cosine, -sine),
        2 => (-sine, -cosine),
        _ => (-cosine, sine),
    }
}

/// The whole number next to one below 2^51.
fn nearest(x: f64) -> f64 {
    const ROUND: f64 = 6_755_399_441_055_744.0; // 1.5 * 2^52
    (x + ROUND) - ROUND
}
