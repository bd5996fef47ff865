//! Alarms: a clock that somebody has to look at.
//!
//! A program that sets alarms looks now and then (`bareflow_program`, `alarms`), and what waits in this library does.
//! So an alarm comes at its time or up to a millisecond later; behind a wait for the console, or within another
//! function of the library that takes long, when that is over.

use core::ffi::{c_int, c_long};
use core::sync::atomic::{AtomicI32, AtomicPtr, AtomicU64, Ordering};

use super::masks;
use crate::errors;
use crate::host::bf_clock;
use crate::threads::FOR_EVER;

const NEVER: u64 = u64::MAX;

/// When it is due, by the clock.
static DUE: AtomicU64 = AtomicU64::new(NEVER);
/// Nanoseconds from one to the next; 0: there is none.
static EACH: AtomicU64 = AtomicU64::new(0);

/// How often a program need not ask the clock yet. It counts down.
#[unsafe(no_mangle)]
static __bf_looks: AtomicI32 = AtomicI32::new(0);

/// [`ring`], once an alarm was set: programs without alarms need nothing of it.
static RING: AtomicPtr<()> = AtomicPtr::new(core::ptr::null_mut());

/// What a program calls when it has looked as often as [`__bf_looks`] was. The count is set so that the next call comes
/// in a fifth of a millisecond, if rounds take as long as they did.
#[unsafe(no_mangle)]
#[inline(never)]
unsafe extern "C" fn __bf_look() {
    const APART: u64 = 200_000;
    const MOST: u64 = 100_000;
    static BEFORE: AtomicU64 = AtomicU64::new(0);
    static LOOKS: AtomicU64 = AtomicU64::new(1);
    // SAFETY: without conditions.
    let now = unsafe { bf_clock() };
    let passed = now - BEFORE.swap(now, Ordering::Relaxed);
    let looks = LOOKS.load(Ordering::Relaxed);
    // It grows slowly: the next rounds may be other ones.
    let fits = if passed > APART { looks * APART / passed } else { 2 * looks };
    let looks = if fits > MOST { MOST } else { fits };
    LOOKS.store(if looks == 0 { 1 } else { looks }, Ordering::Relaxed);
    __bf_looks.store(looks as i32, Ordering::Relaxed);
    // SAFETY: the program is between two of its instructions.
    unsafe { ring() };
}

/// Sends the signal if it is due.
unsafe extern "C" fn ring() {
    // SAFETY: without conditions; the thread's own words.
    unsafe {
        let due = DUE.load(Ordering::Acquire);
        if due != NEVER {
            let now = bf_clock();
            if now >= due {
                let next = match EACH.load(Ordering::Relaxed) {
                    0 => NEVER,
                    each => due + ((now - due) / each + 1) * each,
                };
                // Who comes second has nothing to send.
                if DUE.compare_exchange(due, next, Ordering::AcqRel, Ordering::Relaxed).is_ok() {
                    masks::send(super::ALARM);
                }
            }
        }
        masks::take_sent();
    }
}

/// What waits calls between two looks at the clock: an alarm that is due rings.
pub fn look() {
    let call = RING.load(Ordering::Relaxed);
    if !call.is_null() {
        // SAFETY: only such a function is ever stored; who waits is at a place where handlers may be called.
        unsafe { core::mem::transmute::<*mut (), unsafe extern "C" fn()>(call)() };
    }
}

/// How many handlers this thread has called, where alarms are set; one interrupts who waits.
pub fn rung() -> u64 {
    if RING.load(Ordering::Relaxed).is_null() {
        return 0;
    }
    // SAFETY: the thread's own words.
    unsafe { (*masks::own()).handled }
}

/// How long somebody may wait before he has to [`look`], if he wants to wait as long as this.
pub fn until_due(timeout: u64) -> u64 {
    let due = DUE.load(Ordering::Acquire);
    if due == NEVER {
        return timeout;
    }
    // SAFETY: without conditions.
    let left = due.saturating_sub(unsafe { bf_clock() });
    if left < timeout { left } else { timeout }
}

