//! Formatted output: what a conversion specification means (C17, 7.21.6.1).

use core::ffi::c_int;

use super::digits::{Digits, Stop};
use super::file::{AT_ONCE, File, flush};
use super::va_list::VaList;
use super::write::put;
use crate::errors;
use crate::memory::memcpy;
use crate::strings::strnlen;

/// Where the text goes.
struct Sink {
    /// A stream; null for memory.
    file: *mut File,
    to: *mut u8,
    /// Bytes that fit `to`, without the NUL.
    room: usize,
    /// Bytes made so far, also those that did not fit.
    count: usize,
    failed: bool,
}

impl Sink {
    unsafe fn put(&mut self, bytes: *const u8, len: usize) {
        unsafe {
            if !self.file.is_null() {
                if len > 0 && put(self.file, bytes, len) < len {
                    self.failed = true;
                }
            } else if self.count < self.room {
                memcpy(self.to.add(self.count), bytes, len.min(self.room - self.count));
            }
        }
        self.count += len;
    }

    fn fill(&mut self, byte: u8, count: usize) {
        let block = [byte; 16];
        let mut left = count;
        while left > 0 {
            let part = left.min(16);
            // SAFETY: the block has 16 bytes.
            unsafe { self.put(block.as_ptr(), part) };
            left -= part;
        }
    }

    fn byte(&mut self, byte: u8) {
        // SAFETY: one byte.
        unsafe { self.put(&byte, 1) };
    }
}

/// A conversion specification without its letter.
#[derive(Clone, Copy)]
struct Spec {
    minus: bool,
    plus: bool,
    blank: bool,
    alternate: bool,
    zero: bool,
    width: usize,
    precision: Option<usize>,
    /// Bits of an integer argument.
    bits: u32,
    long_double: bool,
}

impl Spec {
    /// Sign and prefix, `zeros`, then what `body` puts, `len` bytes, in the field.
    fn field(
        &self,
        sink: &mut Sink,
        prefix: &[u8],
        zeros: usize,
        len: usize,
        body: impl FnOnce(&mut Sink),
    ) {
        let used = prefix.len() + zeros + len;
        let pad = self.width.saturating_sub(used);
        if !self.minus && !self.zero {
            sink.fill(b' ', pad);
        }
        // SAFETY: the slice's own length.
        unsafe { sink.put(prefix.as_ptr(), prefix.len()) };
        if self.zero && !self.minus {
            sink.fill(b'0', pad);
        }
        sink.fill(b'0', zeros);
        body(sink);
        if self.minus {
            sink.fill(b' ', pad);
        }
    }

    /// The sign to print before a signed number.
    fn sign(&self, negative: bool) -> &'static [u8] {
        if negative {
            b"-"
        } else if self.plus {
            b"+"
        } else if self.blank {
            b" "
        } else {
            b""
        }
    }

    fn integer(mut self, sink: &mut Sink, value: u64, base: u64, upper: bool, prefix: &[u8]) {
        let mut text = [0u8; 24];
        let end = text.as_mut_ptr().wrapping_add(24);
        let mut at = end;
        let mut rest = value;
        // SAFETY: 64 bits have at most 22 digits in base 8.
        unsafe {
            while rest > 0 {
                // Constant divisors become multiplications and shifts.
                let digit = match base {
                    8 => rest & 7,
                    16 => rest & 15,
                    _ => rest % 10,
                } as u8;
                rest = match base {
                    8 => rest >> 3,
                    16 => rest >> 4,
                    _ => rest / 10,
                };
                at = at.sub(1);
                *at = match digit {
                    0..10 => b'0' + digit,
                    _ if upper => b'A' - 10 + digit,
                    _ => b'a' - 10 + digit,
                };
            }
        }
        let len = end as usize - at as usize;
        let mut least = self.precision.unwrap_or(1);
        if self.precision.is_some() {
            self.zero = false;
        }
        if base == 8 && self.alternate {
            least = least.max(len + 1);
        }
        // SAFETY: the digits lie between `at` and `end`.
        self.field(sink, prefix, least.saturating_sub(len), len, |sink| unsafe {
            sink.put(at, len);
        });
    }

    fn float(mut self, sink: &mut Sink, number: Number, letter: u8) {
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
                let digits = Digits::new(bits, power, Stop::Places(precision));
                self.fixed(sink, sign, &digits, precision);
            }
            b'e' => {
                let digits = Digits::new(bits, power, Stop::Significant(precision + 1));
                self.scientific(sink, sign, &digits, precision, upper);
            }
            _ => {
                let count = precision.max(1);
                let digits = Digits::new(bits, power, Stop::Significant(count));
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
    fn fixed(&self, sink: &mut Sink, sign: &[u8], digits: &Digits, places: usize) {
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
        digits: &Digits,
        places: usize,
        upper: bool,
    ) {
        let exponent = if digits.is_zero() { 0 } else { digits.point - 1 };
        let dot = places > 0 || self.alternate;
        let size = exponent.unsigned_abs();
        let len = 1 + usize::from(dot) + places + if size >= 100 { 5 } else { 4 };
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
            if size >= 100 {
                sink.byte(b'0' + (size / 100) as u8);
            }
            sink.byte(b'0' + (size / 10 % 10) as u8);
            sink.byte(b'0' + (size % 10) as u8);
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
            let mut unit = 1;
            let mut left = exponent_len;
            while left > 1 {
                unit *= 10;
                left -= 1;
            }
            while unit > 0 {
                sink.byte(b'0' + (size / unit % 10) as u8);
                unit /= 10;
            }
        });
    }
}

