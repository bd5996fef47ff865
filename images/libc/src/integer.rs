//! Integers wider than the machine's, by the names that compilers call them.
//!
//! Division is made of 64-bit steps (Knuth, volume 2, section 4.3.1, algorithm D): written
//! with Rust's own `/` on 128 bits, these functions would call themselves.

use core::ffi::c_int;
use core::num::NonZeroU64;

/// `high:low` by `by`, where `high < by`: quotient and remainder.
fn divide_two_words(high: u64, low: u64, by: u64) -> (u64, u64) {
    let Some(nonzero) = NonZeroU64::new(by) else { return (0, 0) };
    if high == 0 {
        return (low / nonzero, low % nonzero);
    }
    let shift = nonzero.leading_zeros();
    let by = by << shift;
    let (by_high, by_low) = (by >> 32, by & 0xFFFF_FFFF);
    let Some(by_high) = NonZeroU64::new(by_high) else { return (0, 0) };
    let high = if shift == 0 { high } else { high << shift | low >> (64 - shift) };
    let low = low << shift;
    // One half of the quotient: an estimate from the upper halves, at most two too large.
    let digit = |rest: u64, next: u64| {
        let mut quotient = rest / by_high;
        let mut left = rest % by_high;
        while quotient >> 32 != 0 || quotient * by_low > (left << 32 | next) {
            quotient -= 1;
            left += by_high.get();
            if left >> 32 != 0 {
                break;
            }
        }
        quotient
    };
    let first = digit(high, low >> 32);
    let middle = (high << 32 | low >> 32).wrapping_sub(first.wrapping_mul(by));
    let second = digit(middle, low & 0xFFFF_FFFF);
    let rest = (middle << 32 | low & 0xFFFF_FFFF).wrapping_sub(second.wrapping_mul(by));
    (first << 32 | second, rest >> shift)
}

unsafe extern "C" {
    /// The processor's own division: by zero it ends the program as every other one does.
    safe fn __bf_quotient(a: u64, b: u64) -> u64;
}

/// Quotient and remainder.
fn divide(a: u128, b: u128) -> (u128, u128) {
    let (a_high, a_low) = ((a >> 64) as u64, a as u64);
    let (b_high, b_low) = ((b >> 64) as u64, b as u64);
    if b_high == 0 {
        let Some(by) = NonZeroU64::new(b_low) else {
            return (u128::from(__bf_quotient(1, b_low)), 0);
        };
        let (high, rest) = (a_high / by, a_high % by);
        let (low, rest) = divide_two_words(rest, a_low, b_low);
        return (u128::from(high) << 64 | u128::from(low), u128::from(rest));
    }
    if a < b {
        return (0, a);
    }
    // The quotient fits 64 bits. From the upper words it comes out right or one too large,
    // after taking one off, right or one too small.
    let shift = b_high.leading_zeros();
    let top = ((b << shift) >> 64) as u64;
    let halved = a >> 1;
    let (estimate, _) = divide_two_words((halved >> 64) as u64, halved as u64, top);
    let mut quotient = (u128::from(estimate) << shift >> 63) as u64;
    quotient = quotient.saturating_sub(1);
    let mut rest = a.wrapping_sub(b.wrapping_mul(u128::from(quotient)));
    if rest >= b {
        quotient += 1;
        rest = rest.wrapping_sub(b);
    }
    (u128::from(quotient), rest)
}

#[unsafe(no_mangle)]
pub extern "C" fn __udivti3(a: u128, b: u128) -> u128 {
    divide(a, b).0
}

#[unsafe(no_mangle)]
pub extern "C" fn __umodti3(a: u128, b: u128) -> u128 {
    divide(a, b).1
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __udivmodti4(a: u128, b: u128, rest: *mut u128) -> u128 {
    let (quotient, remainder) = divide(a, b);
    if !rest.is_null() {
        // SAFETY: not null, so the caller's place for it.
        unsafe { *rest = remainder };
    }
    quotient
}

#[unsafe(no_mangle)]
pub extern "C" fn __divti3(a: i128, b: i128) -> i128 {
    let quotient = divide(a.unsigned_abs(), b.unsigned_abs()).0 as i128;
    if (a < 0) != (b < 0) { quotient.wrapping_neg() } else { quotient }
}

#[unsafe(no_mangle)]
pub extern "C" fn __modti3(a: i128, b: i128) -> i128 {
    let rest = divide(a.unsigned_abs(), b.unsigned_abs()).1 as i128;
    if a < 0 { rest.wrapping_neg() } else { rest }
}

/// From 64-bit products, since the machine's 128-bit product may be this function.
fn multiply(a: u128, b: u128) -> u128 {
    let (a_high, a_low) = ((a >> 64) as u64, a as u64);
    let (b_high, b_low) = ((b >> 64) as u64, b as u64);
    let (a1, a0) = (a_low >> 32, a_low & 0xFFFF_FFFF);
    let (b1, b0) = (b_low >> 32, b_low & 0xFFFF_FFFF);
    let low = a0 * b0;
    let middle = a1 * b0 + (low >> 32);
    let other = a0 * b1 + (middle & 0xFFFF_FFFF);
    let high = a1 * b1 + (middle >> 32) + (other >> 32);
    let cross = a_high.wrapping_mul(b_low).wrapping_add(a_low.wrapping_mul(b_high));
    let high = high.wrapping_add(cross);
    u128::from(high) << 64 | u128::from(other << 32 | low & 0xFFFF_FFFF)
}

#[unsafe(no_mangle)]
pub extern "C" fn __multi3(a: i128, b: i128) -> i128 {
    multiply(a as u128, b as u128) as i128
}

/// The product, and in `overflow` whether it does not fit.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __muloti4(a: i128, b: i128, overflow: *mut c_int) -> i128 {
    let product = multiply(a as u128, b as u128) as i128;
    let wrong = if a == 0 || b == 0 {
        false
    } else {
        let limit = i128::MAX as u128 + u128::from((a < 0) != (b < 0));
        a.unsigned_abs() > divide(limit, b.unsigned_abs()).0
    };
    // SAFETY: the caller's place for it.
    unsafe { *overflow = c_int::from(wrong) };
    product
}

