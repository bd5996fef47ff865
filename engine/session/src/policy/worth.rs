//! What code is worth: where several wait to be made, that comes first which will save most.

use bareflow_object::Entry;
use bareflow_profile::Level;

use super::View;
use crate::events::{Purpose, Wish};
use crate::key::FuncKey;

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
        let hz = u128::from(view.facts.tsc_hz().max(1));
        return u64::try_from(u128::from(cycles) * 1_000_000_000 / hz).unwrap_or(u64::MAX);
    }
    let body = view.facts.module(key.image).func(key.func);
    let profile = view.facts.interpreted(key);
    let run = |(block, times): (usize, &u64)| {
        times.saturating_mul(body.blocks[block].instrs.len() as u64)
    };
    let instrs = profile.blocks.iter().enumerate().map(run).fold(0, u64::saturating_add);
    instrs.saturating_mul(INTERP_NS)
}
