//! `strptime`, in the C locale: what `strftime` writes, read back.

use core::ffi::{c_int, c_long};
use core::ptr::null_mut;

use crate::calendar::{Tm, days_before, is_leap, localtime_r};
use crate::character::{is_space, lower};
use crate::dates::{DAYS, MONTHS};

/// What a text told of a date, besides what is in the date itself.
#[derive(Default)]
struct Told {
    /// Hours were told of twelve.
    of_twelve: bool,
    afternoon: bool,
    century: Option<c_int>,
    /// The last two digits of the year were told: the century goes in front of them.
    of_century: bool,
    /// Something that the days of week and year follow from.
    date: bool,
    weekday: bool,
    year_day: bool,
    month: bool,
    day: bool,
    /// The week of the year, and whether weeks begin on Monday.
    week: Option<(c_int, bool)>,
}

/// The text that is read.
struct Input {
    at: *const u8,
}

impl Input {
    fn peek(&self) -> u8 {
        // SAFETY: a string; nothing behind its NUL is read.
        unsafe { *self.at }
    }

    fn step(&mut self) {
        self.at = self.at.wrapping_add(1);
    }

    fn skip_blanks(&mut self) {
        while is_space(self.peek()) {
            self.step();
        }
    }

    /// A number of so many digits; none is taken that would lead above `to`.
    fn number(&mut self, from: c_int, to: c_int, digits: u32) -> Option<c_int> {
        self.skip_blanks();
        let mut value = 0;
        let mut taken = 0;
        while taken < digits && self.peek().is_ascii_digit() && (taken == 0 || value * 10 <= to) {
            value = value * 10 + c_int::from(self.peek() - b'0');
            self.step();
            taken += 1;
        }
        (taken > 0 && (from..=to).contains(&value)).then_some(value)
    }

    /// Whether a word comes next, in any case; it is taken then.
    fn word(&mut self, word: &str) -> bool {
        let mut at = self.at;
        for byte in word.bytes() {
            // SAFETY: nothing behind a difference is read, and a NUL is one.
            if lower(unsafe { *at }) != lower(byte) {
                return false;
            }
            at = at.wrapping_add(1);
        }
        self.at = at;
        true
    }

    /// The place of the name that comes next, whole or its first three letters.
    fn name(&mut self, names: &[&str]) -> Option<c_int> {
        let short = |name: &&str| name.get(..3).is_some_and(|short| self.word(short));
        let at = names.iter().position(short)?;
        let rest = names.get(at).and_then(|name| name.get(3..)).unwrap_or_default();
        self.word(rest);
        Some(at as c_int)
    }

    /// `+hhmm`, `+hh:mm`, `+hh` or `Z`: seconds east of UTC.
    fn zone(&mut self) -> Option<c_long> {
        self.skip_blanks();
        let sign = self.peek();
        self.step();
        match sign {
            b'Z' => return Some(0),
            b'+' | b'-' => {}
            _ => return None,
        }
        let (mut value, mut taken) = (0, 0);
        while taken < 4 && self.peek().is_ascii_digit() {
            value = value * 10 + c_long::from(self.peek() - b'0');
            self.step();
            taken += 1;
            // SAFETY: behind a byte that is no NUL.
            let next = unsafe { *self.at.wrapping_add(usize::from(self.peek() != 0)) };
            if taken == 2 && self.peek() == b':' && next.is_ascii_digit() {
                self.step();
            }
        }
        let (hours, minutes) = match taken {
            2 => (value, 0),
            4 => (value / 100, value % 100),
            _ => return None,
        };
        if minutes >= 60 {
            return None;
        }
        let seconds = hours * 3600 + minutes * 60;
        Some(if sign == b'-' { -seconds } else { seconds })
    }

    /// Seconds since 1970.
    fn moment(&mut self) -> Option<c_long> {
        let mut value: c_long = 0;
        let start = self.at;
        while self.peek().is_ascii_digit() {
            value = value.checked_mul(10)?.checked_add(c_long::from(self.peek() - b'0'))?;
            self.step();
        }
        (self.at != start).then_some(value)
    }
}

/// Reads by a format; `None` where the text does not fit it.
unsafe fn follow(
    input: &mut Input,
    mut format: *const u8,
    tm: &mut Tm,
    told: &mut Told,
) -> Option<()> {
    // SAFETY: a string; nothing behind its NUL is read.
    unsafe {
        while *format != 0 {
            let byte = *format;
            format = format.add(1);
            if is_space(byte) {
                input.skip_blanks();
                continue;
            }
            if byte != b'%' {
                if input.peek() != byte {
                    return None;
                }
                input.step();
                continue;
            }
            while matches!(*format, b'-' | b'_' | b'0' | b'^' | b'#') {
                format = format.add(1);
            }
            // Other forms of a locale's; there is one locale.
            let others: &[u8] = match *format {
                b'E' => b"cCxXyY",
                b'O' => b"bBdeHImMSUVWwy",
                _ => b"",
            };
            if !others.is_empty() {
                format = format.add(1);
                if !others.contains(&*format) {
                    return None;
                }
            }
            convert(input, *format, tm, told)?;
            format = format.add(1);
        }
    }
    Some(())
}

