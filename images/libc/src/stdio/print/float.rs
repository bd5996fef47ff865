//! Floating-point numbers in decimal, with an exponent, and in hexadecimal.

use super::Sink;
use super::spec::Spec;
use crate::stdio::digits::{Digits, DoubleRoom, LongRoom, Space, Stop};

/// A floating-point argument.
pub(super) struct Number {
    negative: bool,
    kind: Kind,
    /// It was a `long double`.
    long: bool,
}

#[derive(Clone, Copy)]
enum Kind {
    /// Significand and power of two.
    Finite(u64, i32),
    Infinity,
    NotANumber,
}

impl Number {
    pub(super) fn from_double(value: f64) -> Self {
        let bits = value.to_bits();
        let fraction = bits & ((1 << 52) - 1);
        let kind = match bits >> 52 & 0x7FF {
            0 => Kind::Finite(fraction, -1074),
            0x7FF if fraction == 0 => Kind::Infinity,
            0x7FF => Kind::NotANumber,
            exponent => Kind::Finite(fraction | 1 << 52, exponent as i32 - 1075),
        };
        Number { negative: bits >> 63 == 1, kind, long: false }
    }

    pub(super) fn from_long_double(significand: u64, top: u16) -> Self {
        let exponent = i32::from(top & 0x7FFF);
        let kind = match exponent {
            0x7FFF if significand << 1 == 0 => Kind::Infinity,
            0x7FFF => Kind::NotANumber,
            _ => Kind::Finite(significand, exponent.max(1) - 16383 - 63),
        };
        Number { negative: top >> 15 == 1, kind, long: true }
    }
}

impl Spec {
    pub(super) fn float(self, sink: &mut Sink, number: Number, letter: u8) {
        // Clearing the room of a long double costs much more than a double's digits.
        match number.kind {
            Kind::Finite(_, ..-1074 | 961..) => self.float_in_long(sink, number, letter),
            _ => self.float_in(DoubleRoom::new().space(), sink, number, letter),
        }
    }

    #[cold]
    #[inline(never)]
    fn float_in_long(self, sink: &mut Sink, number: Number, letter: u8) {
        self.float_in(LongRoom::new().space(), sink, number, letter);
    }

    #[inline(never)]
    fn float_in(mut self, space: Space<'_>, sink: &mut Sink, number: Number, letter: u8) {
        let upper = letter.is_ascii_uppercase();
        let sign = self.sign(number.negative);
        let (bits, power) = match number.kind {
            Kind::Finite(bits, power) => (bits, power),
            Kind::Infinity | Kind::NotANumber => {
                let word = match (number.kind, upper) {
                    (Kind::Infinity, false) => b"inf",
                    (Kind::Infinity, true) => b"INF",
                    (_, false) => b"nan",
                    (_, true) => b"NAN",
                };
                self.zero = false;
                // SAFETY: three letters.
                return self.field(sink, sign, 0, 3, |sink| unsafe { sink.put(word.as_ptr(), 3) });
            }
        };
        let precision = self.precision.unwrap_or(6);
        match letter | 0x20 {
            b'a' => self.hexadecimal(sink, sign, bits, power, number.long, upper),
            b'f' => {
                let digits = Digits::new(space, bits, power, Stop::Places(precision));
                self.fixed(sink, sign, &digits, precision);
            }
            b'e' => {
                let digits = Digits::new(space, bits, power, Stop::Significant(precision + 1));
                self.scientific(sink, sign, &digits, precision, upper);
            }
            _ => {
                let count = precision.max(1);
                let digits = Digits::new(space, bits, power, Stop::Significant(count));
                let exponent = if digits.is_zero() { 0 } else { i64::from(digits.point) - 1 };
                // Without `#`, zeros at the end are left out.
                let shown = if self.alternate { count } else { digits.significant().max(1) };
                if exponent >= -4 && exponent < count as i64 {
                    let places = shown as i64 - 1 - exponent;
                    self.fixed(sink, sign, &digits, places.max(0) as usize);
                } else {
                    self.scientific(sink, sign, &digits, shown - 1, upper);
                }
            }
        }
    }

    /// `ddd.ddd`
    fn fixed(&self, sink: &mut Sink, sign: &[u8], digits: &Digits<'_>, places: usize) {
        let point = if digits.is_zero() { 0 } else { digits.point };
        let whole = if point > 0 { point as usize } else { 1 };
        let dot = places > 0 || self.alternate;
        let len = whole + usize::from(dot) + places;
        self.field(sink, sign, 0, len, |sink| {
            if point <= 0 {
                sink.byte(b'0');
            }
            let mut place = 0;
            while (place as i32) < point {
                sink.byte(b'0' + digits.get(place));
                place += 1;
            }
            if dot {
                sink.byte(b'.');
            }
            let zeros = if point < 0 { (point.unsigned_abs() as usize).min(places) } else { 0 };
            sink.fill(b'0', zeros);
            let mut left = places - zeros;
            let known = digits.significant();
            while left > 0 && place < known {
                sink.byte(b'0' + digits.get(place));
                place += 1;
                left -= 1;
            }
            sink.fill(b'0', left);
        });
    }

