//! Clocks. There is one, which starts at some moment before the program: the machine does not
//! ask for the date, so the first program of the day runs on 1 January 1970.

use core::ffi::{c_int, c_long};
use core::ptr::null_mut;

use crate::host::bf_clock;

/// `struct timespec`, and `struct timeval` but for the unit of the second field.
#[repr(C)]
pub struct Moment {
    seconds: c_long,
    fraction: c_long,
}

/// Processor time in microseconds (`CLOCKS_PER_SEC` is a million): the program has the
/// machine for itself, so it is the time that passed.
#[unsafe(no_mangle)]
pub extern "C" fn clock() -> c_long {
    (unsafe { bf_clock() } / 1_000) as c_long
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn time(result: *mut c_long) -> c_long {
    unsafe {
        let now = (bf_clock() / 1_000_000_000) as c_long;
        if !result.is_null() {
            *result = now;
        }
        now
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn difftime(end: c_long, start: c_long) -> f64 {
    (end - start) as f64
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(_clock: c_int, result: *mut Moment) -> c_int {
    unsafe {
        let now = bf_clock();
        *result = Moment {
            seconds: (now / 1_000_000_000) as c_long,
            fraction: (now % 1_000_000_000) as c_long,
        };
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_getres(_clock: c_int, result: *mut Moment) -> c_int {
    unsafe {
        if !result.is_null() {
            *result = Moment { seconds: 0, fraction: 1 };
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn timespec_get(result: *mut Moment, base: c_int) -> c_int {
    unsafe { clock_gettime(0, result) };
    base
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gettimeofday(result: *mut Moment, _zone: *mut u8) -> c_int {
    unsafe {
        let now = bf_clock();
        *result = Moment {
            seconds: (now / 1_000_000_000) as c_long,
            fraction: (now % 1_000_000_000 / 1_000) as c_long,
        };
    }
    0
}

/// Waits by looking at the clock.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nanosleep(wanted: *const Moment, left: *mut Moment) -> c_int {
    unsafe {
        let nanoseconds = (*wanted).seconds as u64 * 1_000_000_000 + (*wanted).fraction as u64;
        let start = bf_clock();
        while bf_clock() - start < nanoseconds {}
        if !left.is_null() {
            *left = Moment { seconds: 0, fraction: 0 };
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn usleep(microseconds: u32) -> c_int {
    let wanted = Moment {
        seconds: c_long::from(microseconds / 1_000_000),
        fraction: c_long::from(microseconds % 1_000_000) * 1_000,
    };
    unsafe { nanosleep(&wanted, null_mut()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sleep(seconds: u32) -> u32 {
    unsafe { nanosleep(&Moment { seconds: c_long::from(seconds), fraction: 0 }, null_mut()) };
    0
}
