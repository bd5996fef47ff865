//! What is compiled when nobody waits for it: before the first program starts what was hot in
//! earlier boots and whose code cannot be used, and after the last one has ended what another boot
//! like this one would compile on its way, or what pays over as many boots as there were.

use alloc::format;
use alloc::vec::Vec;

use bareflow_profile::Level;

use super::rising::{deserved, rise, weighs};
use super::worth::{Work, guessed_cost, guessed_gain};
use super::{View, adaptive};
use crate::events::Wish;
use crate::key::FuncKey;

/// What to compile ahead for boots like this one, in `ns` nanoseconds: what saves most for what it takes comes
/// first, and what is left comes again at the end of the next boot.
pub(crate) fn ahead(view: &View<'_>, ns: u64) -> Vec<Wish> {
    let manifest = view.facts.manifest();
    let rises =
        manifest.level.is_none() && manifest.stress == 0 && manifest.alternatives.is_empty();
    if !rises || !manifest.save {
        return Vec::new();
    }
    let due = |key: FuncKey| {
        let heat = heat(view, key);
        let Prospect { level, saves } = prospect(view, key, heat, ns)?;
        let reason = format!("another boot like this one would come to {heat} calls and loops");
        let wish = rise(view, key, level, heat, reason)?;
        let cost = view.ledger.model.cost(level, view.instrs(key));
        let rank = u128::from(saves) * 1_000 / u128::from(cost.max(1));
        Some(((rank, view.taken(key)), (cost, wish)))
    };
    let all = view.ledger.functions(view.facts).into_iter();
    let mut left = ns;
    let within = |(cost, wish)| {
        left = left.checked_sub(cost)?;
        Some(wish)
    };
    in_order(all.filter_map(due).collect()).filter_map(within).collect()
}

/// Boots that code may need to pay for itself, by those there were. What it may cost is bounded by itself, and a boot
/// that is spared a share of its time and goes on without code lets all boots to come pay for it.
const PAYS_WITHIN: u64 = 32;

/// A level for a function in boots to come, and the nanoseconds that it is expected to save them.
struct Prospect {
    level: Level,
    saves: u64,
}

/// What a function of so much heat should come to, by code that takes `ns` nanoseconds at most; `None` where nothing pays.
fn prospect(view: &View<'_>, key: FuncKey, heat: u64, ns: u64) -> Option<Prospect> {
    let standing = view.ledger.at(key);
    let from = standing.level();
    let to_come = |own: u64| view.over_boots(own).saturating_mul(PAYS_WITHIN);
    let taken = to_come(Work::of(view, key).again(view, key));
    let own = standing.native_heat().saturating_add(view.facts.interpreted_calls(key));
    let gain = |to| guessed_gain(from, to, taken, to_come(own));
    if view.facts.manifest().adaptive {
        let level = adaptive::decide(view, key, Level::O0).level?;
        return Some(Prospect { level, saves: gain(level) });
    }
    let cost = |level| view.ledger.model.cost(level, view.instrs(key));
    let continued = !standing.loops.is_empty();
    if continued && from < Level::O3 {
        // Where a loop was continued in compiled code, nobody has counted how often it went round: it may have been
        // all the time.
        let (level, model) = (Level::O3, &view.ledger.model);
        let all = to_come(view.ns_in(view.elapsed()));
        let saves = gain(level).max(model.gain(Level::O2, level, all));
        if !weighs(view) || cost(level) <= saves.min(ns) {
            return Some(Prospect { level, saves });
        }
    }
    // One whose loop was continued is hot, whatever was counted.
    let least = if continued { Level::O2 } else { Level::Interp };
    let most = deserved(view, heat).max(least);
    if !weighs(view) {
        return Some(Prospect { level: most, saves: gain(most) });
    }
    let net = |level: Level| {
        let saves = gain(level);
        let net = saves.checked_sub(guessed_cost(view, key, level))?;
        Some((net, Prospect { level, saves }))
    };
    let fits = |level: &Level| *level > from && *level <= most && cost(*level) <= ns;
    let levels = Level::ALL.into_iter().filter(fits);
    levels.filter_map(net).max_by_key(|(net, _)| *net).map(|(_, best)| best)
}

/// What to compile before the first program starts, of functions whose code cannot be used: each
/// with the cycles it took in earlier boots and the level it was at. The rest rises as in a first
/// boot.
pub(crate) fn warm_up(view: &View<'_>, cold: &[(u64, FuncKey, Level)]) -> Vec<Wish> {
    let manifest = view.facts.manifest();
    if manifest.level.is_some() || manifest.stress != 0 {
        return Vec::new();
    }
    let wish = |(taken, key, level): &(u64, FuncKey, Level)| {
        // The top level is for what is hot now.
        let level = (*level).min(Level::O2);
        Some((*taken, rise(view, *key, level, 0, "hot in an earlier boot".into())?))
    };
    in_order(cold.iter().filter_map(wish).collect()).collect()
}

/// The highest first.
fn in_order<R: Ord + Copy, T>(mut all: Vec<(R, T)>) -> impl Iterator<Item = T> {
    all.sort_by_key(|(rank, _)| core::cmp::Reverse(*rank));
    all.into_iter().map(|(_, one)| one)
}

/// Calls of a function and rounds of its loops, in all boots up to the end of the next one, if
/// that is like this one.
fn heat(view: &View<'_>, key: FuncKey) -> u64 {
    if view.ledger.calls(view.facts, key) == 0 {
        return 0;
    }
    let (standing, counted) = (view.ledger.at(key), view.facts.interpreted_blocks(key));
    let own = counted.calls.saturating_add(counted.back_edges);
    let own = own.saturating_add(standing.native_heat());
    own.saturating_mul(2).saturating_add(standing.heat_before())
}
