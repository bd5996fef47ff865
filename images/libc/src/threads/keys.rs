//! Values by key, one for each thread, with destructors.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use super::lock::Recursive;
use super::{EAGAIN, EINVAL, Thread, current};

/// Keys at most.
pub const MOST: usize = 128;
/// Destructors may set values again; so often they are looked at.
const ROUNDS: u32 = 4;

type Destructor = unsafe extern "C" fn(*mut c_void);

#[derive(Clone, Copy)]
struct Key {
    used: bool,
    destructor: Option<Destructor>,
}

static LOCK: Recursive = Recursive::new();
static mut KEYS: [Key; MOST] = [Key { used: false, destructor: None }; MOST];

unsafe fn key(at: usize) -> *mut Key {
    // SAFETY: the caller's: below `MOST`.
    unsafe { (&raw mut KEYS).cast::<Key>().add(at) }
}

unsafe fn value(thread: *mut Thread, at: usize) -> *mut *mut c_void {
    // SAFETY: the caller's: below `MOST`, and a thread that is there.
    unsafe { (&raw mut (*thread).values).cast::<*mut c_void>().add(at) }
}

/// Calls the destructors of what a thread has.
pub unsafe fn destroy(thread: *mut Thread) {
    // SAFETY: the thread that calls, or one that is over; whoever made a key vouches for its destructor.
    unsafe {
        for _ in 0..ROUNDS {
            let mut any = false;
            for at in 0..MOST {
                let held = *value(thread, at);
                if held.is_null() {
                    continue;
                }
                *value(thread, at) = null_mut();
                if let Key { used: true, destructor: Some(destructor) } = *key(at) {
                    any = true;
                    destructor(held);
                }
            }
            if !any {
                return;
            }
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_key_create(
    result: *mut u32,
    destructor: Option<Destructor>,
) -> c_int {
    let _held = LOCK.hold();
    // SAFETY: below `MOST`, under the lock; the caller's place for the key.
    unsafe {
        for at in 0..MOST {
            if !(*key(at)).used {
                *key(at) = Key { used: true, destructor };
                *result = at as u32;
                return 0;
            }
        }
    }
    EAGAIN
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_key_delete(at: u32) -> c_int {
    if at as usize >= MOST {
        return EINVAL;
    }
    let _held = LOCK.hold();
    // SAFETY: below `MOST`, under the lock.
    unsafe {
        if !(*key(at as usize)).used {
            return EINVAL;
        }
        *key(at as usize) = Key { used: false, destructor: None };
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_getspecific(at: u32) -> *mut c_void {
    if at as usize >= MOST {
        return null_mut();
    }
    // SAFETY: below `MOST`; the values are the thread's own.
    unsafe { *value(current(), at as usize) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_setspecific(at: u32, held: *mut c_void) -> c_int {
    if at as usize >= MOST {
        return EINVAL;
    }
    // SAFETY: below `MOST`; the values are the thread's own.
    unsafe { *value(current(), at as usize) = held };
    0
}
