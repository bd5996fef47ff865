//! Decimal text to a `long double`, correctly rounded: with whole numbers as long as they have to be.

use super::{INFINITY, NO_NUMBER, SIGN, exponent, pack, with_sign};
use crate::convert::{Shape, digit_value, float_extent};
use crate::errors;

/// Words of 32 bits: room for 10^5000, and for the digits that are looked at.
const WORDS: usize = 900;
/// Digits that are looked at; others count as something behind them.
const DIGITS: u32 = 1200;
/// Beyond these powers of ten nothing is between zero and infinity.
const LEAST: i64 = -5000;
const MOST: i64 = 5000;

/// A whole number, lowest word first.
struct Big {
    words: [u32; WORDS],
    len: usize,
}

impl Big {
    fn zero() -> Self {
        Self { words: [0; WORDS], len: 0 }
    }

    fn word(&self, at: usize) -> u32 {
        // SAFETY: compared with the length, which is at most WORDS.
        if at < self.len { unsafe { *self.words.as_ptr().add(at) } } else { 0 }
    }

    fn set(&mut self, at: usize, word: u32) {
        if at < WORDS {
            // SAFETY: just compared.
            unsafe { *self.words.as_mut_ptr().add(at) = word };
        }
    }

    /// Times `by`, and `plus` more.
    fn multiply(&mut self, by: u32, plus: u32) {
        let mut carry = u64::from(plus);
        let mut at = 0;
        while at < self.len {
            let part = u64::from(self.word(at)) * u64::from(by) + carry;
            self.set(at, part as u32);
            carry = part >> 32;
            at += 1;
        }
        if carry != 0 && self.len < WORDS {
            self.set(self.len, carry as u32);
            self.len += 1;
        }
    }

    /// Times ten to a power.
    fn scale(&mut self, mut power: u32) {
        while power >= 9 {
            self.multiply(1_000_000_000, 0);
            power -= 9;
        }
        while power > 0 {
            self.multiply(10, 0);
            power -= 1;
        }
    }

    fn bits(&self) -> u32 {
        match self.len {
            0 => 0,
            len => len as u32 * 32 - self.word(len - 1).leading_zeros(),
        }
    }

    /// Times two to a power.
    fn shift(&mut self, by: u32) {
        let (words, bits) = ((by / 32) as usize, by % 32);
        let mut at = (self.len + words + 1).min(WORDS);
        let end = at;
        while at > 0 {
            at -= 1;
            let low = |back: usize| if at >= back { self.word(at - back) } else { 0 };
            let pair = u64::from(low(words)) << 32 | u64::from(low(words + 1));
            let word = (pair << bits >> 32) as u32;
            self.set(at, word);
        }
        self.len = end;
        self.trim();
    }

    fn trim(&mut self) {
        while self.len > 0 && self.word(self.len - 1) == 0 {
            self.len -= 1;
        }
    }

    fn is_less(&self, other: &Self) -> bool {
        let mut at = self.len.max(other.len);
        while at > 0 {
            at -= 1;
            if self.word(at) != other.word(at) {
                return self.word(at) < other.word(at);
            }
        }
        false
    }

    /// Less `other`, which is not larger.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = 0i64;
        let mut at = 0;
        while at < self.len {
            let part = i64::from(self.word(at)) - i64::from(other.word(at)) + borrow;
            self.set(at, part as u32);
            borrow = part >> 32;
            at += 1;
        }
        self.trim();
    }

    /// The upper 128 bits, the lowest of them set also when anything is below, and how many are below.
    fn top(&self) -> (u128, i32) {
        let drop = self.bits().saturating_sub(127);
        let (mut top, mut rest, mut at) = (0u128, false, self.len);
        while at > 0 {
            at -= 1;
            let place = at as i32 * 32 - drop as i32;
            let word = self.word(at);
            if place >= 0 {
                top |= u128::from(word) << place;
            } else if place > -32 {
                top |= u128::from(word >> -place);
                rest |= word << (32 + place) != 0;
            } else {
                rest |= word != 0;
            }
        }
        (top | u128::from(rest), drop as i32)
    }
}

