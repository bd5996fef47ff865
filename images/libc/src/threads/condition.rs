//! Condition variables: a count of signals, which a thread waits for to change.

use core::ffi::c_int;
use core::sync::atomic::{AtomicU32, Ordering};

use super::mutex::Mutex;
use super::{EINVAL, ETIMEDOUT, FOR_EVER, Moment, until, wait, wake};

/// `pthread_cond_t` and `cnd_t`.
#[repr(C)]
pub struct Condition {
    signals: AtomicU32,
    clock: c_int,
}

impl Condition {
    pub unsafe fn set_up(condition: *mut Self, clock: c_int) {
        // SAFETY: the caller's place: 48 bytes.
        unsafe {
            condition.cast::<u8>().write_bytes(0, 48);
            (*condition).clock = clock;
        }
    }

    /// Waits for a signal, without the mutex meanwhile.
    pub fn wait(&self, mutex: &Mutex, timeout: u64) -> c_int {
        let seen = self.signals.load(Ordering::Acquire);
        let error = mutex.unlock();
        if error != 0 {
            return error;
        }
        let in_time = wait(&self.signals, seen, timeout);
        mutex.lock();
        if in_time { 0 } else { ETIMEDOUT }
    }

    pub unsafe fn wait_until(&self, mutex: &Mutex, moment: *const Moment) -> c_int {
        // SAFETY: the caller's moment.
        match unsafe { until(self.clock, moment) } {
            None => EINVAL,
            Some(left) => self.wait(mutex, left),
        }
    }

    pub fn signal(&self, most: u32) {
        self.signals.fetch_add(1, Ordering::Release);
        wake(&self.signals, most);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_init(at: *mut Condition, clock: *const c_int) -> c_int {
    // SAFETY: the caller's place, and attributes if any.
    unsafe { Condition::set_up(at, if clock.is_null() { 0 } else { *clock }) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_destroy(_at: *mut Condition) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_wait(at: *mut Condition, mutex: *mut Mutex) -> c_int {
    // SAFETY: the caller's condition variable and mutex, which stay while they are used.
    unsafe { (*at).wait(&*mutex, FOR_EVER) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_timedwait(
    at: *mut Condition,
    mutex: *mut Mutex,
    moment: *const Moment,
) -> c_int {
    // SAFETY: the caller's condition variable, mutex and moment.
    unsafe { (*at).wait_until(&*mutex, moment) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_signal(at: *mut Condition) -> c_int {
    // SAFETY: the caller's condition variable.
    unsafe { (*at).signal(1) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_cond_broadcast(at: *mut Condition) -> c_int {
    // SAFETY: the caller's condition variable.
    unsafe { (*at).signal(u32::MAX) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_condattr_init(clock: *mut c_int) -> c_int {
    // SAFETY: the caller's place for it.
    unsafe { *clock = 0 };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_condattr_destroy(_clock: *mut c_int) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_condattr_setclock(at: *mut c_int, clock: c_int) -> c_int {
    // SAFETY: the caller's attributes.
    unsafe { *at = clock };
    0
}
