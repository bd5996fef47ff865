//! Mutexes of all kinds. Layout and kinds are those of the initialisers in the headers.

use core::ffi::c_int;
use core::sync::atomic::{AtomicU32, Ordering};

use super::lock::{self, WAIT_WHILE};
use super::{EBUSY, EDEADLK, EINVAL, EPERM, ETIMEDOUT, FOR_EVER, Moment, id, until, wait};

/// `pthread_mutex_t` and `mtx_t`.
#[repr(C)]
pub struct Mutex {
    word: AtomicU32,
    /// How often its owner has it, of a recursive one.
    depth: AtomicU32,
    /// Number of the thread that has it.
    owner: AtomicU32,
    users: u32,
    kind: c_int,
}

const KINDS: c_int = 3;
pub const NORMAL: c_int = 0;
pub const RECURSIVE: c_int = 1;
const CHECKED: c_int = 2;

impl Mutex {
    pub unsafe fn set_up(mutex: *mut Self, kind: c_int) {
        // SAFETY: the caller's place: 40 bytes.
        unsafe {
            mutex.cast::<u8>().write_bytes(0, 40);
            (*mutex).kind = kind;
        }
    }

    /// The answer when the thread that calls has it already; `None` when it has not.
    fn again(&self) -> Option<c_int> {
        let kind = self.kind & KINDS;
        if kind != RECURSIVE && kind != CHECKED || self.owner.load(Ordering::Relaxed) != id() {
            return None;
        }
        if kind == CHECKED {
            return Some(EDEADLK);
        }
        self.depth.store(self.depth.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
        Some(0)
    }

    fn own(&self) {
        if self.kind & KINDS != NORMAL {
            self.owner.store(id(), Ordering::Relaxed);
        }
    }

    pub fn lock(&self) -> c_int {
        if let Some(answer) = self.again() {
            return answer;
        }
        lock::acquire(&self.word, |word| {
            wait(word, WAIT_WHILE, FOR_EVER);
        });
        self.own();
        0
    }

    pub fn try_lock(&self) -> c_int {
        match self.again() {
            Some(EDEADLK) => return EBUSY,
            Some(answer) => return answer,
            None => {}
        }
        if !lock::try_acquire(&self.word) {
            return EBUSY;
        }
        self.own();
        0
    }

    pub unsafe fn lock_until(&self, clock: c_int, moment: *const Moment) -> c_int {
        if let Some(answer) = self.again() {
            return answer;
        }
        while !lock::try_acquire(&self.word) {
            // SAFETY: the caller's moment.
            let Some(left) = (unsafe { until(clock, moment) }) else { return EINVAL };
            if left == 0 {
                return ETIMEDOUT;
            }
            if self.word.swap(WAIT_WHILE, Ordering::Acquire) == 0 {
                break;
            }
            wait(&self.word, WAIT_WHILE, left);
        }
        self.own();
        0
    }

    pub fn unlock(&self) -> c_int {
        if self.kind & KINDS != NORMAL {
            let kind = self.kind & KINDS;
            if (kind == RECURSIVE || kind == CHECKED) && self.owner.load(Ordering::Relaxed) != id()
            {
                return EPERM;
            }
            let depth = self.depth.load(Ordering::Relaxed);
            if depth > 0 {
                self.depth.store(depth - 1, Ordering::Relaxed);
                return 0;
            }
            self.owner.store(0, Ordering::Relaxed);
        }
        lock::release(&self.word);
        0
    }

    /// Whether somebody has it.
    fn is_held(&self) -> bool {
        self.word.load(Ordering::Relaxed) != 0
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_mutex_init(mutex: *mut Mutex, kind: *const c_int) -> c_int {
    // SAFETY: the caller's place, and attributes if any.
    unsafe { Mutex::set_up(mutex, if kind.is_null() { NORMAL } else { *kind }) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_mutex_destroy(mutex: *mut Mutex) -> c_int {
    // SAFETY: the caller's mutex, which stays while it is used.
    if unsafe { (*mutex).is_held() } { EBUSY } else { 0 }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_mutex_lock(mutex: *mut Mutex) -> c_int {
    // SAFETY: the caller's mutex, which stays while it is used.
    unsafe { (*mutex).lock() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_mutex_trylock(mutex: *mut Mutex) -> c_int {
    // SAFETY: the caller's mutex, which stays while it is used.
    unsafe { (*mutex).try_lock() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_mutex_timedlock(
    mutex: *mut Mutex,
    moment: *const Moment,
) -> c_int {
    // SAFETY: the caller's mutex and moment.
    unsafe { (*mutex).lock_until(0, moment) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_mutex_unlock(mutex: *mut Mutex) -> c_int {
    // SAFETY: the caller's mutex, which stays while it is used.
    unsafe { (*mutex).unlock() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_mutexattr_init(kind: *mut c_int) -> c_int {
    // SAFETY: the caller's place for it.
    unsafe { *kind = NORMAL };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_mutexattr_destroy(_kind: *mut c_int) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_mutexattr_settype(at: *mut c_int, kind: c_int) -> c_int {
    if kind & !KINDS != 0 {
        return EINVAL;
    }
    // SAFETY: the caller's attributes.
    unsafe { *at = kind };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_mutexattr_gettype(at: *const c_int, kind: *mut c_int) -> c_int {
    // SAFETY: the caller's attributes and place for the answer.
    unsafe { *kind = *at };
    0
}
