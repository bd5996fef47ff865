//! Thresholds that follow from measurement: a function rises when that is expected to save more
//! time than the compiling takes.
//!
//! What a function has taken at its level so far is what it is expected to take from now on (the
//! one guess that is never off by more than a factor of two in what it costs). What a level saves of
//! that, and what compiling costs an instruction, is [measured](crate::ledger::Model).

use alloc::format;
use alloc::string::String;

use bareflow_profile::Level;

use super::View;
use crate::key::FuncKey;
use crate::ledger::above;

/// Nanoseconds the interpreter takes for an instruction of the IR.
const INTERP_NS: u64 = 4;

/// What was decided, and why.
pub(super) struct Decision {
    /// The level to rise to; `None`: none is worth it yet.
    pub(super) level: Option<Level>,
    pub(super) reason: String,
}

/// Whether a function should rise from where it is, to `least` at least.
pub(super) fn decide(view: &View<'_>, key: FuncKey, least: Level) -> Decision {
    let from = view.ledger.at(key).level();
    let spent = spent_ns(view, key);
    let instrs = view.instrs(key);
    let model = &view.ledger.model;
    let level = model.best(from, spent, instrs).filter(|level| *level >= least);
    let about = level.unwrap_or_else(|| least.max(above(from).unwrap_or(from)));
    let reason = format!(
        "{} us at {from}, {about} would save {} of as many and costs {}",
        spent / 1_000,
        model.gain(from, about, spent) / 1_000,
        model.cost(about, instrs) / 1_000
    );
    Decision { level, reason }
}

/// Nanoseconds a function has taken at its present level, as far as is known.
fn spent_ns(view: &View<'_>, key: FuncKey) -> u64 {
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
