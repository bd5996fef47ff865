//! How many processors run.

use core::sync::atomic::{AtomicU32, Ordering};

/// Processors that run; 0: nobody has asked for others yet.
pub static COUNT: AtomicU32 = AtomicU32::new(0);

/// How many processors run: 1 as long as nobody has asked for others.
pub fn running() -> u32 {
    COUNT.load(Ordering::Acquire).max(1)
}
