//! Floats computed with integers: formats, rounding, whole numbers of 256 bits.

/// A format: bits of significand, bias of the exponent, and the exponent of infinity.
#[derive(Clone, Copy)]
pub struct Format {
    pub digits: u32,
    pub bias: i32,
    pub most: i32,
}

pub const QUAD: Format = Format { digits: 113, bias: 16383, most: 0x7FFF };
pub const LONG: Format = Format { digits: 64, bias: 16383, most: 0x7FFF };
pub const DOUBLE: Format = Format { digits: 53, bias: 1023, most: 0x7FF };
pub const FLOAT: Format = Format { digits: 24, bias: 127, most: 0xFF };
pub const HALF: Format = Format { digits: 11, bias: 15, most: 0x1F };
pub const BRAIN: Format = Format { digits: 8, bias: 127, most: 0xFF };

/// `significand` times 2^`power`, rounded to a format: the new significand, and the exponent as the format
/// has it. Its significand is 0 for zero and 2^(digits-1) for infinity. A `significand` whose lowest bit
/// stands for something small behind it has at least three bits more than the format.
pub fn rounded(significand: u128, power: i32, format: Format) -> (u128, i32) {
    if significand == 0 {
        return (0, 0);
    }
    let zeros = significand.leading_zeros();
    let significand = significand << zeros;
    let digits = format.digits;
    let mut biased = power - zeros as i32 + 127 + format.bias;
    let mut drop = 128 - digits;
    if biased < 1 {
        drop = drop.saturating_add((1 - biased) as u32);
        biased = 0;
    }
    let half = 1u128 << 127;
    let (mut kept, rest) = match drop {
        0..128 => (significand >> drop, significand << (128 - drop)),
        // What is dropped is just as long as the significand, or longer.
        128 => (0, significand),
        _ => (0, 1),
    };
    if rest > half || rest == half && kept & 1 == 1 {
        kept += 1;
        if kept >> digits != 0 {
            kept = 1 << (digits - 1);
            biased += 1;
        }
    }
    if biased == 0 && kept >> (digits - 1) != 0 {
        biased = 1;
    }
    if biased >= format.most { (1 << (digits - 1), format.most) } else { (kept, biased) }
}

/// A number of 256 bits, the upper half first.
pub type Double = (u128, u128);

/// `value` with its last bit set if any of those that are shifted out is.
pub fn shifted_down((high, low): Double, by: u32) -> Double {
    let (kept, lost) = match by {
        0 => return (high, low),
        1..128 => ((high >> by, low >> by | high << (128 - by)), low << (128 - by)),
        128 => ((0, high), low),
        129..256 => ((0, high >> (by - 128)), low | high << (256 - by)),
        _ => ((0, 0), high | low),
    };
    (kept.0, kept.1 | u128::from(lost != 0))
}

pub fn plus(a: Double, b: Double) -> Double {
    let (low, carry) = a.1.overflowing_add(b.1);
    (a.0 + b.0 + u128::from(carry), low)
}

pub fn minus(a: Double, b: Double) -> Double {
    let (low, borrow) = a.1.overflowing_sub(b.1);
    (a.0 - b.0 - u128::from(borrow), low)
}

/// The upper 128 bits of a number that is not zero, the lowest of them set also when anything is below, and the power of
/// two that they are times. What has no more than 128 bits is not changed.
pub fn top((high, low): Double) -> (u128, i32) {
    if high == 0 {
        return (low, 0);
    }
    let up = high.leading_zeros();
    let top = if up == 0 { high } else { high << up | low >> (128 - up) };
    (top | u128::from(low << up != 0), 128 - up as i32)
}
