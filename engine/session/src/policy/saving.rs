//! When what was learned is saved.
//!
//! It is saved when the program ends, and on the way when the last time is long enough ago and there
//! is new code or a new verdict since. A program that calls nobody is interrupted for it by the
//! machine's alarm.

use super::stress;
use crate::Manifest;
use crate::ledger::Totals;

/// Nanoseconds between interruptions for their own sake.
const STRESS_NS: u64 = 2_000_000;

/// When what was learned since the last time is to be saved, in nanoseconds of the machine's
/// clock; `None` when there is nothing, or when that has time until the program ends.
pub(crate) fn due_ns(manifest: &Manifest, totals: &Totals) -> Option<u64> {
    let every = u64::from(manifest.save_seconds) * 1_000_000_000;
    (totals.unsaved && manifest.save && every > 0).then_some(totals.saved_ns + every)
}

/// When the machine is to interrupt a program, if at all, in nanoseconds of its clock. `due`: when
/// what was learned is to be saved, `u64::MAX` for never. With `heartbeat`, others may learn
/// something meanwhile.
pub(crate) fn alarm_at(manifest: &Manifest, now_ns: u64, due: u64, heartbeat: bool) -> Option<u64> {
    let every = u64::from(manifest.save_seconds) * 1_000_000_000;
    if stress::is_on(manifest) {
        Some(now_ns + STRESS_NS)
    } else if due != u64::MAX {
        Some(due)
    } else {
        (heartbeat && manifest.save && every > 0).then_some(now_ns + every)
    }
}
