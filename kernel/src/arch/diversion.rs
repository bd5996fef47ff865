//! A call that is to be slipped into a program, as data.

use core::sync::atomic::AtomicU64;

/// Where the program goes on after the call, and what is called: a processor's own.
#[derive(Debug)]
#[repr(C)]
pub struct Diversion {
    pub(super) back: AtomicU64,
    pub(super) target: AtomicU64,
}

impl Diversion {
    /// None.
    pub const fn new() -> Self {
        Self { back: AtomicU64::new(0), target: AtomicU64::new(0) }
    }
}
