//! Locks that the library itself holds for a moment.
//!
//! In a program that starts no threads the engine takes the calls of `__bf_lock`, `__bf_unlock` and
//! their forms for the end out when it links the program, so there they cost nothing at all.

use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use crate::host;

/// Tries before a thread waits: most locks are held for less than a wake-up takes.
const TRIES: u32 = 200;

const FREE: u32 = 0;
const HELD: u32 = 1;
/// Held, and somebody may wait.
const WANTED: u32 = 2;

/// Takes a lock that is one word, 0 when it is free.
pub fn acquire(word: &AtomicU32, wait: impl Fn(&AtomicU32)) {
    let mut tries = 0;
    while word.compare_exchange_weak(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_err() {
        tries += 1;
        if tries > TRIES {
            while word.swap(WANTED, Ordering::Acquire) != FREE {
                wait(word);
            }
            return;
        }
    }
}

/// Takes it if it is free; whether it was.
pub fn try_acquire(word: &AtomicU32) -> bool {
    word.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_ok()
}

/// What a word is to be waited on while it holds.
pub const WAIT_WHILE: u32 = WANTED;

/// Lets go of it.
pub fn release(word: &AtomicU32) {
    if word.swap(FREE, Ordering::Release) == WANTED {
        // SAFETY: only the address is used.
        unsafe { host::bf_wake(word.as_ptr(), 1) };
    }
}

/// The thread that calls, as the address of its variables, or where it has none of its processor's words. Not always
/// the latter: a thread that is run on top of another holds nothing of what that one does.
fn me() -> usize {
    const VARIABLES: usize = 2;
    // SAFETY: the words are this processor's own, three of them.
    unsafe {
        let words = host::bf_thread();
        match *words.add(VARIABLES) {
            0 => words as usize,
            block => block,
        }
    }
}

/// A lock that a thread may take again while it holds it.
#[repr(C)]
pub struct Recursive {
    word: AtomicU32,
    depth: AtomicU32,
    /// The thread that holds it ([`me`]).
    owner: AtomicUsize,
}

impl Recursive {
    pub const fn new() -> Self {
        Self { word: AtomicU32::new(0), depth: AtomicU32::new(0), owner: AtomicUsize::new(0) }
    }

    /// Held until the result is dropped.
    pub fn hold(&'static self) -> Held {
        __bf_lock(self);
        Held(self)
    }
}

/// A lock that is held.
pub struct Held(&'static Recursive);

impl Drop for Held {
    fn drop(&mut self) {
        __bf_unlock(self.0);
    }
}

#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn __bf_lock(lock: &'static Recursive) {
    let me = me();
    if lock.owner.load(Ordering::Relaxed) != me {
        // SAFETY: the word stays.
        acquire(&lock.word, |word| unsafe {
            host::bf_wait(word.as_ptr(), WAIT_WHILE, u64::MAX);
        });
    }
    deepen(lock, me);
}

/// Takes the lock if nobody else holds it; whether it did.
pub fn try_hold(lock: &'static Recursive) -> bool {
    let me = me();
    let free = lock.owner.load(Ordering::Relaxed) == me || try_acquire(&lock.word);
    if free {
        deepen(lock, me);
    }
    free
}

/// Takes the lock unless it stays another thread's for a tenth of a second: it is, for ever, if that thread waits
/// or has ended. [`__bf_unlock_at_end`] lets go of it.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn __bf_lock_at_end(lock: &'static Recursive) {
    const NAPS: u32 = 100;
    const NAP_NS: u64 = 1_000_000;
    let mut naps = 0;
    while !try_hold(lock) && naps < NAPS {
        let nap = AtomicU32::new(0);
        // SAFETY: a word that nobody else has: only the time ends the wait.
        unsafe { host::bf_wait(nap.as_ptr(), 0, NAP_NS) };
        naps += 1;
    }
}

/// Lets go of the lock where this thread has got it: what another thread runs at the end may want it.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn __bf_unlock_at_end(lock: &'static Recursive) {
    if lock.owner.load(Ordering::Relaxed) == me() {
        __bf_unlock(lock);
    }
}

/// Who has the word holds the lock once more.
fn deepen(lock: &Recursive, me: usize) {
    lock.owner.store(me, Ordering::Relaxed);
    lock.depth.store(lock.depth.load(Ordering::Relaxed) + 1, Ordering::Relaxed);
}

#[unsafe(no_mangle)]
#[inline(never)]
pub extern "C" fn __bf_unlock(lock: &'static Recursive) {
    let depth = lock.depth.load(Ordering::Relaxed) - 1;
    lock.depth.store(depth, Ordering::Relaxed);
    if depth == 0 {
        lock.owner.store(0, Ordering::Relaxed);
        release(&lock.word);
    }
}
