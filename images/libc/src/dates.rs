//! `strftime`, in the C locale.

use core::ffi::c_int;

use crate::calendar::{Tm, is_leap, timegm};

pub const DAYS: [&str; 7] =
    ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
pub const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Where text goes; what does not fit is counted only.
struct Target {
    at: *mut u8,
    room: usize,
    len: usize,
}

impl Target {
    unsafe fn byte(&mut self, byte: u8) {
        // SAFETY: there are `room` bytes, says who made the target.
        unsafe {
            if self.len < self.room {
                *self.at.add(self.len) = byte;
            }
        }
        self.len += 1;
    }

    unsafe fn text(&mut self, text: &str) {
        for byte in text.bytes() {
            // SAFETY: as for `byte`.
            unsafe { self.byte(byte) };
        }
    }

    /// A number of at least `digits` places, filled up with `fill`.
    unsafe fn number(&mut self, value: i64, digits: u32, fill: u8) {
        // SAFETY: as for `byte`.
        unsafe {
            if value < 0 {
                self.byte(b'-');
            }
            let magnitude = value.unsigned_abs();
            let mut unit = 1u64;
            let mut places = 1;
            while magnitude / unit >= 10 {
                unit *= 10;
                places += 1;
            }
            for _ in places..digits {
                self.byte(fill);
            }
            while unit > 0 {
                self.byte(b'0' + (magnitude / unit % 10) as u8);
                unit /= 10;
            }
        }
    }
}

fn name(list: &[&'static str], at: c_int, short: bool) -> &'static str {
    let whole = usize::try_from(at).ok().and_then(|at| list.get(at)).copied().unwrap_or("?");
    if short { whole.get(..3).unwrap_or(whole) } else { whole }
}

/// Year and week by ISO 8601: weeks begin on Monday, the first has the year's first Thursday.
fn iso_week(tm: &Tm) -> (i64, i64) {
    let year = i64::from(tm.year) + 1900;
    let monday_based = (i64::from(tm.weekday) + 6) % 7;
    let week = (i64::from(tm.year_day) - monday_based + 10) / 7;
    // A year has 53 weeks if it begins on a Thursday, or is a leap year and begins on a Wednesday.
    let weeks = |year: i64, starts: i64| {
        if starts == 3 || starts == 2 && is_leap(year) { 53 } else { 52 }
    };
    let starts = (monday_based - i64::from(tm.year_day)).rem_euclid(7);
    if week < 1 {
        let before = if is_leap(year - 1) { 366 } else { 365 };
        (year - 1, weeks(year - 1, (starts - before).rem_euclid(7)))
    } else if week > weeks(year, starts) {
        (year + 1, 1)
    } else {
        (year, week)
    }
}

unsafe fn convert(to: &mut Target, conversion: u8, tm: &Tm, flag: u8) {
    let year = i64::from(tm.year) + 1900;
    let hour12 = if tm.hour % 12 == 0 { 12 } else { tm.hour % 12 };
    let filled = |usual: u8| match flag {
        b'_' => b' ',
        b'0' => b'0',
        _ => usual,
    };
    let places = |usual: u32| if flag == b'-' { 1 } else { usual };
    // SAFETY: as for `byte`; the names of days and months are texts of this file.
    unsafe {
        let two = |to: &mut Target, value: c_int, fill: u8| {
            to.number(i64::from(value), places(2), filled(fill));
        };
        let all = |to: &mut Target, parts: &[u8]| {
            for part in parts {
                if part.is_ascii_alphabetic() { convert(to, *part, tm, 0) } else { to.byte(*part) }
            }
        };
        match conversion {
            b'a' => to.text(name(&DAYS, tm.weekday, true)),
            b'A' => to.text(name(&DAYS, tm.weekday, false)),
            b'b' | b'h' => to.text(name(&MONTHS, tm.month, true)),
            b'B' => to.text(name(&MONTHS, tm.month, false)),
            b'c' => all(to, b"a b e H:M:S Y"),
            b'C' => to.number(year.div_euclid(100), 1, b'0'),
            b'd' => two(to, tm.day, b'0'),
            b'D' | b'x' => all(to, b"m/d/y"),
            b'e' => two(to, tm.day, b' '),
            b'F' => all(to, b"Y-m-d"),
            b'g' => to.number(iso_week(tm).0.rem_euclid(100), places(2), filled(b'0')),
            b'G' => to.number(iso_week(tm).0, 1, b'0'),
            b'H' => two(to, tm.hour, b'0'),
            b'I' => two(to, hour12, b'0'),
            b'j' => to.number(i64::from(tm.year_day) + 1, places(3), filled(b'0')),
            b'k' => two(to, tm.hour, b' '),
            b'l' => two(to, hour12, b' '),
            b'm' => two(to, tm.month + 1, b'0'),
            b'M' => two(to, tm.minute, b'0'),
            b'n' => to.byte(b'\n'),
            b'p' => to.text(if tm.hour < 12 { "AM" } else { "PM" }),
            b'P' => to.text(if tm.hour < 12 { "am" } else { "pm" }),
            b'r' => all(to, b"I:M:S p"),
            b'R' => all(to, b"H:M"),
            b's' => {
                let mut copy = *tm;
                to.number(timegm(&raw mut copy), 1, b'0');
            }
            b'S' => two(to, tm.second, b'0'),
            b't' => to.byte(b'\t'),
            b'T' | b'X' => all(to, b"H:M:S"),
            b'u' => to.number(i64::from((tm.weekday + 6) % 7 + 1), 1, b'0'),
            b'U' => two(to, (tm.year_day + 7 - tm.weekday) / 7, b'0'),
            b'V' => to.number(iso_week(tm).1, places(2), filled(b'0')),
            b'w' => to.number(i64::from(tm.weekday), 1, b'0'),
            b'W' => two(to, (tm.year_day + 7 - (tm.weekday + 6) % 7) / 7, b'0'),
            b'y' => to.number(year.rem_euclid(100), places(2), filled(b'0')),
            b'Y' => to.number(year, 1, b'0'),
            b'z' => to.text("+0000"),
            b'Z' => {
                let mut at = tm.zone;
                while !at.is_null() && *at != 0 {
                    to.byte(*at);
                    at = at.add(1);
                }
            }
            _ => to.byte(conversion),
        }
    }
}

/// Bytes written without the NUL; 0, and nothing that can be relied on written, when `room`
/// is too small.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strftime(
    result: *mut u8,
    room: usize,
    format: *const u8,
    date: *const Tm,
) -> usize {
    let mut to = Target { at: result, room, len: 0 };
    // SAFETY: the caller's: so much room, a format that has a NUL, and a date.
    unsafe {
        let mut at = format;
        while *at != 0 {
            if *at != b'%' {
                to.byte(*at);
                at = at.add(1);
                continue;
            }
            at = at.add(1);
            let mut flag = 0;
            while matches!(*at, b'-' | b'_' | b'0') {
                flag = *at;
                at = at.add(1);
            }
            // Other forms of a locale's; there is one locale.
            if matches!(*at, b'E' | b'O') {
                at = at.add(1);
            }
            if *at == 0 {
                break;
            }
            convert(&mut to, *at, &*date, flag);
            at = at.add(1);
        }
        to.byte(0);
    }
    if to.len > room { 0 } else { to.len - 1 }
}
