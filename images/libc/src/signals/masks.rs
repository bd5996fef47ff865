//! Signals that a thread holds back.

use core::ffi::c_int;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use super::sets::Set;
use super::{KILL, STOP, take};
use crate::errors;
use crate::host::bf_clock;
use crate::threads::{FOR_EVER, wait, wake};

/// What each thread has of signals.
#[repr(C)]
pub struct Own {
    /// Those that it holds back.
    pub masked: u64,
    /// Those of them that came.
    pub waiting: u64,
    /// Handlers called so far.
    pub handled: u64,
}

unsafe extern "C" {
    /// The calling thread's (`c/threads.c`).
    fn __bf_signals() -> *mut Own;
}

/// What the calling thread has of signals.
pub fn own() -> *mut Own {
    // SAFETY: without conditions.
    unsafe { __bf_signals() }
}

/// The bit of a signal from 1 to 64.
pub const fn bit(signal: c_int) -> u64 {
    1 << (signal - 1)
}

/// Holds back other signals than before, and takes those that came and are no longer held back.
pub unsafe fn change(masked: u64) {
    // SAFETY: the thread's own words.
    unsafe {
        (*own()).masked = masked & !(bit(KILL) | bit(STOP));
        take_sent();
        loop {
            let free = (*own()).waiting & !(*own()).masked;
            if free == 0 {
                return;
            }
            let signal = free.trailing_zeros() as c_int + 1;
            (*own()).waiting &= !bit(signal);
            take(signal, super::OF_THREAD);
        }
    }
}

/// Those that came for the whole program, and are held back by all who looked.
static SENT: AtomicU64 = AtomicU64::new(0);

/// Grows with each of them: who waits for a signal waits on it.
static ARRIVED: AtomicU32 = AtomicU32::new(0);

/// Sends a signal to whichever thread does not hold it back: this one, if it does not.
pub unsafe fn send(signal: c_int) {
    SENT.fetch_or(bit(signal), Ordering::Release);
    ARRIVED.fetch_add(1, Ordering::SeqCst);
    wake(&ARRIVED, u32::MAX);
    // SAFETY: the program is between two of its instructions.
    unsafe { take_sent() };
}

/// `kill` of the program itself.
#[unsafe(no_mangle)]
unsafe extern "C" fn __bf_send(signal: c_int) -> c_int {
    // SAFETY: a place of the table; the thread's own words.
    unsafe {
        if super::reaction(signal).is_none() {
            errors::set(errors::EINVAL);
            return -1;
        }
        send(signal);
    }
    0
}

/// What sent a signal that came for the whole program: the machine sends alarms only.
fn code(signal: c_int) -> c_int {
    if signal == super::ALARM { super::OF_MACHINE } else { super::OF_PROGRAM }
}

/// Takes what was sent and this thread does not hold back.
pub unsafe fn take_sent() {
    // SAFETY: the thread's own words.
    unsafe {
        loop {
            let free = SENT.load(Ordering::Acquire) & !(*own()).masked;
            if free == 0 {
                return;
            }
            let signal = free.trailing_zeros() as c_int + 1;
            if SENT.fetch_and(!bit(signal), Ordering::AcqRel) & bit(signal) != 0 {
                take(signal, code(signal));
            }
        }
    }
}

/// Takes what came, and waits for more until `over` says so or the time is over: whether `over` did. Where no signal
/// can come, the machine says that all threads wait.
pub unsafe fn wait_until(timeout: u64, mut over: impl FnMut() -> bool) -> bool {
    // SAFETY: without conditions; the thread's own words.
    unsafe {
        let start = bf_clock();
        loop {
            let seen = ARRIVED.load(Ordering::SeqCst);
            take_sent();
            if over() {
                return true;
            }
            let left = match timeout {
                FOR_EVER => FOR_EVER,
                _ => timeout.saturating_sub(bf_clock() - start),
            };
            if left == 0 {
                return false;
            }
            wait(&ARRIVED, seen, left);
        }
    }
}

