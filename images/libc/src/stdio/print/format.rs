//! Reading a format, and the argument of each conversion.

use super::Sink;
use super::float::Number;
use super::spec::Spec;
use crate::errors;
use crate::stdio::va_list::VaList;
use crate::strings::strnlen;

pub(super) unsafe fn format(sink: &mut Sink, format: *const u8, args: &mut VaList) {
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

/// The low `bits` of an argument as a signed number.
fn narrow(value: u64, bits: u32) -> i64 {
    ((value << (64 - bits)) as i64) >> (64 - bits)
}
