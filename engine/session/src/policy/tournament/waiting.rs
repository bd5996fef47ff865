//! A function that waits for a tournament.

use super::worth;
use crate::key::FuncKey;
use crate::ledger::Watch;
use crate::policy::View;

/// A function that might have one.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) key: FuncKey,
    /// When it came, in cycles.
    since: u64,
    /// What it had taken then.
    taken: u64,
}

impl Waiting {
    /// A function that comes now.
    pub(super) fn new(view: &View<'_>, key: FuncKey) -> Self {
        Self { key, since: view.now.cycles, taken: view.taken(key) }
    }

    /// Cycles that the function has taken itself.
    pub(super) fn taken(&self, view: &View<'_>) -> u64 {
        let key = self.key;
        if matches!(view.ledger.at(key).watch, Watch::Gated { .. }) {
            return worth::own(view, key, view.taken(key));
        }
        // Nobody counts it any more: as much a time as before it came.
        let before = view.ledger.elapsed(self.since).max(1);
        let all = view.elapsed().max(before);
        let taken = u128::from(self.taken) * u128::from(all) / u128::from(before);
        worth::own(view, key, u64::try_from(taken).unwrap_or(u64::MAX))
    }
}