    /// `d.ddde+dd`
    fn scientific(
        &self,
        sink: &mut Sink,
        sign: &[u8],
        digits: &Digits<'_>,
        places: usize,
        upper: bool,
    ) {
        let exponent = if digits.is_zero() { 0 } else { digits.point - 1 };
        let dot = places > 0 || self.alternate;
        let size = exponent.unsigned_abs();
        let exponent_len = match size {
            0..100 => 2,
            100..1000 => 3,
            _ => 4,
        };
        let len = 1 + usize::from(dot) + places + 2 + exponent_len;
        self.field(sink, sign, 0, len, |sink| {
            sink.byte(b'0' + digits.get(0));
            if dot {
                sink.byte(b'.');
            }
            let known = digits.significant();
            let mut place = 1;
            while place <= places && place < known {
                sink.byte(b'0' + digits.get(place));
                place += 1;
            }
            sink.fill(b'0', places + 1 - place);
            sink.byte(if upper { b'E' } else { b'e' });
            sink.byte(if exponent < 0 { b'-' } else { b'+' });
            sink.number(size, exponent_len);
        });
    }

    /// `0xh.hhhp+d`: one digit before the point, the hidden bit of a double (glibc's choice),
    /// or the four highest bits of a long double.
    fn hexadecimal(
        &self,
        sink: &mut Sink,
        sign: &[u8],
        bits: u64,
        power: i32,
        long: bool,
        upper: bool,
    ) {
        // Here 52 or 60 bits follow the point: 13 or 15 digits.
        let places_kept = if long { 15 } else { 13 };
        let mut bits = bits;
        let mut exponent = if bits == 0 { 0 } else { power + places_kept as i32 * 4 };
        let mut places = self.precision.unwrap_or(places_kept);
        if places < places_kept {
            let drop = (places_kept - places) as u32 * 4;
            let rest = bits << (64 - drop);
            let kept = bits >> drop;
            let half = 1u64 << 63;
            let up = rest > half || rest == half && kept & 1 == 1;
            let raised = (u128::from(kept) + u128::from(up)) << drop;
            if raised >> 64 != 0 {
                // The carry ran out of the first digit of a long double.
                bits = 1 << 60;
                exponent += 4;
            } else {
                bits = raised as u64;
            }
        }
        if self.precision.is_none() {
            places = 0;
            while places < places_kept && bits << (64 - 4 * (places_kept - places) as u32) != 0 {
                places += 1;
            }
        }
        let dot = places > 0 || self.alternate;
        let size = exponent.unsigned_abs();
        let exponent_len = match size {
            0..10 => 1,
            10..100 => 2,
            100..1000 => 3,
            1000..10000 => 4,
            _ => 5,
        };
        let mut prefix = [0u8; 3];
        let mut prefix_len = 0;
        let mut add = |byte: u8| {
            // SAFETY: a sign and two characters.
            unsafe { *prefix.as_mut_ptr().add(prefix_len) = byte };
            prefix_len += 1;
        };
        if let Some(sign) = sign.first() {
            add(*sign);
        }
        add(b'0');
        add(if upper { b'X' } else { b'x' });
        // SAFETY: two or three bytes were put there.
        let prefix = unsafe { core::slice::from_raw_parts(prefix.as_ptr(), prefix_len) };
        let digit = |place: usize| {
            let shift = (places_kept - place) as u32 * 4;
            let value = (bits >> shift) as u8 & 15;
            match value {
                0..10 => b'0' + value,
                _ if upper => b'A' - 10 + value,
                _ => b'a' - 10 + value,
            }
        };
        let len = 1 + usize::from(dot) + places + 2 + exponent_len;
        self.field(sink, prefix, 0, len, |sink| {
            sink.byte(digit(0));
            if dot {
                sink.byte(b'.');
            }
            let known = places.min(places_kept);
            let mut place = 1;
            while place <= known {
                sink.byte(digit(place));
                place += 1;
            }
            sink.fill(b'0', places - known);
            sink.byte(if upper { b'P' } else { b'p' });
            sink.byte(if exponent < 0 { b'-' } else { b'+' });
            sink.number(size, exponent_len);
        });
    }
}

impl Sink {
    /// A number of so many digits.
    fn number(&mut self, number: u32, digits: usize) {
        let mut unit = 1;
        let mut left = digits;
        while left > 1 {
            unit *= 10;
            left -= 1;
        }
        while unit > 0 {
            self.byte(b'0' + (number / unit % 10) as u8);
            unit /= 10;
        }
    }
}
