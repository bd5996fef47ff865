//! Waiting for a device: by polling, and after a moment asleep between two looks, so that an
//! emulator that shares the processor gets to do the work that is waited for.

use core::sync::atomic::{AtomicU64, Ordering};

use super::{apic, clock};

/// Nanoseconds that processors have waited for devices.
pub static WAITED_NS: AtomicU64 = AtomicU64::new(0);

/// Most devices answer within this.
const AWAKE_NS: u64 = 50_000;
/// Between looks after that.
const NAP_NS: u64 = 100_000;

/// What `look` finds, or `None` when it found nothing for that long.
pub fn until<T>(patience_ns: u64, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    if let Some(found) = look() {
        return Some(found);
    }
    let start = clock::now_ns();
    let found = keep_looking(start, patience_ns, look);
    WAITED_NS.fetch_add(clock::now_ns() - start, Ordering::Relaxed);
    found
}

fn keep_looking<T>(start: u64, patience_ns: u64, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    loop {
        if let Some(found) = look() {
            return Some(found);
        }
        match clock::now_ns() - start {
            waited if waited > patience_ns => return None,
            waited if waited > AWAKE_NS => apic::sleep(NAP_NS),
            _ => core::hint::spin_loop(),
        }
    }
}