fn convert(input: &mut Input, conversion: u8, tm: &mut Tm, told: &mut Told) -> Option<()> {
    let parts = match conversion {
        b'c' => c"%a %b %e %H:%M:%S %Y",
        b'D' | b'x' => c"%m/%d/%y",
        b'F' => c"%Y-%m-%d",
        b'r' => c"%I:%M:%S %p",
        b'R' => c"%H:%M",
        b'T' | b'X' => c"%H:%M:%S",
        _ => c"",
    };
    if !parts.is_empty() {
        // SAFETY: a string of this file.
        return unsafe { follow(input, parts.as_ptr().cast(), tm, told) };
    }
    told.date |= matches!(conversion, b'b' | b'B' | b'h' | b'C' | b'd' | b'e' | b'm' | b'y' | b'Y');
    match conversion {
        b'%' => return input.word("%").then_some(()),
        b'a' | b'A' => (tm.weekday, told.weekday) = (input.name(&DAYS)?, true),
        b'b' | b'B' | b'h' => (tm.month, told.month) = (input.name(&MONTHS)?, true),
        b'C' => told.century = Some(input.number(0, 99, 2)?),
        b'd' | b'e' => (tm.day, told.day) = (input.number(1, 31, 2)?, true),
        b'g' | b'V' => _ = input.number(0, if conversion == b'g' { 99 } else { 53 }, 2)?,
        b'G' => _ = input.moment()?,
        b'H' | b'k' => (tm.hour, told.of_twelve) = (input.number(0, 23, 2)?, false),
        b'I' | b'l' => (tm.hour, told.of_twelve) = (input.number(1, 12, 2)? % 12, true),
        b'j' => (tm.year_day, told.year_day) = (input.number(1, 366, 3)? - 1, true),
        b'm' => (tm.month, told.month) = (input.number(1, 12, 2)? - 1, true),
        b'M' => tm.minute = input.number(0, 59, 2)?,
        b'n' | b't' => input.skip_blanks(),
        b'p' => {
            told.afternoon = input.word("PM");
            if !told.afternoon && !input.word("AM") {
                return None;
            }
        }
        b's' => {
            let moment = input.moment()?;
            // SAFETY: a moment, and a date that may be written.
            if unsafe { localtime_r(&raw const moment, tm) }.is_null() {
                return None;
            }
        }
        b'S' => tm.second = input.number(0, 61, 2)?,
        b'u' => (tm.weekday, told.weekday) = (input.number(1, 7, 1)? % 7, true),
        b'U' => told.week = Some((input.number(0, 53, 2)?, false)),
        b'w' => (tm.weekday, told.weekday) = (input.number(0, 6, 1)?, true),
        b'W' => told.week = Some((input.number(0, 53, 2)?, true)),
        b'y' => {
            let year = input.number(0, 99, 2)?;
            tm.year = if year >= 69 { year } else { year + 100 };
            told.of_century = true;
        }
        b'Y' => {
            tm.year = input.number(0, 9999, 4)? - 1900;
            (told.of_century, told.century) = (false, None);
        }
        b'z' => tm.offset = input.zone()?,
        // The name of a zone says nothing.
        b'Z' => {
            input.skip_blanks();
            while !is_space(input.peek()) && input.peek() != 0 {
                input.step();
            }
        }
        _ => return None,
    }
    Some(())
}

/// Days of a year before a month.
fn before(tm: &Tm, month: c_int) -> c_int {
    let year = i64::from(tm.year) + 1900;
    (days_before(year, i64::from(month)) - days_before(year, 0)) as c_int
}

/// Sets month and day, as far as they were not told, from the day of the year.
fn set_month(tm: &mut Tm, told: &Told) {
    let mut month = 0;
    while month < 11 && before(tm, month + 1) <= tm.year_day {
        month += 1;
    }
    let days = if is_leap(i64::from(tm.year) + 1900) { 366 } else { 365 };
    let start = if tm.year_day < days { before(tm, month) } else { days };
    if !told.month {
        tm.month = if tm.year_day < days { month } else { 12 };
    }
    if !told.day {
        tm.day = tm.year_day - start + 1;
    }
}

fn weekday(tm: &Tm, month: c_int, day: c_int) -> c_int {
    let days = days_before(i64::from(tm.year) + 1900, i64::from(month)) + i64::from(day) - 1;
    (days + 4).rem_euclid(7) as c_int
}

/// What follows from all that was told.
fn complete(tm: &mut Tm, mut told: Told) {
    if told.of_twelve && told.afternoon {
        tm.hour += 12;
    }
    if let Some(century) = told.century {
        let of_century = if told.of_century { tm.year % 100 } else { 0 };
        tm.year = of_century + (century - 19) * 100;
    }
    if told.date && !told.weekday {
        if told.year_day && !(told.month && told.day) {
            set_month(tm, &told);
            (told.month, told.day) = (true, true);
        }
        if told.month || (0..12).contains(&tm.month) {
            tm.weekday = weekday(tm, tm.month, tm.day);
        }
    }
    if told.date && !told.year_day && (told.month || (0..12).contains(&tm.month)) {
        tm.year_day = before(tm, tm.month) + tm.day - 1;
    }
    if let Some((week, monday)) = told.week
        && told.weekday
    {
        let first = c_int::from(monday);
        if !told.year_day {
            let starts = weekday(tm, 0, 1);
            let in_week = (tm.weekday - first + 7) % 7;
            tm.year_day = (7 - (starts - first)) % 7 + (week - 1) * 7 + in_week;
        }
        if !(told.month && told.day) {
            set_month(tm, &told);
        }
    }
}

/// Reads a date by a format; where the text goes on behind it, null where it does not fit. What is not told
/// stays as it was, but that days of week and year follow from a date.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strptime(text: *const u8, format: *const u8, date: *mut Tm) -> *mut u8 {
    let mut input = Input { at: text };
    let mut told = Told::default();
    // SAFETY: the caller's: two strings, and a date.
    unsafe {
        if follow(&mut input, format, &mut *date, &mut told).is_none() {
            return null_mut();
        }
        complete(&mut *date, told);
    }
    input.at.cast_mut()
}
