//! Numbers to text and back, without the formatting of `core`, which is larger than the program.

use crate::host::{self, Stream};

/// Writes a whole number.
pub fn number(stream: Stream, value: u64) {
    let mut digits = [0u8; 20];
    let mut left = value;
    let mut count = 0;
    for place in digits.iter_mut().rev() {
        *place = b'0' + (left % 10) as u8;
        left /= 10;
        count += 1;
        if left == 0 {
            break;
        }
    }
    host::write(stream, digits.get(20 - count..).unwrap_or_default());
}

/// Writes tenths as a number with one decimal place.
pub fn tenths(stream: Stream, value: u64) {
    number(stream, value / 10);
    host::write(stream, b".");
    number(stream, value % 10);
}

/// A whole number in decimal.
pub fn whole(text: &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for byte in text {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(digit.into())?;
    }
    (!text.is_empty()).then_some(value)
}

/// A number such as 0.95, not negative, with up to nine decimal places.
pub fn decimal(text: &[u8]) -> Option<f32> {
    let point = text.iter().position(|byte| *byte == b'.').unwrap_or(text.len());
    let before = whole(text.get(..point)?)?;
    let after = text.get(point + 1..).unwrap_or_default();
    if after.len() > 9 || before > 1 << 24 || (point < text.len() && after.is_empty()) {
        return None;
    }
    let fraction = if after.is_empty() { 0 } else { whole(after)? };
    let mut unit = 1u64;
    for _ in after {
        unit *= 10;
    }
    Some((before as f64 + fraction as f64 / unit as f64) as f32)
}
