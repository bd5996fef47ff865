//! Functions of numbers, by additions and multiplications alone: the same bits on every machine, at every
//! level, and in a loop over lanes, which compilers make vectors of.

/// Of a number in 16 bits, IEEE 754's binary16, infinities and what is no number left out: they have no
/// place in a model.
#[inline(always)]
pub fn from_half(bits: u16) -> f32 {
    low_half(bits) * HALF
}

/// What exponents of 16 and of 32 bits differ by.
pub const HALF: f32 = f32::from_bits(0x7780_0000); // 2^112

/// The same as a part of [`HALF`]: without an operation on numbers that have a fraction.
#[inline(always)]
pub fn low_half(bits: u16) -> f32 {
    // The sign fills all that is above a half's 16 bits; of that the uppermost bit stays.
    let wide = i32::from(bits as i16) as u32;
    f32::from_bits(wide << 13 & 0x8fff_e000)
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

unsafe extern "C" {
    fn sqrtf(x: f32) -> f32;
}

/// The correctly rounded square root.
pub fn sqrt(x: f32) -> f32 {
    // SAFETY: a function of numbers.
    unsafe { sqrtf(x) }
}
