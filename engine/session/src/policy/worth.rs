//! What code is worth: where several wait to be made, that comes first which will save most.

use alloc::vec::Vec;

use bareflow_object::Entry;
use bareflow_profile::Level;

use super::View;
use crate::events::{Purpose, Wish};
use crate::key::FuncKey;
use crate::ledger::Model;

/// Nanoseconds the interpreter takes for an instruction of the IR.
const INTERP_NS: u64 = 4;

/// Nanoseconds that code is expected to save: of as many as its function has taken so far, the share that
/// its level [saves](crate::ledger::Model). A variant may save nothing, and waits for all else.
pub(crate) fn worth(view: &View<'_>, wish: &Wish) -> u64 {
    if matches!(wish.purpose, Purpose::Variant { .. }) {
        return 0;
    }
    let spent = spent_ns(view, wish.key);
    let from = match wish.entry {
        Entry::Call => view.ledger.at(wish.key).level(),
        // The call that is in the loop is interpreted, whatever other calls run.
        Entry::Loop(_) => Level::Interp,
    };
    // What nobody has measured has been called all the same.
    view.ledger.model.gain(from, wish.level, spent).max(1)
}

/// Nanoseconds a function has taken at its present level, as far as is known.
pub(super) fn spent_ns(view: &View<'_>, key: FuncKey) -> u64 {
    let standing = view.ledger.at(key);
    if standing.code.is_some() {
        let calls = standing.native_calls().saturating_sub(standing.calls_at_rise);
        let cycles = calls.saturating_mul(standing.call_cycles());
        return view.ns_in(cycles);
    }
    interpreted_ns(view, key)
}

/// Nanoseconds a function has taken, by counts and guesses alone: a call or round of native code does what one did
/// that was interpreted.
pub(super) fn guessed_ns(view: &View<'_>, key: FuncKey) -> u64 {
    let standing = view.ledger.at(key);
    let profile = view.facts.interpreted(key);
    let interpreted = interpreted_ns(view, key);
    let counted = profile.calls.saturating_add(profile.back_edges).max(1);
    let native = standing.native_heat().saturating_mul(interpreted / counted);
    let saved = Model::default().gain(Level::Interp, standing.level(), native);
    interpreted.saturating_add(native - saved)
}

/// Nanoseconds the interpreter has spent on a function, by the blocks that it went through.
fn interpreted_ns(view: &View<'_>, key: FuncKey) -> u64 {
    let body = view.facts.module(key.image).func(key.func);
    let profile = view.facts.interpreted(key);
    let run = |(block, times): (usize, &u64)| {
        times.saturating_mul(body.blocks[block].instrs.len() as u64)
    };
    let instrs = profile.blocks.iter().enumerate().map(run).fold(0, u64::saturating_add);
    instrs.saturating_mul(INTERP_NS)
}

impl View<'_> {
    /// The functions that `key` was seen to call, itself not.
    pub(super) fn callees(&self, key: FuncKey) -> Vec<FuncKey> {
        let module = self.facts.module(key.image);
        let calls = module.func(key.func).instrs.iter().filter_map(|instr| instr.op.call());
        let direct = calls.filter_map(|call| module.direct_callee(call.callee));
        let profile = self.facts.interpreted(key);
        let targets = profile.sites.iter().flat_map(|site| &site.targets);
        let indirect = targets.filter_map(|(name, _)| self.facts.find(key.image, name));
        let mut all: Vec<_> = direct.chain(indirect).filter(|callee| *callee != key.func).collect();
        all.retain(|callee| !module.func(*callee).is_declaration());
        all.sort_unstable();
        all.dedup();
        all.into_iter().map(|func| FuncKey { func, ..key }).collect()
    }

    /// Instructions of a function and of those that it was seen to call: what a compiler that inlines has
    /// to do with.
    pub(crate) fn instrs_with_callees(&self, key: FuncKey) -> u64 {
        let callees = self.callees(key).into_iter().map(|callee| self.instrs(callee));
        // Larger ones are not inlined.
        callees.filter(|instrs| *instrs <= 500).sum::<u64>() + self.instrs(key)
    }
}