/// Magnitude to the bits of a float with `fraction` bits of fraction, nearest, ties to even.
fn to_float_bits(value: u128, fraction: u32, bias: u32) -> u64 {
    if value == 0 {
        return 0;
    }
    let top = 127 - value.leading_zeros();
    let significand = if top <= fraction {
        (value as u64) << (fraction - top)
    } else {
        let drop = top - fraction;
        let kept = (value >> drop) as u64;
        let rest = value & ((1 << drop) - 1);
        let half = 1u128 << (drop - 1);
        kept + u64::from(rest > half || rest == half && kept & 1 == 1)
    };
    // The hidden bit, or the carry of rounding, adds one to the exponent.
    (u64::from(top + bias - 1) << fraction) + significand
}

#[unsafe(no_mangle)]
pub extern "C" fn __floatuntidf(value: u128) -> f64 {
    f64::from_bits(to_float_bits(value, 52, 1023))
}

#[unsafe(no_mangle)]
pub extern "C" fn __floattidf(value: i128) -> f64 {
    let magnitude = __floatuntidf(value.unsigned_abs());
    if value < 0 { -magnitude } else { magnitude }
}

#[unsafe(no_mangle)]
pub extern "C" fn __floatuntisf(value: u128) -> f32 {
    f32::from_bits(to_float_bits(value, 23, 127) as u32)
}

#[unsafe(no_mangle)]
pub extern "C" fn __floattisf(value: i128) -> f32 {
    let magnitude = __floatuntisf(value.unsigned_abs());
    if value < 0 { -magnitude } else { magnitude }
}

/// Magnitude of a double without its fraction; what does not fit 128 bits is the largest.
fn from_float(value: f64) -> u128 {
    let bits = value.to_bits();
    let exponent = (bits >> 52 & 0x7FF) as i32 - 1023;
    let significand = u128::from(bits & ((1 << 52) - 1) | 1 << 52);
    match exponent {
        ..0 => 0,
        0..52 => significand >> (52 - exponent),
        52..128 => significand << (exponent - 52),
        _ => u128::MAX,
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn __fixunsdfti(value: f64) -> u128 {
    if value > 0.0 { from_float(value) } else { 0 }
}

#[unsafe(no_mangle)]
pub extern "C" fn __fixdfti(value: f64) -> i128 {
    if value.is_nan() {
        return 0;
    }
    let magnitude = from_float(value);
    if value < 0.0 {
        if magnitude > i128::MAX as u128 { i128::MIN } else { -(magnitude as i128) }
    } else if magnitude > i128::MAX as u128 {
        i128::MAX
    } else {
        magnitude as i128
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn __fixunssfti(value: f32) -> u128 {
    __fixunsdfti(f64::from(value))
}

#[unsafe(no_mangle)]
pub extern "C" fn __fixsfti(value: f32) -> i128 {
    __fixdfti(f64::from(value))
}

#[unsafe(no_mangle)]
pub extern "C" fn __ashlti3(value: u128, by: c_int) -> u128 {
    value << (by as u32 & 127)
}

#[unsafe(no_mangle)]
pub extern "C" fn __lshrti3(value: u128, by: c_int) -> u128 {
    value >> (by as u32 & 127)
}

#[unsafe(no_mangle)]
pub extern "C" fn __ashrti3(value: i128, by: c_int) -> i128 {
    value >> (by as u32 & 127)
}

#[unsafe(no_mangle)]
pub extern "C" fn __popcountdi2(value: u64) -> c_int {
    let pairs = value - (value >> 1 & 0x5555_5555_5555_5555);
    let fours = (pairs & 0x3333_3333_3333_3333) + (pairs >> 2 & 0x3333_3333_3333_3333);
    let bytes = (fours + (fours >> 4)) & 0x0F0F_0F0F_0F0F_0F0F;
    (bytes.wrapping_mul(0x0101_0101_0101_0101) >> 56) as c_int
}
