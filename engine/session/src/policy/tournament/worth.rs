//! Which function a tournament is most worth it for.

use alloc::vec::Vec;

use crate::key::FuncKey;
use crate::policy::View;

/// Share of what a function takes that is its own in any case: calls that are measured one by
/// one seem longer to their caller, and callees are shared.
const LEAST_OWN: u64 = 20;

/// Cycles `key` has taken itself, of `taken` with its callees. What the functions that it calls
/// have taken is not its own; where they are called from elsewhere, too, this is too strict, and
/// a function that calls others has to wait a little longer.
pub(super) fn own(view: &View<'_>, key: FuncKey, taken: u64) -> u64 {
    let others = callees(view, key).into_iter().map(|callee| view.taken(callee));
    let others = others.fold(0, u64::saturating_add);
    taken.saturating_sub(others).max(taken / LEAST_OWN)
}

/// The functions that `key` was seen to call, itself not.
fn callees(view: &View<'_>, key: FuncKey) -> Vec<FuncKey> {
    let module = view.facts.module(key.image);
    let calls = module.func(key.func).instrs.iter().filter_map(|instr| instr.op.call());
    let direct = calls.filter_map(|call| module.direct_callee(call.callee));
    let profile = view.facts.interpreted(key);
    let targets = profile.sites.iter().flat_map(|site| &site.targets);
    let indirect = targets.filter_map(|(name, _)| view.facts.find(key.image, name));
    let mut all: Vec<_> = direct.chain(indirect).filter(|callee| *callee != key.func).collect();
    all.retain(|callee| !module.func(*callee).is_declaration());
    all.sort_unstable();
    all.dedup();
    all.into_iter().map(|func| FuncKey { func, ..key }).collect()
}
