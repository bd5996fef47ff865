//! Sets of signals.

use core::ffi::c_int;

use crate::errors;

/// `sigset_t`, whose first word has all that there are.
pub type Set = [u64; 16];

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigemptyset(set: *mut Set) -> c_int {
    // SAFETY: the caller's set.
    unsafe { *set = [0; 16] };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigfillset(set: *mut Set) -> c_int {
    // SAFETY: the caller's set.
    unsafe { *set = [u64::MAX; 16] };
    0
}

/// The bit of a signal in a set.
unsafe fn bit(set: *mut Set, number: c_int) -> Option<(*mut u64, u64)> {
    let at = usize::try_from(number).ok().filter(|at| *at > 0 && *at < super::SIGNALS)? - 1;
    Some((set.cast::<u64>().wrapping_add(at / 64), 1 << (at % 64)))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigaddset(set: *mut Set, number: c_int) -> c_int {
    // SAFETY: the caller's set.
    unsafe {
        let Some((word, bit)) = bit(set, number) else {
            errors::set(errors::EINVAL);
            return -1;
        };
        *word |= bit;
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigdelset(set: *mut Set, number: c_int) -> c_int {
    // SAFETY: the caller's set.
    unsafe {
        let Some((word, bit)) = bit(set, number) else {
            errors::set(errors::EINVAL);
            return -1;
        };
        *word &= !bit;
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigismember(set: *const Set, number: c_int) -> c_int {
    // SAFETY: the caller's set.
    unsafe {
        let Some((word, bit)) = bit(set.cast_mut(), number) else {
            errors::set(errors::EINVAL);
            return -1;
        };
        c_int::from(*word & bit != 0)
    }
}
