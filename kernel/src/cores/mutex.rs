//! A lock for what takes long: whoever waits for it sleeps.

use core::cell::UnsafeCell;
use core::ops::{Deref, DerefMut};
use core::sync::atomic::{AtomicU32, Ordering};

use super::{wait, wake};

/// Nobody has it.
const FREE: u32 = 0;
/// Somebody has it.
const HELD: u32 = 1;
/// Somebody has it, and others may wait.
const WANTED: u32 = 2;

/// A lock around a value. Not for interrupt handlers, nor for what a fault report needs.
#[derive(Debug)]
pub struct SleepingMutex<T> {
    state: AtomicU32,
    value: UnsafeCell<T>,
}

// SAFETY: the value is reached by whoever holds the lock, one at a time.
unsafe impl<T: Send> Sync for SleepingMutex<T> {}

/// The value, while it is locked.
#[derive(Debug)]
pub struct Guard<'a, T>(&'a SleepingMutex<T>);

impl<T> SleepingMutex<T> {
    /// Free at first.
    pub const fn new(value: T) -> Self {
        Self { state: AtomicU32::new(FREE), value: UnsafeCell::new(value) }
    }

    /// Waits until nobody else has it.
    pub fn lock(&self) -> Guard<'_, T> {
        let state = &self.state;
        if state.compare_exchange(FREE, HELD, Ordering::Acquire, Ordering::Relaxed).is_err() {
            while state.swap(WANTED, Ordering::Acquire) != FREE {
                wait(state, WANTED, None);
            }
        }
        Guard(self)
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        if self.0.state.swap(FREE, Ordering::Release) == WANTED {
            wake(&self.0.state, 1);
        }
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: this processor holds the lock.
        unsafe { &*self.0.value.get() }
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and the guard is borrowed alone.
        unsafe { &mut *self.0.value.get() }
    }
}
