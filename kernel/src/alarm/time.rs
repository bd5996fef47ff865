//! A processor's alarm, as data.

use core::sync::atomic::{AtomicU64, Ordering};

/// It is not to ring.
pub(super) const NEVER: u64 = u64::MAX;

/// A processor's alarm.
#[derive(Debug)]
pub struct Alarm {
    /// When it is to ring, or to try again, in nanoseconds of the clock.
    pub(super) when: AtomicU64,
}

impl Alarm {
    /// One that never rings.
    pub const fn new() -> Self {
        Self { when: AtomicU64::new(NEVER) }
    }

    /// It is not to ring any more.
    pub fn forget(&self) {
        self.when.store(NEVER, Ordering::Release);
    }
}