/// Digits times ten to a power, without the sign.
fn of_decimal(mut digits: Big, power: i64) -> u128 {
    if digits.len == 0 {
        return 0;
    }
    if power >= 0 {
        digits.scale(power as u32);
        let (top, below) = digits.top();
        return pack(false, top, below);
    }
    let mut by = Big::zero();
    by.multiply(1, 1);
    by.scale(-power as u32);
    // As many binary digits of the quotient as are needed, one after the other.
    const WANTED: u32 = 70;
    let up = (by.bits() + WANTED).saturating_sub(digits.bits());
    digits.shift(up);
    let first = digits.bits() - by.bits();
    by.shift(first);
    let mut quotient = 0u128;
    let mut left = first + 1;
    let mut low = 0;
    while left > 0 {
        left -= 1;
        quotient <<= 1;
        if !digits.is_less(&by) {
            digits.subtract(&by);
            quotient |= 1;
        }
        digits.shift(1);
        low += 1;
        if quotient >> 120 != 0 {
            break;
        }
    }
    let skipped = first as i32 + 1 - low;
    pack(false, quotient | u128::from(digits.len != 0), skipped - up as i32)
}

/// The exponent that is written from its letter on, if there is one.
unsafe fn written(letter: *const u8, end: *const u8) -> i64 {
    if letter == end {
        return 0;
    }
    // SAFETY: the caller's: from one place of a text to a later one.
    unsafe {
        let mut at = letter.add(1);
        let negative = *at == b'-';
        if negative || *at == b'+' {
            at = at.add(1);
        }
        let mut exponent = 0i64;
        while at != end {
            exponent = (exponent * 10 + i64::from(*at - b'0')).min(1 << 40);
            at = at.add(1);
        }
        if negative { -exponent } else { exponent }
    }
}

/// A hexadecimal number as significand and power of two: 121 bits at least, the lowest of them set also
/// when anything is behind.
unsafe fn hexadecimal(start: *const u8, end: *const u8) -> (u128, i64) {
    let (mut bits, mut power) = (0u128, 0i64);
    let (mut at, mut point) = (start, false);
    // SAFETY: the caller's: from one place of a text to a later one.
    unsafe {
        while at != end && *at | 0x20 != b'p' {
            let digit = u128::from(digit_value(*at));
            if *at == b'.' {
                point = true;
            } else if bits >> 120 == 0 {
                bits = bits << 4 | digit;
                power -= if point { 4 } else { 0 };
            } else {
                bits |= u128::from(digit != 0);
                power += if point { 0 } else { 4 };
            }
            at = at.add(1);
        }
        (bits, power + written(at, end))
    }
}

/// The digits from `start` to `end`, and the power of ten that they are times.
unsafe fn decimal(start: *const u8, end: *const u8) -> (Big, i64) {
    let (mut digits, mut power, mut count) = (Big::zero(), 0i64, 0);
    let (mut at, mut point, mut more) = (start, false, false);
    // SAFETY: the caller's: from one place of a text to a later one.
    unsafe {
        while at != end && *at | 0x20 != b'e' {
            match *at {
                b'.' => point = true,
                digit if count < DIGITS => {
                    digits.multiply(10, u32::from(digit - b'0'));
                    count += u32::from(digits.len != 0);
                    power -= i64::from(point);
                }
                digit => {
                    more |= digit != b'0';
                    power += i64::from(!point);
                }
            }
            at = at.add(1);
        }
        if more {
            digits.multiply(10, 1);
            power -= 1;
        }
        (digits, power + written(at, end))
    }
}

/// `strtold`, as bits.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __bf_long_of_text(text: *const u8, end: *mut *const u8) -> u128 {
    // SAFETY: the caller's: a text that has a NUL, and a place for its end or null.
    unsafe {
        let extent = float_extent(text, usize::MAX);
        if !end.is_null() {
            *end = extent.end;
        }
        let (size, zero) = match extent.shape {
            Shape::None => (0, true),
            Shape::Infinity => return with_sign(extent.negative, INFINITY),
            Shape::NotANumber => return with_sign(extent.negative, NO_NUMBER & !SIGN),
            Shape::Hexadecimal => {
                let (bits, power) = hexadecimal(extent.start, extent.end);
                let power = power.clamp(-1 << 20, 1 << 20) as i32;
                (pack(false, bits, power), bits == 0)
            }
            Shape::Decimal => {
                let (digits, power) = decimal(extent.start, extent.end);
                // How many digits stand before the point.
                let size = power + i64::from(digits.bits()) * 3 / 10;
                let zero = digits.len == 0;
                let bits = match size {
                    _ if zero => 0,
                    MOST.. => INFINITY,
                    ..LEAST => 0,
                    _ => of_decimal(digits, power),
                };
                (bits, zero)
            }
        };
        if !zero && (size == INFINITY || exponent(size) == 0) {
            errors::set(errors::ERANGE);
        }
        with_sign(extent.negative, size)
    }
}
