//! Reading a conversion specification, and where its arguments are: the next ones, or, with
//! `%2$s`, those of a certain number (POSIX, fprintf).

use super::spec::Spec;

/// Which argument.
#[derive(Clone, Copy)]
pub(super) enum Place {
    Next,
    /// Counted from 0.
    At(usize),
}

/// A width or precision.
#[derive(Clone, Copy)]
pub(super) enum Amount {
    None,
    Fixed(usize),
    Argument(Place),
}

/// How an argument is passed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Integer,
    Double,
    LongDouble,
}

/// A conversion specification.
pub(super) struct Conversion {
    /// Its flags and lengths; width and precision are not set.
    pub(super) spec: Spec,
    pub(super) width: Amount,
    pub(super) precision: Amount,
    pub(super) value: Place,
    pub(super) letter: u8,
    /// Behind its letter; at the format's end where that came first.
    pub(super) end: *const u8,
    /// A number in it is larger than an `int`.
    pub(super) too_large: bool,
}

/// Digits in a format. The number is `None` where there are none.
struct Digits {
    number: Option<usize>,
    end: *const u8,
    too_large: bool,
}

/// Reads digits, if there are any.
unsafe fn digits(start: *const u8) -> Digits {
    let mut at = start;
    let mut value = 0usize;
    let mut too_large = false;
    // SAFETY: a NUL is no digit, so this ends with the format at the latest.
    unsafe {
        while (*at).is_ascii_digit() {
            value = value * 10 + usize::from(*at - b'0');
            if value > i32::MAX as usize {
                too_large = true;
                value = 0;
            }
            at = at.add(1);
        }
    }
    Digits { number: (at != start).then_some(value), end: at, too_large }
}

/// `*`, `*2$`, or digits, from `at` on; where it ends.
unsafe fn amount(at: *const u8, too_large: &mut bool) -> (Amount, *const u8) {
    // SAFETY: nothing behind the format's NUL is read.
    unsafe {
        if *at == b'*' {
            let place = digits(at.add(1));
            *too_large |= place.too_large;
            return match place.number {
                Some(number) if *place.end == b'$' && number > 0 => {
                    (Amount::Argument(Place::At(number - 1)), place.end.add(1))
                }
                _ => (Amount::Argument(Place::Next), at.add(1)),
            };
        }
        let fixed = digits(at);
        *too_large |= fixed.too_large;
        (fixed.number.map_or(Amount::None, Amount::Fixed), fixed.end)
    }
}

impl Conversion {
    /// Reads one, from behind its `%`.
    pub(super) unsafe fn read(start: *const u8) -> Self {
        let mut spec = Spec { bits: 32, ..Spec::default() };
        let mut at = start;
        let mut value = Place::Next;
        let mut too_large = false;
        // SAFETY: nothing behind the format's NUL is read: each step forward is over a byte that
        // was looked at and is no NUL.
        unsafe {
            let number = digits(at);
            if let Some(n @ 1..) = number.number
                && *number.end == b'$'
            {
                value = Place::At(n - 1);
                at = number.end.add(1);
            }
            loop {
                match *at {
                    b'-' => spec.minus = true,
                    b'+' => spec.plus = true,
                    b' ' => spec.blank = true,
                    b'#' => spec.alternate = true,
                    b'0' => spec.zero = true,
                    // In the C locale digits are not grouped, and there is one kind of them.
                    b'\'' | b'I' => {}
                    _ => break,
                }
                at = at.add(1);
            }
            let width;
            (width, at) = amount(at, &mut too_large);
            let mut precision = Amount::None;
            if *at == b'.' {
                (precision, at) = amount(at.add(1), &mut too_large);
                if let Amount::None = precision {
                    precision = Amount::Fixed(0);
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
            let letter = match *at {
                b'C' => b'c',
                b'S' => b's',
                letter => letter,
            };
            if letter != *at {
                spec.bits = 64;
            }
            let end = if letter == 0 { at } else { at.add(1) };
            Self { spec, width, precision, value, letter, end, too_large }
        }
    }

    /// Whether it names an argument by its number.
    pub(super) fn is_positional(&self) -> bool {
        let named = |amount| matches!(amount, Amount::Argument(Place::At(_)));
        matches!(self.value, Place::At(_)) || named(self.width) || named(self.precision)
    }

    /// How its value is passed; `None` when it takes none.
    pub(super) fn kind(&self) -> Option<Kind> {
        match self.letter {
            b'd' | b'i' | b'u' | b'o' | b'x' | b'X' | b'b' | b'B' | b'c' | b's' | b'p' | b'n' => {
                Some(Kind::Integer)
            }
            b'f' | b'F' | b'e' | b'E' | b'g' | b'G' | b'a' | b'A' => {
                Some(if self.spec.long_double { Kind::LongDouble } else { Kind::Double })
            }
            _ => None,
        }
    }
}
