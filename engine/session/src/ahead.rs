//! What the next boot would compile while its program runs is compiled at the end of this one,
//! when nobody waits for the program any more.

use alloc::format;
use alloc::vec::Vec;

use bareflow_ir::FuncId;
use bareflow_profile::Level;

use crate::session::Session;
use crate::unit::Unit;
use crate::{adaptive, measure, tiers};

/// Nanoseconds that this takes at most, the last function not counted. The next boot ends with the
/// rest.
const AHEAD_NS: u64 = 100_000_000;

/// Compiles ahead for a boot like this one, what has taken most time first.
pub(crate) fn compile(session: &Session) {
    let manifest = &session.manifest;
    let rises =
        manifest.level.is_none() && manifest.stress == 0 && manifest.alternatives.is_empty();
    if !rises || !manifest.save {
        return;
    }
    let mut due: Vec<(u64, &Unit, FuncId, Level, u64)> = Vec::new();
    for unit in &session.units {
        for func in unit.module().func_ids() {
            let heat = heat(unit, func);
            let level = next_level(session, unit, func, heat);
            if level > unit.with(func, |state| state.level()) {
                due.push((measure::taken(session, unit, func), unit, func, level, heat));
            }
        }
    }
    due.sort_by_key(|(taken, ..)| core::cmp::Reverse(*taken));
    // No tournament begins any more.
    session.began.set(u64::MAX);
    let until = session.platform.now_ns() + AHEAD_NS;
    for (_, unit, func, level, heat) in due {
        if session.platform.now_ns() >= until {
            return;
        }
        let reason = format!("another boot like this one would come to {heat} calls and loops");
        tiers::rise(session, unit, func, level, heat, &reason);
    }
}

/// Calls of `func` and rounds of its loops, in all boots up to the end of the next one, if that
/// is like this one.
fn heat(unit: &Unit, func: FuncId) -> u64 {
    let all = unit.profile(func);
    let before =
        unit.with(func, |state| state.before.calls.saturating_add(state.before.back_edges));
    let all = all.calls.saturating_add(all.back_edges);
    all.saturating_add(all.saturating_sub(before))
}

/// The level that `func` would come to while the next program runs.
fn next_level(session: &Session, unit: &Unit, func: FuncId, heat: u64) -> Level {
    if session.manifest.adaptive {
        return adaptive::decide(session, unit, func, Level::O0).level.unwrap_or_default();
    }
    // Where a loop was continued in compiled code, nobody has counted how often it went round.
    let continued = unit.with(func, |state| !state.osr.is_empty());
    if continued { Level::O3 } else { tiers::deserved(session, heat) }
}