/// A floating-point argument.
struct Number {
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
    fn from_double(value: f64) -> Self {
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

    /// Beyond the range of a double, infinite or zero: the programs' own arithmetic has no
    /// such numbers here.
    fn from_long_double(significand: u64, top: u16) -> Self {
        let exponent = i32::from(top & 0x7FFF);
        let kind = match exponent {
            0x7FFF if significand << 1 == 0 => Kind::Infinity,
            0x7FFF => Kind::NotANumber,
            _ => {
                let power = exponent.max(1) - 16383 - 63;
                if power > 960 {
                    Kind::Infinity
                } else if power < -1074 {
                    Kind::Finite(0, 0)
                } else {
                    Kind::Finite(significand, power)
                }
            }
        };
        Number { negative: top >> 15 == 1, kind, long: true }
    }
}

/// A number in the format; the byte behind it.
unsafe fn read_number(mut at: *const u8) -> (usize, *const u8) {
    let mut value = 0usize;
    unsafe {
        while (*at).is_ascii_digit() {
            value = value.saturating_mul(10).saturating_add(usize::from(*at - b'0'));
            at = at.add(1);
        }
    }
    (value.min(i32::MAX as usize), at)
}

unsafe fn format(sink: &mut Sink, format: *const u8, args: &mut VaList) {
    unsafe {
        let mut at = format;
        loop {
            let start = at;
            while *at != 0 && *at != b'%' {
                at = at.add(1);
            }
            if at != start {
                sink.put(start, at as usize - start as usize);
            }
            if *at == 0 {
                return;
            }
            at = conversion(sink, at.add(1), args);
        }
    }
}

/// One conversion, from behind its `%`; where it ends.
unsafe fn conversion(sink: &mut Sink, start: *const u8, args: &mut VaList) -> *const u8 {
    let mut spec = Spec {
        minus: false,
        plus: false,
        blank: false,
        alternate: false,
        zero: false,
        width: 0,
        precision: None,
        bits: 32,
        long_double: false,
    };
    let mut at = start;
    unsafe {
        loop {
            match *at {
                b'-' => spec.minus = true,
                b'+' => spec.plus = true,
                b' ' => spec.blank = true,
                b'#' => spec.alternate = true,
                b'0' => spec.zero = true,
                // Digits are not grouped in the C locale.
                b'\'' => {}
                _ => break,
            }
            at = at.add(1);
        }
        if *at == b'*' {
            let width = args.integer() as i32;
            spec.minus |= width < 0;
            spec.width = width.unsigned_abs() as usize;
            at = at.add(1);
        } else {
            (spec.width, at) = read_number(at);
        }
        if *at == b'.' {
            at = at.add(1);
            if *at == b'*' {
                let precision = args.integer() as i32;
                // A negative one counts as none.
                spec.precision = usize::try_from(precision).ok();
                at = at.add(1);
            } else {
                let precision;
                (precision, at) = read_number(at);
                spec.precision = Some(precision);
            }
        }
        loop {
            match *at {
                b'h' => spec.bits = if spec.bits == 16 { 8 } else { 16 },
                b'l' | b'q' | b'j' | b'z' | b'Z' | b't' => spec.bits = 64,
                b'L' => {
                    spec.bits = 64;
                    spec.long_double = true;
                }
                _ => break,
            }
            at = at.add(1);
        }
        match *at {
            b'd' | b'i' => {
                let value = narrow(args.integer(), spec.bits);
                let sign = spec.sign(value < 0);
                spec.integer(sink, value.unsigned_abs(), 10, false, sign);
            }
            letter @ (b'u' | b'o' | b'x' | b'X') => {
                let value = args.integer() << (64 - spec.bits) >> (64 - spec.bits);
                let (base, prefix): (u64, &[u8]) = match letter {
                    b'o' => (8, b""),
                    b'x' if spec.alternate && value != 0 => (16, b"0x"),
                    b'X' if spec.alternate && value != 0 => (16, b"0X"),
                    b'x' | b'X' => (16, b""),
                    _ => (10, b""),
                };
                spec.integer(sink, value, base, letter == b'X', prefix);
            }
            b'p' => {
                let value = args.integer();
                if value == 0 {
                    spec.text(sink, c"(nil)".as_ptr().cast(), 5);
                } else {
                    let sign = spec.sign(false);
                    let prefix: &[u8] = match sign.first() {
                        Some(b'+') => b"+0x",
                        Some(_) => b" 0x",
                        None => b"0x",
                    };
                    spec.integer(sink, value, 16, false, prefix);
                }
            }
            b'c' => {
                let byte = args.integer() as u8;
                spec.text(sink, &byte, 1);
            }
            b's' => {
                let text = args.integer() as *const u8;
                if text.is_null() {
                    // As glibc: all of it or nothing.
                    let len = if spec.precision.is_none_or(|most| most >= 6) { 6 } else { 0 };
                    spec.text(sink, c"(null)".as_ptr().cast(), len);
                } else {
                    let len = strnlen(text, spec.precision.unwrap_or(usize::MAX));
                    spec.text(sink, text, len);
                }
            }
            b'm' => {
                let text = errors::strerror(errors::get());
                let len = strnlen(text, spec.precision.unwrap_or(usize::MAX));
                spec.text(sink, text, len);
            }
            letter @ (b'f' | b'F' | b'e' | b'E' | b'g' | b'G' | b'a' | b'A') => {
                let number = if spec.long_double {
                    let (significand, top) = args.long_double();
                    Number::from_long_double(significand, top)
                } else {
                    Number::from_double(args.double())
                };
                spec.float(sink, number, letter);
            }
            b'n' => {
                let to = args.integer() as *mut u8;
                match spec.bits {
                    8 => to.write(sink.count as u8),
                    16 => to.cast::<u16>().write(sink.count as u16),
                    32 => to.cast::<u32>().write(sink.count as u32),
                    _ => to.cast::<u64>().write(sink.count as u64),
                }
            }
            b'%' => sink.byte(b'%'),
            0 => {
                // The format ends in the middle of a conversion.
                sink.failed = true;
                return at;
            }
            _ => {
                // Not a conversion: printed as it stands.
                sink.byte(b'%');
                sink.put(start, at as usize + 1 - start as usize);
            }
        }
        at.add(1)
    }
}

impl Spec {
    unsafe fn text(mut self, sink: &mut Sink, text: *const u8, len: usize) {
        self.zero = false;
        // SAFETY: the caller's text has `len` bytes.
        self.field(sink, b"", 0, len, |sink| unsafe { sink.put(text, len) });
    }
}

/// The low `bits` of an argument as a signed number.
fn narrow(value: u64, bits: u32) -> i64 {
    ((value << (64 - bits)) as i64) >> (64 - bits)
}

/// To a stream. What goes to one without a buffer goes there in one piece.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vfprintf(file: *mut File, text: *const u8, args: *mut VaList) -> c_int {
    unsafe {
        let mut sink = Sink { file, to: core::ptr::null_mut(), room: 0, count: 0, failed: false };
        let mut copy = *args;
        let at_once = (*file).flags & AT_ONCE;
        (*file).flags &= !AT_ONCE;
        format(&mut sink, text, &mut copy);
        (*file).flags |= at_once;
        if at_once != 0 && flush(file) < 0 {
            sink.failed = true;
        }
        if sink.failed { -1 } else { sink.count as c_int }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vprintf(text: *const u8, args: *mut VaList) -> c_int {
    unsafe { vfprintf(super::file::output(), text, args) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vsnprintf(
    to: *mut u8,
    room: usize,
    text: *const u8,
    args: *mut VaList,
) -> c_int {
    unsafe {
        let mut sink = Sink {
            file: core::ptr::null_mut(),
            to,
            room: room.saturating_sub(1),
            count: 0,
            failed: false,
        };
        let mut copy = *args;
        format(&mut sink, text, &mut copy);
        if room > 0 {
            *to.add(sink.count.min(room - 1)) = 0;
        }
        if sink.failed { -1 } else { sink.count as c_int }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vsprintf(to: *mut u8, text: *const u8, args: *mut VaList) -> c_int {
    // The end of memory is as far as it can go.
    unsafe { vsnprintf(to, usize::MAX - to as usize, text, args) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vasprintf(to: *mut *mut u8, text: *const u8, args: *mut VaList) -> c_int {
    unsafe {
        let len = vsnprintf(core::ptr::null_mut(), 0, text, args);
        if len < 0 {
            return len;
        }
        let room = len as usize + 1;
        let memory = crate::allocate::malloc(room);
        if memory.is_null() {
            return -1;
        }
        *to = memory;
        vsnprintf(memory, room, text, args)
    }
}
