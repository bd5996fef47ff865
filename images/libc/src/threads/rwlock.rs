//! Locks for many readers or one writer: a word that counts readers.

use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicU32, Ordering};

use super::{EBUSY, EINVAL, ETIMEDOUT, FOR_EVER, Moment, until, wait, wake};

/// `pthread_rwlock_t`: readers, or [`WRITER`].
#[repr(C)]
pub struct RwLock {
    state: AtomicU32,
}

const WRITER: u32 = u32::MAX;

impl RwLock {
    fn try_read(&self) -> Result<(), u32> {
        let more = |state| (state < WRITER - 1).then_some(state + 1);
        let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
        self.state.fetch_update(acquire, relaxed, more).map(|_| ())
    }

    fn try_write(&self) -> Result<(), u32> {
        let (acquire, relaxed) = (Ordering::Acquire, Ordering::Relaxed);
        self.state.compare_exchange(0, WRITER, acquire, relaxed).map(|_| ())
    }

    fn get(
        &self,
        attempt: impl Fn(&Self) -> Result<(), u32>,
        left: impl Fn() -> Option<u64>,
    ) -> c_int {
        while let Err(state) = attempt(self) {
            match left() {
                None => return EINVAL,
                Some(0) => return ETIMEDOUT,
                Some(left) => wait(&self.state, state, left),
            };
        }
        0
    }

    fn unlock(&self) {
        if self.state.load(Ordering::Relaxed) == WRITER {
            self.state.store(0, Ordering::Release);
        } else if self.state.fetch_sub(1, Ordering::Release) != 1 {
            return;
        }
        wake(&self.state, u32::MAX);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_rwlock_init(at: *mut RwLock, _: *const c_void) -> c_int {
    // SAFETY: the caller's place: 56 bytes.
    unsafe { at.cast::<u8>().write_bytes(0, 56) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_rwlock_destroy(_at: *mut RwLock) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_rwlock_rdlock(at: *mut RwLock) -> c_int {
    // SAFETY: the caller's lock.
    unsafe { (*at).get(RwLock::try_read, || Some(FOR_EVER)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_rwlock_wrlock(at: *mut RwLock) -> c_int {
    // SAFETY: the caller's lock.
    unsafe { (*at).get(RwLock::try_write, || Some(FOR_EVER)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_rwlock_tryrdlock(at: *mut RwLock) -> c_int {
    // SAFETY: the caller's lock.
    if unsafe { (*at).try_read() }.is_ok() { 0 } else { EBUSY }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_rwlock_trywrlock(at: *mut RwLock) -> c_int {
    // SAFETY: the caller's lock.
    if unsafe { (*at).try_write() }.is_ok() { 0 } else { EBUSY }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_rwlock_timedrdlock(at: *mut RwLock, to: *const Moment) -> c_int {
    // SAFETY: the caller's lock and moment.
    unsafe { (*at).get(RwLock::try_read, || until(0, to)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_rwlock_timedwrlock(at: *mut RwLock, to: *const Moment) -> c_int {
    // SAFETY: the caller's lock and moment.
    unsafe { (*at).get(RwLock::try_write, || until(0, to)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_rwlock_unlock(at: *mut RwLock) -> c_int {
    // SAFETY: the caller's lock.
    unsafe { (*at).unlock() };
    0
}
