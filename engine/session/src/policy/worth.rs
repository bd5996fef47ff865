//! What code is worth: where several wait to be made, that comes first which will save most.

use alloc::vec::Vec;

use bareflow_ir::Block;
use bareflow_object::Entry;
use bareflow_profile::{FunctionProfile, Level};

use super::View;
use crate::events::{Purpose, Wish};
use crate::key::FuncKey;
use crate::ledger::Model;

/// Nanoseconds the interpreter takes for an instruction of the IR.
const INTERP_NS: u64 = 4;

/// Nanoseconds it takes code below the top level to count a call or a round: a subtraction in memory, and a branch.
const COUNT_NS: u64 = 1;

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

/// Nanoseconds that `to` saves of what a function takes at `from` for so many calls and rounds, guessed.
pub(super) fn guessed_gain(from: Level, to: Level, taken: u64, heat: u64) -> u64 {
    // Of a function of a few instructions counting is a large part.
    let counting = if to == Level::O3 { heat.saturating_mul(COUNT_NS) } else { 0 };
    Model::default().gain(from, to, taken).saturating_add(counting)
}

/// Nanoseconds that making code of a function costs, guessed.
pub(super) fn guessed_cost(view: &View<'_>, key: FuncKey, level: Level) -> u64 {
    // From O2 on what is called is inlined, and compiled again as part of it.
    let inlines = level >= Level::O2;
    let instrs = if inlines { view.instrs_with_callees(key) } else { view.instrs(key) };
    Model::default().cost(level, instrs)
}

/// What a function has done in this boot, in nanoseconds of the interpreter, by counts and guesses alone.
pub(super) struct Work {
    /// What was interpreted.
    pub(super) interpreted: u64,
    /// What native code has done: a call or round of it does what one did that was interpreted.
    native: u64,
}

impl Work {
    /// That of a function.
    pub(super) fn of(view: &View<'_>, key: FuncKey) -> Self {
        let profile = view.facts.interpreted_blocks(key);
        let (interpreted, standing) = (blocks_ns(view, key, &profile), view.ledger.at(key));
        let round = if interpreted > 0 {
            interpreted / profile.calls.saturating_add(profile.back_edges).max(1)
        } else {
            round_before(view, key)
        };
        Self { interpreted, native: standing.native_heat().saturating_mul(round) }
    }

    /// Nanoseconds it has taken.
    pub(super) fn taken(&self, view: &View<'_>, key: FuncKey) -> u64 {
        self.interpreted.saturating_add(at_level(view, key, self.native))
    }

    /// Nanoseconds that it would take once more.
    pub(super) fn again(&self, view: &View<'_>, key: FuncKey) -> u64 {
        at_level(view, key, self.interpreted.saturating_add(self.native))
    }
}

/// Nanoseconds that what a function has done in each boot before would take at its present level, guessed in the same
/// way; 0 where there was none.
pub(super) fn usual_ns(view: &View<'_>, key: FuncKey) -> u64 {
    let before = &view.ledger.at(key).before;
    let (interpreted, entered) = (blocks_ns(view, key, before), entered(before));
    let all = u128::from(interpreted) * u128::from(before.calls) / u128::from(entered.max(1));
    at_level(view, key, view.in_each_before(u64::try_from(all).unwrap_or(u64::MAX)))
}

/// What a function's present level leaves of so many nanoseconds of the interpreter.
fn at_level(view: &View<'_>, key: FuncKey, interpreted: u64) -> u64 {
    interpreted - Model::default().gain(Level::Interp, view.ledger.at(key).level(), interpreted)
}

/// Nanoseconds of the interpreter for a call of a function or a round of a loop in it, as it was in the boots before.
fn round_before(view: &View<'_>, key: FuncKey) -> u64 {
    let before = &view.ledger.at(key).before;
    let rounds = before.calls.saturating_add(before.back_edges) / before.calls.max(1);
    blocks_ns(view, key, before) / entered(before).saturating_mul(rounds).max(1)
}

/// Interpreted calls among those of a profile: the first block is entered by calls alone.
fn entered(profile: &FunctionProfile) -> u64 {
    profile.blocks.first().copied().unwrap_or_default()
}

/// Nanoseconds the interpreter has spent on a function in this boot.
fn interpreted_ns(view: &View<'_>, key: FuncKey) -> u64 {
    blocks_ns(view, key, &view.facts.interpreted_blocks(key))
}

/// Nanoseconds of the interpreter for the blocks that a profile has counted.
fn blocks_ns(view: &View<'_>, key: FuncKey, profile: &FunctionProfile) -> u64 {
    let body = view.facts.module(key.image).func(key.func);
    let run = |(block, times): (&Block, &u64)| times.saturating_mul(block.instrs.len() as u64);
    let instrs = body.blocks.iter().zip(&profile.blocks).map(run).fold(0, u64::saturating_add);
    instrs.saturating_mul(INTERP_NS)
}

impl View<'_> {
    /// The functions that `key` was seen to call, itself not.
    pub(super) fn callees(&self, key: FuncKey) -> Vec<FuncKey> {
        let module = self.facts.module(key.image);
        let calls = module.func(key.func).instrs.iter().filter_map(|instr| instr.op.call());
        let callees = calls.map(|call| module.direct_callee(call.callee));
        let mut all: Vec<_> = callees.clone().flatten().collect();
        // What was counted is not looked through for nothing.
        if callees.clone().any(|callee| callee.is_none()) {
            let profile = self.facts.interpreted(key);
            let targets = profile.sites.iter().flat_map(|site| &site.targets);
            all.extend(targets.filter_map(|(name, _)| self.facts.find(key.image, name)));
        }
        all.retain(|callee| *callee != key.func && !module.func(*callee).is_declaration());
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