/// `struct timeval`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Span {
    seconds: c_long,
    microseconds: c_long,
}

impl Span {
    fn of(ns: u64) -> Self {
        Self {
            seconds: (ns / 1_000_000_000) as c_long,
            microseconds: (ns % 1_000_000_000 / 1_000) as c_long,
        }
    }

    fn ns(self) -> Option<u64> {
        let fits = self.seconds >= 0 && (0..1_000_000).contains(&self.microseconds);
        let seconds = (self.seconds as u64).saturating_mul(1_000_000_000);
        fits.then(|| seconds.saturating_add(self.microseconds as u64 * 1_000))
    }
}

/// `struct itimerval`.
#[repr(C)]
pub struct Timer {
    each: Span,
    left: Span,
}

/// What is left of the alarm that is set. Natively it is never nothing before it has rung.
unsafe fn now_left() -> Timer {
    let left = match DUE.load(Ordering::Acquire) {
        NEVER => 0,
        due => {
            // SAFETY: without conditions.
            let left = due.saturating_sub(unsafe { bf_clock() });
            if left < 1_000 { 1_000 } else { left }
        }
    };
    Timer { each: Span::of(EACH.load(Ordering::Relaxed)), left: Span::of(left) }
}

/// The clock of real time; the program's own has no alarm.
const REAL: c_int = 0;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn getitimer(which: c_int, to: *mut Timer) -> c_int {
    if which != REAL {
        errors::set(errors::EINVAL);
        return -1;
    }
    // SAFETY: the caller's place for it.
    unsafe { to.write(now_left()) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn setitimer(which: c_int, new: *const Timer, old: *mut Timer) -> c_int {
    // SAFETY: the caller's timers, or null.
    unsafe {
        let (each, first) = match new.as_ref() {
            Some(new) => (new.each.ns(), new.left.ns()),
            None => (Some(0), Some(0)),
        };
        let (true, Some(each), Some(first)) = (which == REAL, each, first) else {
            errors::set(errors::EINVAL);
            return -1;
        };
        let before = now_left();
        let ringing: unsafe extern "C" fn() = ring;
        RING.store(ringing as *mut (), Ordering::Relaxed);
        EACH.store(each, Ordering::Relaxed);
        let due = if first == 0 { NEVER } else { bf_clock().saturating_add(first) };
        DUE.store(due, Ordering::Release);
        if !old.is_null() {
            old.write(before);
        }
    }
    0
}

/// The microseconds that were left.
unsafe fn set(each: Span, left: Span) -> Option<Span> {
    let mut old = Timer { each: Span::of(0), left: Span::of(0) };
    // SAFETY: both are there.
    let done = unsafe { setitimer(REAL, &Timer { each, left }, &raw mut old) } == 0;
    done.then_some(old.left)
}

/// Seconds that were left, rounded, but not to none.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn alarm(seconds: u32) -> u32 {
    let none = Span { seconds: 0, microseconds: 0 };
    let wanted = Span { seconds: c_long::from(seconds), microseconds: 0 };
    // SAFETY: without conditions.
    let Some(left) = (unsafe { set(none, wanted) }) else { return 0 };
    let up = left.microseconds >= 500_000 || left.seconds == 0 && left.microseconds != 0;
    left.seconds as u32 + u32::from(up)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ualarm(first: u32, each: u32) -> u32 {
    let [each, left] = [each, first].map(|microseconds| Span::of(u64::from(microseconds) * 1_000));
    // SAFETY: without conditions.
    let Some(left) = (unsafe { set(each, left) }) else { return u32::MAX };
    left.seconds as u32 * 1_000_000 + left.microseconds as u32
}

/// [`FOR_EVER`] is longer than any alarm.
const _: () = assert!(FOR_EVER == NEVER);
