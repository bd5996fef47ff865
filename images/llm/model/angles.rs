//! Functions of numbers that are called seldom: for the angles of rotary embeddings. By additions,
//! multiplications and divisions alone, as [`kernels::numbers`].

/// `base` to the power of `-exponent`, for a base above 0.
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
