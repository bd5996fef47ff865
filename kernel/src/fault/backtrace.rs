//! The chain of callers, by frame pointers.

use crate::arch::Place;
use crate::memory;

/// Callers shown at most.
const DEEPEST: usize = 48;

/// Return addresses from `place` outwards, the interrupted instruction first.
pub fn walk(place: Place) -> impl Iterator<Item = u64> {
    let mut next = Some(place);
    core::iter::from_fn(move || {
        let now = next?;
        next = caller(now.rbp);
        Some(now.rip)
    })
    .take(DEEPEST)
}

/// The caller of the function whose frame pointer this is, if it is one.
fn caller(rbp: u64) -> Option<Place> {
    if rbp == 0 || rbp % 8 != 0 || !memory::is_readable(rbp) || !memory::is_readable(rbp + 15) {
        return None;
    }
    let frame = core::ptr::with_exposed_provenance::<[u64; 2]>(rbp as usize);
    // SAFETY: both words can be read; what they hold is checked, not trusted.
    let [outer, rip] = unsafe { frame.read_volatile() };
    // Outer frames lie higher on the same stack, or the chain is not one.
    (rip != 0 && (outer == 0 || outer > rbp)).then_some(Place { rip, rbp: outer })
}
