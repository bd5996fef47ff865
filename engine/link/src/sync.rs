//! What the protocol of grace periods is built from.
//!
//! The names and shapes are those of `loom`, so that `tests/grace.rs` can put its own in their place
//! and try every interleaving of the very code that runs here.

pub(crate) use core::sync::atomic::{AtomicU32, AtomicU64, Ordering};

pub(crate) use crate::x86_64::serialise;
pub(crate) use bareflow_baton::offer;

/// A value that several threads reach; who may when is up to them.
#[derive(Debug)]
pub(crate) struct UnsafeCell<T>(core::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(core::cell::UnsafeCell::new(value))
    }

    /// The value, to read.
    pub(crate) fn with<R>(&self, f: impl FnOnce(*const T) -> R) -> R {
        f(self.0.get())
    }

    /// The value, to change.
    pub(crate) fn with_mut<R>(&self, f: impl FnOnce(*mut T) -> R) -> R {
        f(self.0.get())
    }
}

/// One turn of a loop that waits for another core.
pub(crate) fn spin() {
    bareflow_baton::spin();
}
