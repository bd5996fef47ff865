//! `<pthread.h>`: threads themselves and their attributes.

use core::ffi::{c_int, c_void};

use crate::signals;

use super::{EINVAL, ENOSYS, Start, create, current, detach, join, leave};

/// Flags of `pthread_attr_t`: bit 0 for a detached thread, at a place of its own.
const ATTRIBUTE: usize = 2;
const DETACHED: c_int = 1;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_create(
    thread: *mut usize,
    attributes: *const c_int,
    start: Start,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: the caller's attributes, if any; the rest as for `create`.
    unsafe {
        let detached = !attributes.is_null() && *attributes.add(ATTRIBUTE) & DETACHED != 0;
        create(thread, start, argument, detached)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_join(thread: usize, result: *mut *mut c_void) -> c_int {
    // SAFETY: the same contract.
    unsafe { join(thread, result) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_detach(thread: usize) -> c_int {
    // SAFETY: the same contract.
    unsafe { detach(thread) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_exit(result: *mut c_void) -> ! {
    // SAFETY: the same contract.
    unsafe { leave(result) }
}

#[unsafe(no_mangle)]
pub extern "C" fn pthread_self() -> usize {
    current() as usize
}

/// A signal to the thread that calls, one that ends the program, and 0, which only asks whether the thread is there. A
/// handler would have to be called by the other thread, which may never come to where it looks: `ENOSYS`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_kill(thread: usize, signal: c_int) -> c_int {
    if signal == 0 {
        return 0;
    }
    // SAFETY: the thread's own words, and the signal's place.
    unsafe {
        match signals::has_handler(signal) {
            None => EINVAL,
            Some(_) if thread == current() as usize => {
                signals::raise(signal);
                0
            }
            Some(true) => ENOSYS,
            Some(false) => {
                signals::send(signal);
                0
            }
        }
    }
}

#[unsafe(no_mangle)]
pub extern "C" fn pthread_equal(a: usize, b: usize) -> c_int {
    c_int::from(a == b)
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_attr_init(attributes: *mut c_int) -> c_int {
    // SAFETY: the caller's place: 56 bytes.
    unsafe { attributes.write_bytes(0, 14) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_attr_destroy(_attributes: *mut c_int) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_attr_setdetachstate(
    attributes: *mut c_int,
    state: c_int,
) -> c_int {
    if state & !DETACHED != 0 {
        return EINVAL;
    }
    // SAFETY: the caller's attributes.
    unsafe { *attributes.add(ATTRIBUTE) = state };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_attr_getdetachstate(
    attributes: *const c_int,
    state: *mut c_int,
) -> c_int {
    // SAFETY: the caller's attributes and place for the answer.
    unsafe { *state = *attributes.add(ATTRIBUTE) };
    0
}

/// A processor's stack is what it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_attr_setstacksize(_attributes: *mut c_int, _: usize) -> c_int {
    0
}

/// How large a processor's stack is and where it lies is not told.
#[unsafe(no_mangle)]
pub extern "C" fn pthread_getattr_np(_thread: usize, _attributes: *mut c_int) -> c_int {
    ENOSYS
}

#[unsafe(no_mangle)]
pub extern "C" fn pthread_attr_getstack(
    _attributes: *const c_int,
    _at: *mut *mut c_void,
    _bytes: *mut usize,
) -> c_int {
    ENOSYS
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_attr_getguardsize(_: *const c_int, bytes: *mut usize) -> c_int {
    // SAFETY: the caller's place for the answer.
    unsafe { *bytes = 0 };
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn pthread_attr_setguardsize(_attributes: *mut c_int, _bytes: usize) -> c_int {
    0
}

/// Names of threads are shown nowhere.
#[unsafe(no_mangle)]
pub extern "C" fn pthread_setname_np(_thread: usize, _name: *const u8) -> c_int {
    0
}
