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
use super::worth::spent_ns;
use crate::key::FuncKey;
use crate::ledger::above;

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
