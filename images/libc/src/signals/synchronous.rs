//! Signals that are held back and asked for, in the place of a handler: `sigwait` and its like.

use core::ffi::c_int;

use super::sets::Set;
use super::{Info, masks, own};
use crate::errors;
use crate::threads::FOR_EVER;
use crate::time::Moment;

/// Waits for one of these signals, for so many nanoseconds: it and what sent it, or the error: `EINTR` when a handler
/// was called, `EAGAIN` when the time is over.
unsafe fn next(set: u64, timeout: u64) -> Result<(c_int, c_int), c_int> {
    // SAFETY: the thread's own words.
    unsafe {
        let handled = (*own()).handled;
        let mut came = None;
        let in_time = masks::wait_until(timeout, || {
            came = masks::accept(set);
            came.is_some() || (*own()).handled != handled
        });
        match came {
            Some(came) => Ok(came),
            None if in_time => Err(errors::EINTR),
            None => Err(errors::EAGAIN),
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigwait(set: *const Set, to: *mut c_int) -> c_int {
    // SAFETY: the caller's set, and place for the signal.
    unsafe {
        loop {
            if let Ok((signal, _)) = next((*set)[0], FOR_EVER) {
                to.write(signal);
                return 0;
            }
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigwaitinfo(set: *const Set, to: *mut Info) -> c_int {
    // SAFETY: the same contract.
    unsafe { sigtimedwait(set, to, core::ptr::null()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigtimedwait(
    set: *const Set,
    to: *mut Info,
    timeout: *const Moment,
) -> c_int {
    // SAFETY: the caller's set; a place for what is known of the signal, and a time, or null.
    let came = unsafe {
        let timeout = match timeout.as_ref() {
            None => Ok(FOR_EVER),
            Some(moment) => moment.ns().ok_or(errors::EINVAL),
        };
        timeout.and_then(|timeout| next((*set)[0], timeout))
    };
    match came {
        Ok((signal, code)) => {
            if !to.is_null() {
                // SAFETY: the caller's place.
                unsafe { to.write(Info::of(signal, code)) };
            }
            signal
        }
        Err(error) => {
            errors::set(error);
            -1
        }
    }
}
