//! Dates (`<time.h>`), in the only time zone there is: UTC.
//!
//! Days are counted by the proleptic Gregorian calendar, in eras of 400 years that begin on a
//! first of March, so that the leap day is the last of its year.

use core::ffi::{c_int, c_long};
use core::mem::MaybeUninit;
use core::ptr::null_mut;

/// `struct tm` as glibc lays it out.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Tm {
    pub second: c_int,
    pub minute: c_int,
    pub hour: c_int,
    /// From 1.
    pub day: c_int,
    /// From 0.
    pub month: c_int,
    /// Since 1900.
    pub year: c_int,
    /// From Sunday, 0.
    pub weekday: c_int,
    /// From 0.
    pub year_day: c_int,
    pub summer_time: c_int,
    /// Seconds east of UTC.
    pub offset: c_long,
    pub zone: *const u8,
}

const DAY: i64 = 86_400;
/// Days of 400 years.
const ERA: i64 = 146_097;
/// From 1 March 0000 to 1 January 1970.
const EPOCH: i64 = 719_468;

/// Days from 1970 to the first of a month (0 to 11) of a year.
pub fn days_before(year: i64, month: i64) -> i64 {
    // January and February end the year before.
    let (year, month) = if month < 2 { (year - 1, month + 10) } else { (year, month - 2) };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let days = of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5;
    era * ERA + days - EPOCH
}

pub fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// The date of a number of seconds since 1970, or `None` when its year does not fit.
fn split(moment: i64) -> Option<Tm> {
    let (days, seconds) = (moment.div_euclid(DAY), moment.rem_euclid(DAY));
    let since = days + EPOCH;
    let (era, of_era) = (since.div_euclid(ERA), since.rem_euclid(ERA));
    let of_year = |year: i64| of_era - (year * 365 + year / 4 - year / 100);
    let guess = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let march_day = of_year(guess);
    let march_month = (5 * march_day + 2) / 153;
    let day = march_day - (153 * march_month + 2) / 5 + 1;
    let month = if march_month < 10 { march_month + 2 } else { march_month - 10 };
    let year = era * 400 + guess + i64::from(month < 2);
    Some(Tm {
        second: (seconds % 60) as c_int,
        minute: (seconds / 60 % 60) as c_int,
        hour: (seconds / 3600) as c_int,
        day: day as c_int,
        month: month as c_int,
        year: c_int::try_from(year - 1900).ok()?,
        weekday: (days + 4).rem_euclid(7) as c_int,
        year_day: (days - days_before(year, 0)) as c_int,
        summer_time: 0,
        offset: 0,
        zone: c"GMT".as_ptr().cast(),
    })
}

unsafe extern "C" {
    /// The calling thread's date and its text (`c/threads.c`).
    fn __bf_date() -> *mut Tm;
    fn __bf_date_text() -> *mut [u8; 64];
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gmtime_r(moment: *const c_long, result: *mut Tm) -> *mut Tm {
    // SAFETY: the caller's: a moment, and room for a date.
    unsafe {
        let Some(tm) = split(*moment) else {
            crate::errors::set(crate::errors::EOVERFLOW);
            return null_mut();
        };
        *result = tm;
    }
    result
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gmtime(moment: *const c_long) -> *mut Tm {
    // SAFETY: as for `gmtime_r`, with the thread's date, which it shares with `localtime`.
    unsafe { gmtime_r(moment, __bf_date()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn localtime_r(moment: *const c_long, result: *mut Tm) -> *mut Tm {
    // SAFETY: as for `gmtime_r`.
    unsafe {
        let done = gmtime_r(moment, result);
        if !done.is_null() {
            (*done).zone = c"UTC".as_ptr().cast();
        }
        done
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn localtime(moment: *const c_long) -> *mut Tm {
    // SAFETY: as for `gmtime`.
    unsafe { localtime_r(moment, __bf_date()) }
}

/// The moment of a date whose members may be out of their ranges; it is put in order.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn timegm(date: *mut Tm) -> c_long {
    // SAFETY: the caller's: a date, which may be written.
    unsafe {
        let tm = &*date;
        let months = i64::from(tm.year) * 12 + i64::from(tm.month);
        let (year, month) = (months.div_euclid(12) + 1900, months.rem_euclid(12));
        let days = days_before(year, month) + i64::from(tm.day) - 1;
        let seconds = i64::from(tm.hour) * 3600 + i64::from(tm.minute) * 60 + i64::from(tm.second);
        let moment = days * DAY + seconds;
        if gmtime_r(&moment, date).is_null() { -1 } else { moment }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mktime(date: *mut Tm) -> c_long {
    // SAFETY: as for `timegm`.
    unsafe {
        let moment = timegm(date);
        (*date).zone = c"UTC".as_ptr().cast();
        moment
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn tzset() {}

/// `Thu Jan  1 00:00:00 1970` and a newline; `result` has room for 26 bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn asctime_r(date: *const Tm, result: *mut u8) -> *mut u8 {
    // SAFETY: the caller's: a date, and room for 26 bytes; the format has a NUL.
    unsafe {
        let format = c"%a %b %e %H:%M:%S %Y\n".as_ptr().cast();
        crate::dates::strftime(result, 26, format, date);
    }
    result
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn asctime(date: *const Tm) -> *mut u8 {
    // SAFETY: as for `asctime_r`, with the thread's text.
    unsafe { asctime_r(date, __bf_date_text().cast()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ctime_r(moment: *const c_long, result: *mut u8) -> *mut u8 {
    // SAFETY: the caller's: a moment, and room for 26 bytes.
    unsafe {
        let mut tm = MaybeUninit::uninit();
        if localtime_r(moment, tm.as_mut_ptr()).is_null() {
            return null_mut();
        }
        asctime_r(tm.as_ptr(), result)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ctime(moment: *const c_long) -> *mut u8 {
    // SAFETY: as for `ctime_r`, with the thread's text.
    unsafe { ctime_r(moment, __bf_date_text().cast()) }
}
