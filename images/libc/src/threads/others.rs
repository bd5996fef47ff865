//! Once, barriers, semaphores, spin locks, and what programs ask about processors.

use core::ffi::{c_int, c_void};
use core::sync::atomic::{AtomicU32, Ordering};

use super::{EAGAIN, EBUSY, EINVAL, ETIMEDOUT, FOR_EVER, Moment, until, wait, wake};
use crate::{errors, host};

const NEW: u32 = 0;
const UNDER_WAY: u32 = 1;
const DONE: u32 = 2;

/// `pthread_once_t` and `once_flag`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_once(at: *const AtomicU32, call: unsafe extern "C" fn()) -> c_int {
    // SAFETY: the caller's word and function.
    unsafe {
        loop {
            let (acquire, word) = (Ordering::Acquire, &*at);
            match word.compare_exchange(NEW, UNDER_WAY, acquire, acquire) {
                Ok(_) => {
                    call();
                    word.store(DONE, Ordering::Release);
                    wake(word, u32::MAX);
                    return 0;
                }
                Err(DONE) => return 0,
                Err(state) => {
                    wait(word, state, FOR_EVER);
                }
            }
        }
    }
}

/// `pthread_barrier_t`.
#[repr(C)]
pub struct Barrier {
    count: u32,
    /// Threads that are still to come.
    missing: AtomicU32,
    round: AtomicU32,
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_barrier_init(
    at: *mut Barrier,
    _: *const c_void,
    count: u32,
) -> c_int {
    if count == 0 {
        return EINVAL;
    }
    let (missing, round) = (AtomicU32::new(count), AtomicU32::new(0));
    // SAFETY: the caller's place for a barrier.
    unsafe { at.write(Barrier { count, missing, round }) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_barrier_destroy(_at: *mut Barrier) -> c_int {
    0
}

/// -1 (`PTHREAD_BARRIER_SERIAL_THREAD`) for one of the threads.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_barrier_wait(at: *mut Barrier) -> c_int {
    const TRIES: u32 = 1_000;
    // SAFETY: the caller's barrier, which stays while it is used.
    unsafe {
        let barrier = &*at;
        let round = barrier.round.load(Ordering::Acquire);
        if barrier.missing.fetch_sub(1, Ordering::AcqRel) == 1 {
            barrier.missing.store(barrier.count, Ordering::Relaxed);
            barrier.round.store(round.wrapping_add(1), Ordering::Release);
            wake(&barrier.round, u32::MAX);
            return -1;
        }
        let mut tries = 0;
        while barrier.round.load(Ordering::Acquire) == round {
            tries += 1;
            if tries > TRIES {
                wait(&barrier.round, round, FOR_EVER);
            }
        }
        0
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sem_init(at: *mut AtomicU32, _shared: c_int, value: u32) -> c_int {
    // SAFETY: the caller's place for a semaphore.
    unsafe { at.write(AtomicU32::new(value)) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sem_destroy(_at: *mut AtomicU32) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sem_post(at: *const AtomicU32) -> c_int {
    // SAFETY: the caller's semaphore.
    unsafe {
        (*at).fetch_add(1, Ordering::Release);
        wake(&*at, 1);
    }
    0
}

fn take(at: &AtomicU32) -> bool {
    let less = |value: u32| value.checked_sub(1);
    at.fetch_update(Ordering::Acquire, Ordering::Relaxed, less).is_ok()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sem_wait(at: *const AtomicU32) -> c_int {
    // SAFETY: the caller's semaphore.
    unsafe {
        while !take(&*at) {
            wait(&*at, 0, FOR_EVER);
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sem_trywait(at: *const AtomicU32) -> c_int {
    // SAFETY: the caller's semaphore.
    if take(unsafe { &*at }) {
        return 0;
    }
    errors::set(EAGAIN);
    -1
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sem_timedwait(at: *const AtomicU32, moment: *const Moment) -> c_int {
    // SAFETY: the caller's semaphore and moment.
    unsafe {
        while !take(&*at) {
            let error = match until(0, moment) {
                None => EINVAL,
                Some(0) => ETIMEDOUT,
                Some(left) => {
                    wait(&*at, 0, left);
                    continue;
                }
            };
            errors::set(error);
            return -1;
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sem_getvalue(at: *const AtomicU32, value: *mut c_int) -> c_int {
    // SAFETY: the caller's semaphore and place for the answer.
    unsafe { *value = (*at).load(Ordering::Relaxed) as c_int };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_spin_init(at: *mut AtomicU32, _shared: c_int) -> c_int {
    // SAFETY: the caller's place for a lock.
    unsafe { at.write(AtomicU32::new(0)) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_spin_destroy(_at: *mut AtomicU32) -> c_int {
    0
}

/// Spins for a while, then waits: the one who has it may be a thread below this one.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_spin_lock(at: *const AtomicU32) -> c_int {
    // SAFETY: the caller's lock.
    super::lock::acquire(unsafe { &*at }, |word| {
        wait(word, super::lock::WAIT_WHILE, FOR_EVER);
    });
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_spin_trylock(at: *const AtomicU32) -> c_int {
    // SAFETY: the caller's lock.
    if super::lock::try_acquire(unsafe { &*at }) { 0 } else { EBUSY }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_spin_unlock(at: *const AtomicU32) -> c_int {
    // SAFETY: the caller's lock.
    super::lock::release(unsafe { &*at });
    0
}

/// Lets a thread run that waits for a processor.
#[unsafe(no_mangle)]
pub extern "C" fn sched_yield() -> c_int {
    static NEVER: AtomicU32 = AtomicU32::new(0);
    wait(&NEVER, 1, 0);
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_yield() -> c_int {
    sched_yield()
}

#[unsafe(no_mangle)]
pub extern "C" fn get_nprocs() -> c_int {
    // SAFETY: a host call without conditions.
    unsafe { host::bf_cores() as c_int }
}

#[unsafe(no_mangle)]
pub extern "C" fn get_nprocs_conf() -> c_int {
    get_nprocs()
}

/// All processors.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sched_getaffinity(_pid: c_int, bytes: usize, set: *mut u8) -> c_int {
    // SAFETY: the caller's set of that many bytes.
    unsafe {
        set.write_bytes(0, bytes);
        for core in 0..host::bf_cores() as usize {
            if core / 8 < bytes {
                *set.add(core / 8) |= 1 << (core % 8);
            }
        }
    }
    0
}

/// Threads stay where they are.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sched_setaffinity(_pid: c_int, _bytes: usize, _set: *const u8) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_getaffinity_np(_: usize, bytes: usize, set: *mut u8) -> c_int {
    // SAFETY: the same contract.
    unsafe { sched_getaffinity(0, bytes, set) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_setaffinity_np(_: usize, _: usize, _: *const u8) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn sched_getcpu() -> c_int {
    // SAFETY: a host call without conditions.
    unsafe { host::bf_core() as c_int }
}