/// Waits until more than so many handlers were called in this thread.
pub unsafe fn wait_for_handler(handled: u64) {
    // SAFETY: the thread's own words.
    unsafe { wait_until(FOR_EVER, || (*own()).handled != handled) };
}

/// One of these signals that came and is held back, and what sent it; it has not come any more.
pub unsafe fn accept(set: u64) -> Option<(c_int, c_int)> {
    // SAFETY: the thread's own words.
    unsafe {
        let own_first = (*own()).waiting & set;
        if own_first != 0 {
            let signal = own_first.trailing_zeros() as c_int + 1;
            (*own()).waiting &= !bit(signal);
            return Some((signal, super::OF_THREAD));
        }
    }
    loop {
        let sent = SENT.load(Ordering::Acquire) & set;
        if sent == 0 {
            return None;
        }
        let signal = sent.trailing_zeros() as c_int + 1;
        if SENT.fetch_and(!bit(signal), Ordering::AcqRel) & bit(signal) != 0 {
            return Some((signal, code(signal)));
        }
    }
}

/// The error, or 0.
unsafe fn set_mask(how: c_int, new: *const Set, old: *mut Set) -> c_int {
    const BLOCK: c_int = 0;
    const UNBLOCK: c_int = 1;
    const SET: c_int = 2;
    // SAFETY: the caller's sets, or null.
    unsafe {
        let before = (*own()).masked;
        // They may be one and the same.
        let wanted = if new.is_null() { None } else { Some((*new)[0]) };
        if wanted.is_some() && ![BLOCK, UNBLOCK, SET].contains(&how) {
            return errors::EINVAL;
        }
        if !old.is_null() {
            let mut set = [0; 16];
            set[0] = before;
            old.write(set);
        }
        if let Some(set) = wanted {
            change(match how {
                BLOCK => before | set,
                UNBLOCK => before & !set,
                _ => set,
            });
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigprocmask(how: c_int, new: *const Set, old: *mut Set) -> c_int {
    // SAFETY: the same contract.
    match unsafe { set_mask(how, new, old) } {
        0 => 0,
        error => {
            errors::set(error);
            -1
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_sigmask(how: c_int, new: *const Set, old: *mut Set) -> c_int {
    // SAFETY: the same contract.
    unsafe { set_mask(how, new, old) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigpending(to: *mut Set) -> c_int {
    let mut set = [0; 16];
    // SAFETY: the thread's own words; the caller's set.
    unsafe {
        set[0] = (*own()).waiting | SENT.load(Ordering::Acquire) & (*own()).masked;
        to.write(set);
    }
    0
}

/// Waits with other signals held back until a handler was called.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigsuspend(masked: *const Set) -> c_int {
    // SAFETY: the thread's own words; the caller's set.
    unsafe {
        let (before, handled) = ((*own()).masked, (*own()).handled);
        change((*masked)[0]);
        wait_for_handler(handled);
        change(before);
    }
    errors::set(errors::EINTR);
    -1
}

/// Where `sigsetjmp` keeps what is held back, in a `sigjmp_buf` of glibc: whether, and what.
const KEPT: usize = 64;
const MASKED: usize = 72;

/// What a call of `sigsetjmp` calls before that.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __bf_keep_mask(buffer: *mut u8, keep: c_int) {
    // SAFETY: the caller's buffer, which has room for both.
    unsafe {
        buffer.add(KEPT).cast::<c_int>().write(keep);
        if keep != 0 {
            buffer.add(MASKED).cast::<u64>().write((*own()).masked);
        }
    }
}

/// What is held back is as `sigsetjmp` kept it.
pub unsafe fn put_back(buffer: *const u8) {
    // SAFETY: `sigsetjmp` has filled it.
    unsafe {
        if buffer.add(KEPT).cast::<c_int>().read() != 0 {
            change(buffer.add(MASKED).cast::<u64>().read());
        }
    }
}
