//! Which function a tournament is most worth it for.
//!
//! Calls of a *link* end by calling another function in their place (`musttail`), as operations of some interpreters do. To
//! whoever called it, such a call takes as long as the whole chain behind it: that says nothing of the function, and
//! of two codes for it no clock tells which is faster.

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

/// Whether calls of a function end by calling another one in their place.
pub(super) fn is_link(view: &View<'_>, key: FuncKey) -> bool {
    let body = view.facts.module(key.image).func(key.func);
    body.block_ids().any(|block| body.tail_call(block).is_some())
}

/// Instructions of so many calls of a link, if each goes through all of them.
pub(super) fn of_link(view: &View<'_>, key: FuncKey, calls: u64) -> u64 {
    calls.saturating_mul(view.instrs(key))
}
