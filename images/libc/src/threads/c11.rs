//! `<threads.h>`, on the same things.

use core::ffi::{c_int, c_void};
use core::sync::atomic::AtomicU32;

use super::condition::Condition;
use super::keys::{
    pthread_getspecific, pthread_key_create, pthread_key_delete, pthread_setspecific,
};
use super::mutex::{Mutex, NORMAL, RECURSIVE};
use super::others::{pthread_once, sched_yield};
use crate::errors::EINTR;
use crate::time::sleep_and_tell;
use super::{
    EBUSY, ETIMEDOUT, FOR_EVER, Moment, Start, create, current, detach, join, leave,
};

const BUSY: c_int = 1;
const ERROR: c_int = 2;
const TIMED_OUT: c_int = 4;

fn answer(error: c_int) -> c_int {
    match error {
        0 => 0,
        EBUSY => BUSY,
        ETIMEDOUT => TIMED_OUT,
        _ => ERROR,
    }
}

/// An `int` comes back in the same register as a pointer.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn thrd_create(
    thread: *mut usize,
    start: Start,
    argument: *mut c_void,
) -> c_int {
    // SAFETY: the same contract; an `int` comes back in the register of a pointer.
    unsafe { answer(create(thread, start, argument, false)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn thrd_join(thread: usize, result: *mut c_int) -> c_int {
    // SAFETY: the same contract, and the caller's place for the result.
    unsafe {
        let mut returned = core::ptr::null_mut();
        let error = join(thread, &raw mut returned);
        if error == 0 && !result.is_null() {
            *result = returned as usize as c_int;
        }
        answer(error)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn thrd_detach(thread: usize) -> c_int {
    // SAFETY: the same contract.
    unsafe { detach(thread) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn thrd_exit(result: c_int) -> ! {
    // SAFETY: the same contract.
    unsafe { leave(result as u32 as usize as *mut c_void) }
}

#[unsafe(no_mangle)]
pub extern "C" fn thrd_current() -> usize {
    current() as usize
}

#[unsafe(no_mangle)]
pub extern "C" fn thrd_equal(a: usize, b: usize) -> c_int {
    c_int::from(a == b)
}

#[unsafe(no_mangle)]
pub extern "C" fn thrd_yield() {
    sched_yield();
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn thrd_sleep(time: *const Moment, left: *mut Moment) -> c_int {
    // SAFETY: the caller's time, and place for what is left of it, if any.
    match unsafe { sleep_and_tell(time, left) } {
        0 => 0,
        EINTR => -1,
        error => -error,
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtx_init(mutex: *mut Mutex, kind: c_int) -> c_int {
    // SAFETY: the caller's place for a mutex.
    unsafe { Mutex::set_up(mutex, if kind & RECURSIVE != 0 { RECURSIVE } else { NORMAL }) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtx_destroy(_mutex: *mut Mutex) {}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtx_lock(mutex: *mut Mutex) -> c_int {
    // SAFETY: the caller's mutex, which stays while it is used.
    unsafe { answer((*mutex).lock()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtx_trylock(mutex: *mut Mutex) -> c_int {
    // SAFETY: the caller's mutex, which stays while it is used.
    unsafe { answer((*mutex).try_lock()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtx_timedlock(mutex: *mut Mutex, moment: *const Moment) -> c_int {
    // SAFETY: the caller's mutex and moment.
    unsafe { answer((*mutex).lock_until(0, moment)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mtx_unlock(mutex: *mut Mutex) -> c_int {
    // SAFETY: the caller's mutex, which stays while it is used.
    unsafe { answer((*mutex).unlock()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cnd_init(at: *mut Condition) -> c_int {
    // SAFETY: the caller's place for a condition variable.
    unsafe { Condition::set_up(at, 0) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cnd_destroy(_at: *mut Condition) {}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cnd_wait(at: *mut Condition, mutex: *mut Mutex) -> c_int {
    // SAFETY: the caller's condition variable and mutex, which stay while they are used.
    unsafe { answer((*at).wait(&*mutex, FOR_EVER)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cnd_timedwait(
    at: *mut Condition,
    mutex: *mut Mutex,
    moment: *const Moment,
) -> c_int {
    // SAFETY: the caller's condition variable, mutex and moment.
    unsafe { answer((*at).wait_until(&*mutex, moment)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cnd_signal(at: *mut Condition) -> c_int {
    // SAFETY: the caller's condition variable.
    unsafe { (*at).signal(1) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn cnd_broadcast(at: *mut Condition) -> c_int {
    // SAFETY: the caller's condition variable.
    unsafe { (*at).signal(u32::MAX) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn call_once(at: *const AtomicU32, call: unsafe extern "C" fn()) {
    // SAFETY: the same contract.
    unsafe { pthread_once(at, call) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn tss_create(
    key: *mut u32,
    destructor: Option<unsafe extern "C" fn(*mut c_void)>,
) -> c_int {
    // SAFETY: the same contract.
    unsafe { answer(pthread_key_create(key, destructor)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn tss_delete(key: u32) {
    // SAFETY: the same contract.
    unsafe { pthread_key_delete(key) };
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn tss_get(key: u32) -> *mut c_void {
    // SAFETY: the same contract.
    unsafe { pthread_getspecific(key) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn tss_set(key: u32, value: *mut c_void) -> c_int {
    // SAFETY: the same contract.
    unsafe { answer(pthread_setspecific(key, value)) }
}
