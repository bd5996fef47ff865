//! Conversions of 16-bit floats (`_Float16`, `__bf16`), by the names that compilers use.
//! They travel as their bits in the low half of an integer or vector register; here as
//! integers.

/// A half as a float; exact.
fn extend(bits: u16) -> f32 {
    let sign = u32::from(bits >> 15) << 31;
    let exponent = u32::from(bits >> 10 & 31);
    let fraction = u32::from(bits & 0x3FF);
    let magnitude = match (exponent, fraction) {
        (0, 0) => 0,
        // Subnormal: its value is the fraction times 2^-24.
        (0, _) => (fraction as f32 * f32::from_bits(0x3380_0000)).to_bits(),
        (31, 0) => 0x7F80_0000,
        (31, _) => 0x7FC0_0000 | fraction << 13,
        _ => (exponent + 112) << 23 | fraction << 13,
    };
    f32::from_bits(sign | magnitude)
}

/// The nearest half of a double, ties to even.
fn truncate(value: f64) -> u16 {
    let bits = value.to_bits();
    let sign = (bits >> 48) as u16 & 0x8000;
    let exponent = (bits >> 52 & 0x7FF) as i32 - 1023;
    let fraction = bits & ((1 << 52) - 1);
    if exponent == 1024 {
        let payload = if fraction == 0 { 0 } else { 0x200 | (fraction >> 42) as u16 };
        return sign | 0x7C00 | payload;
    }
    if exponent > 15 {
        return sign | 0x7C00;
    }
    if exponent < -25 {
        return sign;
    }
    let whole = fraction | 1 << 52;
    // Bits dropped: those beyond 10 of the fraction, more for subnormal results.
    let drop = if exponent < -14 { 42 + (-14 - exponent) } else { 42 };
    let kept = whole >> drop;
    let rest = whole & ((1 << drop) - 1);
    let half = 1u64 << (drop - 1);
    let kept = kept + u64::from(rest > half || rest == half && kept & 1 == 1);
    // A carry out of the fraction raises the exponent by itself.
    let base = if exponent < -14 { 0 } else { (exponent + 14) as u64 };
    sign | ((base << 10) + kept) as u16
}

/// The nearest bfloat of a float, ties to even.
fn truncate_brain(value: f32) -> u16 {
    let bits = value.to_bits();
    if value.is_nan() {
        return (bits >> 16) as u16 | 0x40;
    }
    ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16) as u16
}

#[unsafe(no_mangle)]
pub extern "C" fn __extendhfsf2(bits: u16) -> f32 {
    extend(bits)
}

#[unsafe(no_mangle)]
pub extern "C" fn __gnu_h2f_ieee(bits: u16) -> f32 {
    extend(bits)
}

#[unsafe(no_mangle)]
pub extern "C" fn __extendhfdf2(bits: u16) -> f64 {
    f64::from(extend(bits))
}

#[unsafe(no_mangle)]
pub extern "C" fn __truncsfhf2(value: f32) -> u16 {
    truncate(f64::from(value))
}

#[unsafe(no_mangle)]
pub extern "C" fn __gnu_f2h_ieee(value: f32) -> u16 {
    truncate(f64::from(value))
}

#[unsafe(no_mangle)]
pub extern "C" fn __truncdfhf2(value: f64) -> u16 {
    truncate(value)
}

#[unsafe(no_mangle)]
pub extern "C" fn __extendbfsf2(bits: u16) -> f32 {
    f32::from_bits(u32::from(bits) << 16)
}

#[unsafe(no_mangle)]
pub extern "C" fn __truncsfbf2(value: f32) -> u16 {
    truncate_brain(value)
}

/// Rounding twice would be wrong: the float in between is rounded to odd, which keeps what
/// the second rounding needs to know.
#[unsafe(no_mangle)]
pub extern "C" fn __truncdfbf2(value: f64) -> u16 {
    let near = value as f32;
    if f64::from(near) == value || near.is_nan() || near.is_infinite() {
        return truncate_brain(near);
    }
    let bits = near.to_bits();
    let too_far = f64::from(near).abs() > value.abs();
    truncate_brain(f32::from_bits((if too_far { bits - 1 } else { bits }) | 1))
}
