//! Measured calls: which are, and when.
//!
//! New code is behind a probe for its first calls. Code that counts nothing itself, that of the
//! top level, goes on behind a gate ([`bareflow_link`]): its calls are counted, and now and then
//! a few are measured. That costs three instructions a call, so only functions whose calls take
//! long enough, and come seldom enough, are watched. But a program that is one long call tells nothing when
//! nobody watches it: while something waits for a tournament, a few stay watched, however often they are called.

use super::View;
use crate::events::Order;
use crate::key::FuncKey;
use crate::ledger::Watch;

/// Calls of newly published code that are measured.
pub(crate) const SAMPLES: u64 = 32;
/// Calls that are measured at a time afterwards.
const LATER_SAMPLES: u64 = 4;
/// Cycles of a call from which on a gate is worth what it costs.
const GATE_CYCLES: u64 = 200;
/// Cycles of the function between two times it is measured.
const WINDOW_CYCLES: u64 = 40_000_000;
/// Calls that are counted before it is seen how often they come.
const FIRST_WINDOW: u64 = 200;

/// New code of `key`, to which its slot leads already, has been measured: it is watched at it if
/// that is worth it.
pub(crate) fn watch(view: &View<'_>, key: FuncKey) -> Option<Order> {
    let standing = view.ledger.at(key);
    let silent = standing.code.is_some() && !standing.counts_itself();
    let worth_it = view.facts.manifest().watch && standing.call_cycles() >= GATE_CYCLES;
    (silent && worth_it).then(|| gate(key, standing.call_cycles(), FIRST_WINDOW))
}

/// Calls of `key` behind a gate have been measured. `keeps` says whether it stays watched though it is called often.
pub(crate) fn sampled(
    view: &View<'_>,
    key: FuncKey,
    keeps: impl FnOnce() -> bool,
) -> Option<Order> {
    let standing = view.ledger.at(key);
    let Watch::Gated { window: (since, calls), .. } = standing.watch else { return None };
    // A call of a recursive function seems long, since others lie in it.
    let period = view.now.cycles.saturating_sub(since) / calls.max(1);
    Some(match period < GATE_CYCLES {
        true if keeps() => gate(key, period, u64::MAX),
        true => Order::Unwatch(key),
        false => gate(key, standing.call_cycles(), u64::MAX),
    })
}

/// The next calls of `key` are counted only, `most` of them. One comes every `cycles`, as far as is known.
fn gate(key: FuncKey, cycles: u64, most: u64) -> Order {
    let calls = (WINDOW_CYCLES / cycles.max(1)).max(2 * LATER_SAMPLES).min(most);
    Order::Gate { key, calls, samples: LATER_SAMPLES }
}

/// Mean of the middle half; 0 of nothing.
pub(crate) fn middle_mean(samples: &[u64]) -> u64 {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    let cut = sorted.len() / 4;
    let middle = &sorted[cut..sorted.len() - cut];
    let sum = middle.iter().fold(0u64, |sum, n| sum.saturating_add(*n));
    sum / (middle.len() as u64).max(1)
}
