//! Following a format, and the argument of each conversion.

use super::arguments::{Arguments, Kinds};
use super::conversion::{Conversion, Place};
use super::float::Number;
use super::spec::Spec;
use super::{Sink, text};
use crate::errors;
use crate::stdio::va_list::VaList;

/// What a caller of `printf` vouches for: the format is a string, and the list has the arguments
/// that it asks for, pointers among them to what they are converted from or stored to. All
/// `SAFETY` lines of this folder rest on it.
pub(super) unsafe fn format(sink: &mut Sink, format: *const u8, list: &VaList) {
    // SAFETY: the contract above.
    unsafe {
        if let Some(rest) = follow(sink, format, &mut Arguments::in_order(list)) {
            by_number(sink, format, rest, list);
        }
    }
}

/// The rest of a format, from the first conversion on that names its argument.
#[inline(never)]
unsafe fn by_number(sink: &mut Sink, format: *const u8, rest: *const u8, list: &VaList) {
    // SAFETY: the contract of `format`; with all arguments known nothing stops before the end.
    unsafe {
        let Some(kinds) = Kinds::of(format) else { return sink.fail(errors::EOVERFLOW) };
        follow(sink, rest, &mut Arguments::by_number(list, &kinds));
    }
}

/// Follows a format to its end, or to the `%` of a conversion that names an argument by number
/// where that cannot be had.
unsafe fn follow(
    sink: &mut Sink,
    format: *const u8,
    arguments: &mut Arguments<'_>,
) -> Option<*const u8> {
    let mut at = format;
    // SAFETY: the contract of `format`; nothing behind the NUL is read.
    unsafe {
        loop {
            let start = at;
            while *at != 0 && *at != b'%' {
                at = at.add(1);
            }
            if at != start {
                sink.put(start, at as usize - start as usize);
            }
            if *at == 0 {
                return None;
            }
            let conversion = Conversion::read(at.add(1));
            if conversion.is_positional() && !arguments.have_numbers() {
                return Some(at);
            }
            convert(sink, at, &conversion, arguments);
            if sink.failed {
                return None;
            }
            at = conversion.end;
        }
    }
}

/// Does one conversion, which begins with the `%` at `start`.
pub(super) unsafe fn convert(
    sink: &mut Sink,
    start: *const u8,
    conversion: &Conversion,
    arguments: &mut Arguments<'_>,
) {
    if conversion.too_large {
        return sink.fail(errors::EOVERFLOW);
    }
    let mut spec = conversion.spec;
    let place = conversion.value;
    // SAFETY: the contract of `format`.
    unsafe {
        if let Some(width) = arguments.amount(conversion.width) {
            spec.minus |= width < 0;
            spec.width = width.unsigned_abs() as usize;
        }
        // A negative one counts as none.
        spec.precision =
            arguments.amount(conversion.precision).and_then(|given| usize::try_from(given).ok());
        match conversion.letter {
            b'd' | b'i' => {
                let value = narrow(arguments.integer(place), spec.bits);
                let sign = spec.sign(value < 0);
                spec.integer(sink, value.unsigned_abs(), 10, false, sign);
            }
            letter @ (b'u' | b'o' | b'x' | b'X' | b'b' | b'B') => {
                let value = arguments.integer(place) << (64 - spec.bits) >> (64 - spec.bits);
                unsigned(sink, spec, value, letter);
            }
            b'p' => pointer(sink, spec, arguments.integer(place)),
            b'c' if spec.bits == 64 => {
                text::wide_character(sink, spec, arguments.integer(place) as u32);
            }
            b'c' => {
                let byte = arguments.integer(place) as u8;
                spec.text(sink, &byte, 1);
            }
            b's' => {
                let string = arguments.integer(place);
                if string == 0 {
                    // As glibc: all of it or nothing.
                    let len = if spec.precision.is_none_or(|most| most >= 6) { 6 } else { 0 };
                    spec.text(sink, c"(null)".as_ptr().cast(), len);
                } else if spec.bits == 64 {
                    text::wide_string(sink, spec, string as *const u32);
                } else {
                    text::string(sink, spec, string as *const u8);
                }
            }
            b'm' => text::string(sink, spec, errors::strerror(errors::get())),
            letter @ (b'f' | b'F' | b'e' | b'E' | b'g' | b'G' | b'a' | b'A') => {
                let number = if spec.long_double {
                    let (significand, top) = arguments.long_double(place);
                    Number::from_long_double(significand, top)
                } else {
                    Number::from_double(arguments.double(place))
                };
                spec.float(sink, number, letter);
            }
            b'n' => store(sink, spec, place, arguments),
            b'%' => sink.byte(b'%'),
            // The format ends in the middle of a conversion.
            0 => sink.fail(errors::EINVAL),
            // Not a conversion: printed as it stands.
            _ => sink.put(start, conversion.end as usize - start as usize),
        }
    }
}

fn unsigned(sink: &mut Sink, spec: Spec, value: u64, letter: u8) {
    let prefixed = spec.alternate && value != 0;
    let (base, prefix): (u64, &[u8]) = match letter {
        b'o' => (8, b""),
        b'x' if prefixed => (16, b"0x"),
        b'X' if prefixed => (16, b"0X"),
        b'x' | b'X' => (16, b""),
        b'b' if prefixed => (2, b"0b"),
        b'B' if prefixed => (2, b"0B"),
        b'b' | b'B' => (2, b""),
        _ => (10, b""),
    };
    spec.integer(sink, value, base, letter == b'X', prefix);
}

fn pointer(sink: &mut Sink, spec: Spec, value: u64) {
    if value == 0 {
        // SAFETY: five letters.
        return unsafe { spec.text(sink, c"(nil)".as_ptr().cast(), 5) };
    }
    let prefix: &[u8] = match spec.sign(false).first() {
        Some(b'+') => b"+0x",
        Some(_) => b" 0x",
        None => b"0x",
    };
    spec.integer(sink, value, 16, false, prefix);
}

/// `%n`: says how much was made so far.
unsafe fn store(sink: &Sink, spec: Spec, place: Place, arguments: &mut Arguments<'_>) {
    // SAFETY: the contract of `format`: a pointer to an integer of that size.
    unsafe {
        let to = arguments.integer(place) as *mut u8;
        match spec.bits {
            8 => to.write(sink.count as u8),
            16 => to.cast::<u16>().write(sink.count as u16),
            32 => to.cast::<u32>().write(sink.count as u32),
            _ => to.cast::<u64>().write(sink.count as u64),
        }
    }
}

/// The low `bits` of an argument as a signed number.
fn narrow(value: u64, bits: u32) -> i64 {
    ((value << (64 - bits)) as i64) >> (64 - bits)
}
