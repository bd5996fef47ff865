//! Clocks: one that never goes back and starts at some moment before the program, and the date, as
//! far as the machine knows it.

use core::ffi::{c_int, c_long};
use core::ptr::null_mut;

use crate::errors;
use crate::host::{bf_clock, bf_date};
use crate::signals::alarms;
use crate::threads;

/// `struct timespec`, and `struct timeval` but for the unit of the second field.
#[repr(C)]
pub struct Moment {
    seconds: c_long,
    fraction: c_long,
}

/// Clocks that show the date, as Linux numbers them: also a coarse one, and atomic time, which is
/// taken for the same.
const DATES: [c_int; 3] = [0, 5, 11];
/// The highest number of a clock.
const CLOCKS: c_int = 11;

/// Nanoseconds that have passed.
fn passed() -> u64 {
    // SAFETY: the machine answers at any time.
    unsafe { bf_clock() }
}

/// Nanoseconds since 1970.
fn date() -> u64 {
    // SAFETY: as above.
    unsafe { bf_date() }
}

/// Processor time in microseconds (`CLOCKS_PER_SEC` is a million): the program has the
/// machine for itself, so it is the time that passed.
#[unsafe(no_mangle)]
pub extern "C" fn clock() -> c_long {
    (passed() / 1_000) as c_long
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn time(result: *mut c_long) -> c_long {
    let now = (date() / 1_000_000_000) as c_long;
    if !result.is_null() {
        // SAFETY: null, or a place for it.
        unsafe { *result = now };
    }
    now
}

#[unsafe(no_mangle)]
pub extern "C" fn difftime(end: c_long, start: c_long) -> f64 {
    (end - start) as f64
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_gettime(clock: c_int, result: *mut Moment) -> c_int {
    if !(0..=CLOCKS).contains(&clock) {
        errors::set(errors::EINVAL);
        return -1;
    }
    let now = if DATES.contains(&clock) { date() } else { passed() };
    // SAFETY: a place for it.
    unsafe {
        *result = Moment {
            seconds: (now / 1_000_000_000) as c_long,
            fraction: (now % 1_000_000_000) as c_long,
        };
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_getres(_clock: c_int, result: *mut Moment) -> c_int {
    // SAFETY: null, or a place for it.
    unsafe {
        if !result.is_null() {
            *result = Moment { seconds: 0, fraction: 1 };
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn timespec_get(result: *mut Moment, base: c_int) -> c_int {
    // SAFETY: by contract.
    unsafe { clock_gettime(0, result) };
    base
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn gettimeofday(result: *mut Moment, _zone: *mut u8) -> c_int {
    let now = date();
    // SAFETY: a place for it.
    unsafe {
        *result = Moment {
            seconds: (now / 1_000_000_000) as c_long,
            fraction: (now % 1_000_000_000 / 1_000) as c_long,
        };
    }
    0
}

/// Waits by looking at the clock, until it is time or a handler was called.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn nanosleep(wanted: *const Moment, left: *mut Moment) -> c_int {
    // SAFETY: a duration, and null or a place for what is left of it.
    unsafe {
        let nanoseconds = (*wanted).seconds as u64 * 1_000_000_000 + (*wanted).fraction as u64;
        let start = passed();
        let before = alarms::rung();
        let over = loop {
            let over = passed() - start;
            if over >= nanoseconds {
                break nanoseconds;
            }
            threads::give_way();
            alarms::look();
            if alarms::rung() != before {
                break over;
            }
        };
        let rest = nanoseconds - over;
        if !left.is_null() {
            *left = Moment {
                seconds: (rest / 1_000_000_000) as c_long,
                fraction: (rest % 1_000_000_000) as c_long,
            };
        }
        if rest == 0 {
            return 0;
        }
    }
    errors::set(errors::EINTR);
    -1
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn usleep(microseconds: u32) -> c_int {
    let wanted = Moment {
        seconds: c_long::from(microseconds / 1_000_000),
        fraction: c_long::from(microseconds % 1_000_000) * 1_000,
    };
    // SAFETY: a duration.
    unsafe { nanosleep(&wanted, null_mut()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sleep(seconds: u32) -> u32 {
    let mut wanted = Moment { seconds: c_long::from(seconds), fraction: 0 };
    // SAFETY: a duration, which is what is left of it afterwards.
    unsafe { nanosleep(&raw const wanted, &raw mut wanted) };
    wanted.seconds as u32
}

/// Times of processes, in hundredths of a second (`struct tms`).
#[repr(C)]
pub struct Ticks {
    own: c_long,
    system: c_long,
    of_children: [c_long; 2],
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn times(result: *mut Ticks) -> c_long {
    let now = (passed() / 10_000_000) as c_long;
    if !result.is_null() {
        // SAFETY: not null, so a place for it.
        unsafe { *result = Ticks { own: now, system: 0, of_children: [0; 2] } };
    }
    now
}

/// `struct rusage`: two times, and counters, of which nobody keeps any.
#[repr(C)]
pub struct Usage {
    own: Moment,
    system: Moment,
    counters: [c_long; 14],
}

/// The program has the machine for itself, so its time is what passed; children (-1) have had none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getrusage(whose: c_int, result: *mut Usage) -> c_int {
    const CHILDREN: c_int = -1;
    if !(CHILDREN..=1).contains(&whose) {
        errors::set(errors::EINVAL);
        return -1;
    }
    let now = if whose == CHILDREN { 0 } else { passed() };
    let own = Moment {
        seconds: (now / 1_000_000_000) as c_long,
        fraction: (now % 1_000_000_000 / 1_000) as c_long,
    };
    // SAFETY: the caller's place for it.
    unsafe {
        *result = Usage { own, system: Moment { seconds: 0, fraction: 0 }, counters: [0; 14] }
    };
    0
}
