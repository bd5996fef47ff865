//! What is compiled when nobody waits for it: before the first program starts what was hot in
//! earlier boots and whose code cannot be used, and after the last one has ended what another boot
//! like this one would compile on its way.

use alloc::format;
use alloc::vec::Vec;

use bareflow_profile::Level;

use super::rising::{deserved, rise};
use super::{View, adaptive};
use crate::events::Wish;
use crate::key::FuncKey;

/// What to compile ahead for a boot like this one, what has taken most time first.
pub(crate) fn ahead(view: &View<'_>) -> Vec<Wish> {
    let manifest = view.facts.manifest();
    let rises =
        manifest.level.is_none() && manifest.stress == 0 && manifest.alternatives.is_empty();
    if !rises || !manifest.save {
        return Vec::new();
    }
    let due = |key: FuncKey| {
        let heat = heat(view, key);
        let reason = format!("another boot like this one would come to {heat} calls and loops");
        let wish = rise(view, key, next_level(view, key, heat), heat, reason)?;
        Some((view.taken(key), wish))
    };
    let all = view.ledger.functions(view.facts).into_iter();
    in_order(all.filter_map(due).collect())
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
    in_order(cold.iter().filter_map(wish).collect())
}

fn in_order(mut wishes: Vec<(u64, Wish)>) -> Vec<Wish> {
    wishes.sort_by_key(|(taken, _)| core::cmp::Reverse(*taken));
    wishes.into_iter().map(|(_, wish)| wish).collect()
}

/// Calls of a function and rounds of its loops, in all boots up to the end of the next one, if
/// that is like this one.
fn heat(view: &View<'_>, key: FuncKey) -> u64 {
    if view.ledger.calls(view.facts, key) == 0 {
        return 0;
    }
    let all = view.profile(key);
    let all = all.calls.saturating_add(all.back_edges);
    all.saturating_add(all.saturating_sub(view.ledger.at(key).heat_before()))
}

/// The level that a function would come to while the next program runs.
fn next_level(view: &View<'_>, key: FuncKey, heat: u64) -> Level {
    if view.facts.manifest().adaptive {
        return adaptive::decide(view, key, Level::O0).level.unwrap_or_default();
    }
    // Where a loop was continued in compiled code, nobody has counted how often it went round.
    let continued = !view.ledger.at(key).loops.is_empty();
    if continued { Level::O3 } else { deserved(view, heat) }
}
