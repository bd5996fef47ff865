//! Clocks: one that never goes back and starts at some moment before the program, and the date, as
//! far as the machine knows it.

use core::ffi::{c_int, c_long};
use core::sync::atomic::AtomicU32;

use crate::errors;
use crate::host::{bf_clock, bf_date, bf_wait};
use crate::signals::alarms;
use crate::threads;

/// `struct timespec`, and `struct timeval` but for the unit of the second field.
#[repr(C)]
pub struct Moment {
    pub seconds: c_long,
    pub fraction: c_long,
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
    // SAFETY: a place for it.
    unsafe { *result = Moment::of(now(clock)) };
    0
}

/// What a clock shows, in nanoseconds.
pub fn now(clock: c_int) -> u64 {
    if DATES.contains(&clock) { date() } else { passed() }
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

impl Moment {
    fn of(ns: u64) -> Self {
        Self {
            seconds: (ns / 1_000_000_000) as c_long,
            fraction: (ns % 1_000_000_000) as c_long,
        }
    }

    /// Nanoseconds of a `struct timespec`; `None`: it is none.
    pub fn ns(&self) -> Option<u64> {
        let fits = self.seconds >= 0 && (0..1_000_000_000).contains(&self.fraction);
        let seconds = (self.seconds as u64).saturating_mul(1_000_000_000);
        fits.then(|| seconds.saturating_add(self.fraction as u64))
    }
}

/// Sleeps for so many nanoseconds; how many are left when a handler was called, 0 if none was.
fn sleep_for(ns: u64) -> u64 {
    /// Who sleeps looks so often whether a thread waits for a processor.
    const APART: u64 = 1_000_000;
    let word = AtomicU32::new(0);
    let start = passed();
    let before = alarms::rung();
    loop {
        let left = ns.saturating_sub(passed() - start);
        if left == 0 {
            return 0;
        }
        threads::give_way();
        alarms::look();
        if alarms::rung() != before {
            return left;
        }
        let slice = alarms::until_due(if left < APART { left } else { APART });
        // SAFETY: a word that nobody else has: only the time ends the wait.
        unsafe { bf_wait(word.as_ptr(), 0, slice) };
    }
}

/// [`sleep_for`] and what is left, if the caller wants it: 0 or an error.
pub unsafe fn sleep_and_tell(wanted: *const Moment, left: *mut Moment) -> c_int {
    // SAFETY: a duration, and null or a place for what is left of it.
    unsafe {
        let Some(ns) = (*wanted).ns() else { return errors::EINVAL };
        match sleep_for(ns) {
            0 => 0,
            rest => {
                if !left.is_null() {
                    *left = Moment::of(rest);
                }
                errors::EINTR
            }
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn nanosleep(wanted: *const Moment, left: *mut Moment) -> c_int {
    // SAFETY: the same contract.
    match unsafe { sleep_and_tell(wanted, left) } {
        0 => 0,
        error => {
            errors::set(error);
            -1
        }
    }
}

/// Sleeps for a duration, or until a moment of the clock: 0 or the error.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn clock_nanosleep(
    clock: c_int,
    flags: c_int,
    wanted: *const Moment,
    left: *mut Moment,
) -> c_int {
    const UNTIL: c_int = 1;
    /// Of the calling thread's own time nothing passes while it sleeps.
    const OF_THREAD: c_int = 3;
    if !(0..=CLOCKS).contains(&clock) || clock == OF_THREAD {
        return errors::EINVAL;
    }
    // SAFETY: a duration or a moment, and null or a place for what is left of it.
    unsafe {
        if flags & UNTIL == 0 {
            return sleep_and_tell(wanted, left);
        }
        let Some(until) = (*wanted).ns() else { return errors::EINVAL };
        match sleep_for(until.saturating_sub(now(clock))) {
            0 => 0,
            _ => errors::EINTR,
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn usleep(microseconds: u32) -> c_int {
    match sleep_for(u64::from(microseconds) * 1_000) {
        0 => 0,
        _ => {
            errors::set(errors::EINTR);
            -1
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sleep(seconds: u32) -> u32 {
    (sleep_for(u64::from(seconds) * 1_000_000_000) / 1_000_000_000) as u32
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
