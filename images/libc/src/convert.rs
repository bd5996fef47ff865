//! Text to numbers: `strtol`, `strtod` and their relatives.

use core::ffi::{c_int, c_long, c_longlong};
use core::ptr::null_mut;

use crate::character::is_space;
use crate::errors;

/// An integer as it was written.
pub struct Integer {
    pub negative: bool,
    /// Magnitude; the largest there is when it does not fit.
    pub value: u64,
    pub overflow: bool,
    /// Behind the last digit; null when there was no number.
    pub end: *const u8,
}

pub fn digit_value(byte: u8) -> u32 {
    match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'a'..=b'z' => u32::from(byte - b'a') + 10,
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 99,
    }
}

/// Reads blanks, a sign, a prefix where `base` allows one, and digits, at most `most` bytes.
pub unsafe fn integer(text: *const u8, base: u32, most: usize) -> Integer {
    // SAFETY: the caller's: a text that has a NUL, or so many bytes.
    unsafe {
        let mut at = text;
        let end = text.wrapping_add(most);
        while at != end && is_space(*at) {
            at = at.add(1);
        }
        let peek = |at: *const u8| if at == end { 0 } else { *at };
        let negative = peek(at) == b'-';
        if negative || peek(at) == b'+' {
            at = at.add(1);
        }
        let mut base = base;
        if (base == 0 || base == 16)
            && peek(at) == b'0'
            && peek(at.add(1)) | 0x20 == b'x'
            && digit_value(peek(at.add(2))) < 16
        {
            at = at.add(2);
            base = 16;
        }
        if base == 0 {
            base = if peek(at) == b'0' { 8 } else { 10 };
        }
        let start = at;
        let mut value = 0u64;
        let mut overflow = false;
        loop {
            let digit = digit_value(peek(at));
            if digit >= base {
                break;
            }
            match value.checked_mul(u64::from(base)).and_then(|v| v.checked_add(u64::from(digit))) {
                Some(next) => value = next,
                None => overflow = true,
            }
            at = at.add(1);
        }
        let end = if at == start { core::ptr::null() } else { at };
        Integer { negative, value: if overflow { u64::MAX } else { value }, overflow, end }
    }
}

impl Integer {
    /// As a signed number; out of range is the nearest limit, and `ERANGE`.
    pub fn signed(&self) -> i64 {
        let limit = i64::MAX as u64 + u64::from(self.negative);
        if self.value > limit {
            errors::set(errors::ERANGE);
            return if self.negative { i64::MIN } else { i64::MAX };
        }
        if self.negative { (self.value as i64).wrapping_neg() } else { self.value as i64 }
    }

    /// As an unsigned number; a sign negates it modulo 2^64.
    pub fn unsigned(&self) -> u64 {
        if self.overflow {
            errors::set(errors::ERANGE);
            return u64::MAX;
        }
        if self.negative { self.value.wrapping_neg() } else { self.value }
    }
}

unsafe fn parse(text: *const u8, end: *mut *const u8, base: c_int) -> Integer {
    // SAFETY: the caller's: a text that has a NUL, and a place for its end or null.
    unsafe {
        if base < 0 || base == 1 || base > 36 {
            errors::set(errors::EINVAL);
            if !end.is_null() {
                *end = text;
            }
            return Integer { negative: false, value: 0, overflow: false, end: text };
        }
        let number = integer(text, base as u32, usize::MAX);
        if !end.is_null() {
            *end = if number.end.is_null() { text } else { number.end };
        }
        number
    }
}

macro_rules! integers {
    ($($name:ident $kind:ident $result:ty;)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(
            text: *const u8,
            end: *mut *const u8,
            base: c_int,
        ) -> $result {
            // SAFETY: as for `parse`.
            unsafe { parse(text, end, base).$kind() as $result }
        }
    )*};
}

