//! Which function a tournament is most worth it for.

use crate::key::FuncKey;
use crate::policy::View;

/// Share of what a function takes that is its own in any case: calls that are measured one by
/// one seem longer to their caller, and callees are shared.
const LEAST_OWN: u64 = 20;

/// Cycles `key` has taken itself, of `taken` with its callees. What the functions that it calls
/// have taken is not its own; where they are called from elsewhere, too, this is too strict, and
/// a function that calls others has to wait a little longer.
pub(super) fn own(view: &View<'_>, key: FuncKey, taken: u64) -> u64 {
    let others = view.callees(key).into_iter().map(|callee| view.taken(callee));
    let others = others.fold(0, u64::saturating_add);
    taken.saturating_sub(others).max(taken / LEAST_OWN)
}
