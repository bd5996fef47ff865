//! Waiting for a device: by polling, and after a moment asleep between two looks, so that an
//! emulator that shares the processor gets to do the work that is waited for.

use super::{apic, clock};

/// Most devices answer within this.
const AWAKE_NS: u64 = 50_000;
/// Between looks after that.
const NAP_NS: u64 = 100_000;

/// What `look` finds, or `None` when it found nothing for that long.
pub fn until<T>(patience_ns: u64, mut look: impl FnMut() -> Option<T>) -> Option<T> {
    let start = clock::now_ns();
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