integers! {
    strtol signed i64;
    strtoll signed i64;
    strtoimax signed i64;
    strtoq signed i64;
    strtoul unsigned u64;
    strtoull unsigned u64;
    strtoumax unsigned u64;
    strtouq unsigned u64;
    __isoc23_strtol signed i64;
    __isoc23_strtoll signed i64;
    __isoc23_strtoul unsigned u64;
    __isoc23_strtoull unsigned u64;
    __isoc23_strtoimax signed i64;
    __isoc23_strtoumax unsigned u64;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __strtol_internal(
    text: *const u8,
    end: *mut *const u8,
    base: c_int,
    _group: c_int,
) -> c_long {
    // SAFETY: as for `strtol`.
    unsafe { strtol(text, end, base) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn atoi(text: *const u8) -> c_int {
    // SAFETY: as for `strtol`, with no place for the end.
    unsafe { strtol(text, null_mut(), 10) as c_int }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn atol(text: *const u8) -> c_long {
    // SAFETY: as for `atoi`.
    unsafe { strtol(text, null_mut(), 10) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn atoll(text: *const u8) -> c_longlong {
    // SAFETY: as for `atoi`.
    unsafe { strtol(text, null_mut(), 10) }
}

/// Whether `text` starts with the lower-case `word`, in any case.
unsafe fn starts(text: *const u8, word: &[u8], most: usize) -> bool {
    if word.len() > most {
        return false;
    }
    // SAFETY: so many bytes are there, or a NUL before, which differs from every letter.
    unsafe {
        for (i, letter) in word.iter().enumerate() {
            if *text.add(i) | 0x20 != *letter {
                return false;
            }
        }
    }
    true
}

/// A number as text, found by [`float_extent`].
pub enum Shape {
    None,
    Infinity,
    NotANumber,
    /// Digits, point, exponent, from `start` to `end`.
    Decimal,
    /// The same behind `0x`, with `p` before the exponent.
    Hexadecimal,
}

/// Where a floating-point number begins (behind blanks and sign) and ends, in the first `most` bytes.
pub struct Extent {
    pub shape: Shape,
    pub negative: bool,
    pub start: *const u8,
    pub end: *const u8,
}

pub unsafe fn float_extent(text: *const u8, most: usize) -> Extent {
    // SAFETY: the caller's: a text that has a NUL, or so many bytes.
    unsafe {
        let limit = text.wrapping_add(most);
        let peek = |at: *const u8| if at == limit { 0 } else { *at };
        let mut at = text;
        while is_space(peek(at)) {
            at = at.add(1);
        }
        let negative = peek(at) == b'-';
        if negative || peek(at) == b'+' {
            at = at.add(1);
        }
        let left = |at: *const u8| (limit as usize).wrapping_sub(at as usize);
        if starts(at, b"inf", left(at)) {
            let long = starts(at, b"infinity", left(at));
            let end = at.add(if long { 8 } else { 3 });
            return Extent { shape: Shape::Infinity, negative, start: at, end };
        }
        if starts(at, b"nan", left(at)) {
            let mut end = at.add(3);
            if peek(end) == b'(' {
                let mut inner = end.add(1);
                while peek(inner).is_ascii_alphanumeric() || peek(inner) == b'_' {
                    inner = inner.add(1);
                }
                if peek(inner) == b')' {
                    end = inner.add(1);
                }
            }
            return Extent { shape: Shape::NotANumber, negative, start: at, end };
        }
        let hexadecimal = peek(at) == b'0' && peek(at.add(1)) | 0x20 == b'x' && {
            let first = peek(at.add(2));
            first.is_ascii_hexdigit() || first == b'.' && peek(at.add(3)).is_ascii_hexdigit()
        };
        let start = if hexadecimal { at.add(2) } else { at };
        let is_digit =
            |byte: u8| if hexadecimal { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() };
        let mut end = start;
        let mut digits = 0;
        while is_digit(peek(end)) {
            end = end.add(1);
            digits += 1;
        }
        if peek(end) == b'.' {
            let point = end;
            end = end.add(1);
            while is_digit(peek(end)) {
                end = end.add(1);
                digits += 1;
            }
            if digits == 0 {
                end = point;
            }
        }
        if digits == 0 {
            return Extent { shape: Shape::None, negative: false, start: text, end: text };
        }
        if peek(end) | 0x20 == if hexadecimal { b'p' } else { b'e' } {
            let mut exponent = end.add(1);
            if matches!(peek(exponent), b'+' | b'-') {
                exponent = exponent.add(1);
            }
            if peek(exponent).is_ascii_digit() {
                while peek(exponent).is_ascii_digit() {
                    exponent = exponent.add(1);
                }
                end = exponent;
            }
        }
        let shape = if hexadecimal { Shape::Hexadecimal } else { Shape::Decimal };
        Extent { shape, negative, start, end }
    }
}

/// A hexadecimal number as significand and power of two: the leading 64 bits, the lowest of
/// them set also when anything behind it is.
unsafe fn hexadecimal(start: *const u8, end: *const u8) -> (u64, i64) {
    let (mut bits, mut power) = (0u64, 0i64);
    let mut at = start;
    let mut point = false;
    // SAFETY: the caller's: from one place of a text to a later one.
    unsafe {
        while at != end && *at | 0x20 != b'p' {
            if *at == b'.' {
                point = true;
            } else {
                let digit = u64::from(digit_value(*at));
                if bits >> 60 == 0 {
                    bits = bits << 4 | digit;
                    power -= if point { 4 } else { 0 };
                } else {
                    bits |= u64::from(digit != 0);
                    power += if point { 0 } else { 4 };
                }
            }
            at = at.add(1);
        }
        if at != end {
            at = at.add(1);
            let negative = *at == b'-';
            if negative || *at == b'+' {
                at = at.add(1);
            }
            let mut exponent = 0i64;
            while at != end {
                exponent = (exponent * 10 + i64::from(*at - b'0')).min(1 << 40);
                at = at.add(1);
            }
            power += if negative { -exponent } else { exponent };
        }
    }
    (bits, power)
}

/// Rounds `bits` times 2^`power` to the nearest double, ties to even, or to a float when
/// `significant` is 24 and `least` -149.
fn round_binary(bits: u64, power: i64, significant: i64, least: i64) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    let len = 64 - i64::from(bits.leading_zeros());
    // The place of the lowest bit kept.
    let lowest = (power + len - significant).max(least);
    let drop = lowest - power;
    let kept = if drop <= 0 {
        // Wide enough already; `power` may lie far below zero only when drop is positive.
        return scale(bits, power);
    } else if drop > 64 {
        0
    } else {
        let kept = if drop == 64 { 0 } else { bits >> drop };
        let rest = if drop == 64 { bits } else { bits << (64 - drop) };
        let half = 1 << 63;
        kept + u64::from(rest > half || rest == half && kept & 1 == 1)
    };
    scale(kept, lowest)
}

/// `bits` times 2^`power`, exact by the caller's care, or infinite.
fn scale(bits: u64, power: i64) -> f64 {
    if bits == 0 {
        return 0.0;
    }
    // Trailing zeros go to the power, so that the conversion to double is exact.
    let zeros = bits.trailing_zeros();
    let (mut value, mut power) = ((bits >> zeros) as f64, power + i64::from(zeros));
    while power > 0 && value < f64::INFINITY {
        let step = power.min(1000);
        value *= f64::from_bits(((step + 1023) as u64) << 52);
        power -= step;
    }
    while power < 0 {
        // Halving is exact until the end, which the caller has made representable.
        let step = power.max(-1000);
        value *= f64::from_bits(((step + 1023) as u64) << 52);
        power -= step;
    }
    value
}

/// What core's parser needs: decimal text.
unsafe fn decimal<T: core::str::FromStr>(start: *const u8, end: *const u8) -> Option<T> {
    // SAFETY: the caller's: from one place of a text to a later one; digits, signs and points are
    // ASCII.
    unsafe {
        let bytes = core::slice::from_raw_parts(start, end as usize - start as usize);
        core::str::from_utf8_unchecked(bytes).parse().ok()
    }
}

/// Any digit but zero in the significand.
unsafe fn has_digits(start: *const u8, end: *const u8) -> bool {
    let mut at = start;
    // SAFETY: the caller's: from one place of a text to a later one.
    unsafe {
        while at != end && !matches!(*at | 0x20, b'e' | b'p') {
            if *at != b'0' && *at != b'.' {
                return true;
            }
            at = at.add(1);
        }
    }
    false
}

macro_rules! to_float {
    ($name:ident $type:ty, $significant:expr, $least:expr) => {
        /// The value of what [`float_extent`] found, correctly rounded.
        pub unsafe fn $name(extent: &Extent) -> $type {
            // SAFETY: the extent is that of a text, says the caller.
            unsafe {
                let magnitude = match extent.shape {
                    Shape::None => 0.0,
                    Shape::Infinity => <$type>::INFINITY,
                    Shape::NotANumber => <$type>::NAN,
                    Shape::Decimal => decimal::<$type>(extent.start, extent.end).unwrap_or(0.0),
                    Shape::Hexadecimal => {
                        let (bits, power) = hexadecimal(extent.start, extent.end);
                        round_binary(bits, power, $significant, $least) as $type
                    }
                };
                let number = matches!(extent.shape, Shape::Decimal | Shape::Hexadecimal);
                let small =
                    magnitude < <$type>::MIN_POSITIVE && has_digits(extent.start, extent.end);
                if number && (magnitude == <$type>::INFINITY || small) {
                    errors::set(errors::ERANGE);
                }
                if extent.negative { -magnitude } else { magnitude }
            }
        }
    };
}

to_float!(to_f64 f64, 53, -1074);
to_float!(to_f32 f32, 24, -149);

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strtod(text: *const u8, end: *mut *const u8) -> f64 {
    // SAFETY: the caller's: a text that has a NUL, and a place for its end or null.
    unsafe {
        let extent = float_extent(text, usize::MAX);
        if !end.is_null() {
            *end = extent.end;
        }
        to_f64(&extent)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strtof(text: *const u8, end: *mut *const u8) -> f32 {
    // SAFETY: as for `strtod`.
    unsafe {
        let extent = float_extent(text, usize::MAX);
        if !end.is_null() {
            *end = extent.end;
        }
        to_f32(&extent)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn atof(text: *const u8) -> f64 {
    // SAFETY: as for `strtod`, with no place for the end.
    unsafe { strtod(text, null_mut()) }
}

#[unsafe(no_mangle)]
pub extern "C" fn abs(value: c_int) -> c_int {
    value.wrapping_abs()
}

#[unsafe(no_mangle)]
pub extern "C" fn labs(value: c_long) -> c_long {
    value.wrapping_abs()
}

#[unsafe(no_mangle)]
pub extern "C" fn llabs(value: c_longlong) -> c_longlong {
    value.wrapping_abs()
}

#[unsafe(no_mangle)]
pub extern "C" fn imaxabs(value: i64) -> i64 {
    value.wrapping_abs()
}
