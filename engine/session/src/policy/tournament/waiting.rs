//! A function that waits for a tournament.

use alloc::vec::Vec;

use super::worth;
use crate::key::FuncKey;
use crate::ledger::Watch;
use crate::policy::View;

/// Cycles that an instruction of a link takes at most, on average.
const MOST_OF_AN_INSTRUCTION: u64 = 4;

/// A function that might have one.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) key: FuncKey,
    /// When it came, in cycles.
    since: u64,
    /// What it had taken then.
    taken: u64,
    /// How often it had been called then.
    calls: u64,
    is_link: bool,
}

impl Waiting {
    /// A function that comes now.
    pub(super) fn new(view: &View<'_>, key: FuncKey) -> Self {
        let since = view.now.cycles;
        let (taken, calls) = (view.taken(key), view.calls(key));
        Self { key, since, taken, calls, is_link: worth::is_link(view, key) }
    }

    /// Cycles that the functions have taken themselves. Links have, all together, what the chain took of which
    /// most is known, each by the instructions that it ran.
    pub(super) fn taken(all: &[Self], view: &View<'_>) -> Vec<u64> {
        let mut taken: Vec<u64> = all.iter().map(|waiting| waiting.own(view)).collect();
        let links = || all.iter().enumerate().filter(|(_, waiting)| waiting.is_link);
        let instrs = links().fold(0, |sum: u64, (at, _)| sum.saturating_add(taken[at]));
        let chain = links().map(|(_, waiting)| waiting.with_callees(view)).max().unwrap_or(0);
        for (at, _) in links() {
            let share = u128::from(taken[at]) * u128::from(chain) / u128::from(instrs.max(1));
            // Those that wait no longer ran some of it.
            let most = taken[at].saturating_mul(MOST_OF_AN_INSTRUCTION);
            taken[at] = u64::try_from(share).unwrap_or(u64::MAX).min(most);
        }
        taken
    }

    /// Cycles that the function has taken itself; of a link, its instructions.
    fn own(&self, view: &View<'_>) -> u64 {
        if self.is_link {
            let calls = if self.is_watched(view) {
                view.calls(self.key)
            } else {
                self.since_then(view, self.calls)
            };
            return worth::of_link(view, self.key, calls);
        }
        worth::own(view, self.key, self.with_callees(view))
    }

    /// Cycles that its calls have taken.
    fn with_callees(&self, view: &View<'_>) -> u64 {
        if self.is_watched(view) { view.taken(self.key) } else { self.since_then(view, self.taken) }
    }

    fn is_watched(&self, view: &View<'_>) -> bool {
        matches!(view.ledger.at(self.key).watch, Watch::Gated { .. })
    }

    /// What was so much when it came, as nobody has counted it since: as much a time as before.
    fn since_then(&self, view: &View<'_>, then: u64) -> u64 {
        let before = view.ledger.elapsed(self.since).max(1);
        let all = view.elapsed().max(before);
        u64::try_from(u128::from(then) * u128::from(all) / u128::from(before)).unwrap_or(u64::MAX)
    }
}
