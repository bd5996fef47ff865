//! Which function a tournament is most worth it for.

use alloc::vec::Vec;

use bareflow_ir::FuncId;

use crate::measure;
use crate::session::Session;
use crate::unit::Unit;

/// Share of what a function takes that is its own in any case: calls that are measured one by
/// one seem longer to their caller, and callees are shared.
const LEAST_OWN: u64 = 20;

/// Cycles `func` has taken itself, of `taken` with its callees. What the functions that it calls
/// have taken is not its own; where they are called from elsewhere, too, this is too strict, and
/// a function that calls others has to wait a little longer.
pub(super) fn own(session: &Session, unit: &Unit, func: FuncId, taken: u64) -> u64 {
    let callees = callees(unit, func);
    let others = callees.iter().map(|callee| measure::taken(session, unit, *callee));
    let others = others.fold(0, u64::saturating_add);
    taken.saturating_sub(others).max(taken / LEAST_OWN)
}

/// The functions that `func` was seen to call, itself not.
fn callees(unit: &Unit, func: FuncId) -> Vec<FuncId> {
    let module = unit.module();
    let calls = module.func(func).instrs.iter().filter_map(|instr| instr.op.call());
    let direct = calls.filter_map(|call| module.direct_callee(call.callee));
    let profile = unit.interp.profile(func);
    let targets = profile.sites.iter().flat_map(|site| &site.targets);
    let indirect = targets.filter_map(|(name, _)| unit.find(name));
    let mut all: Vec<FuncId> = direct.chain(indirect).filter(|callee| *callee != func).collect();
    all.retain(|callee| !module.func(*callee).is_declaration());
    all.sort_unstable();
    all.dedup();
    all
}
