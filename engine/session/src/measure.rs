//! Measured calls: samples of every function's cycles, and the turns of tournaments.
//!
//! New code is behind a probe for its first calls. Code that counts nothing itself, that of the
//! top level, goes on behind a gate ([`bareflow_link`]): its calls are counted, and now and then
//! a few are measured. That costs three instructions a call, so only functions whose calls take
//! long enough, and come seldom enough, are watched.

use alloc::vec::Vec;

use bareflow_ir::FuncId;
use bareflow_link::ProbeId;

use crate::run::cycles;
use crate::session::Session;
use crate::tournament::middle_mean;
use crate::unit::Unit;
use crate::{save, tournament};

/// Calls of newly published code that are measured.
const SAMPLES: u64 = 32;
/// Calls that are measured at a time afterwards.
const LATER_SAMPLES: u64 = 4;
/// Cycles of a call from which on a gate is worth what it costs.
const GATE_CYCLES: u64 = 200;
/// Cycles of the function between two times it is measured.
const WINDOW_CYCLES: u64 = 40_000_000;

/// Calls that are counted before it is seen how often they come.
const FIRST_WINDOW: u64 = 200;

/// What a probe is there for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// Samples of a function.
    Sample(usize, FuncId),
    /// A variant in the running tournament: which.
    Variant(usize),
}

/// From the next call on, `func` is the code at `address`.
pub(crate) fn route(session: &Session, unit: &Unit, func: FuncId, address: usize) {
    session.space().publish(unit.slot(func), address);
    unit.interp.set_native(func, address as u64);
}

/// Puts a probe in front of the code at `entry` for a few calls of `func`; does without when
/// none is free.
pub(crate) fn sample(session: &Session, unit: &Unit, func: FuncId, entry: usize) -> usize {
    stop_sampling(session, unit, func);
    let Some(probe) = add_probe(session, unit, func, entry) else { return entry };
    session.space().set_turn_length(probe, SAMPLES);
    session.space().probe_address(probe)
}

fn add_probe(session: &Session, unit: &Unit, func: FuncId, entry: usize) -> Option<ProbeId> {
    let (index, _) = session.owners.get(&unit.slot(func)).copied()?;
    let probe = session.space_mut(|space| space.add_probe(entry)).ok()?;
    session.probes.borrow_mut().insert(probe, Purpose::Sample(index, func));
    unit.with(func, |state| state.sampling = Some(probe));
    Some(probe)
}

/// Gives up the probe of `func`, keeping what it has measured. Its slot must lead elsewhere
/// after that.
pub(crate) fn stop_sampling(session: &Session, unit: &Unit, func: FuncId) {
    count(session, unit, func);
    let Some(probe) = unit.with(func, |state| state.sampling.take()) else { return };
    record(session, unit, func, probe);
    unit.with(func, |state| state.watched = None);
    session.probes.borrow_mut().remove(&probe);
    session.space_mut(|space| space.remove_probe(probe));
}

/// Takes what the probe has measured. Calls of code that does not count itself count by it.
fn record(session: &Session, unit: &Unit, func: FuncId, probe: ProbeId) {
    let reading = session.space().take_reading(probe);
    unit.with(func, |state| {
        for cycles in &reading.samples {
            state.cycles.record(*cycles);
        }
        if !reading.samples.is_empty() {
            state.usual_cycles = middle_mean(&reading.samples);
        }
        let silent = state.code.as_ref().is_some_and(|code| !code.options.instrument);
        if silent && state.watched.is_none() {
            state.calls = state.calls.saturating_add(reading.calls);
        }
    });
}

/// Watches `func` at its code, which its slot leads to already, if that is worth it.
pub(crate) fn watch(session: &Session, unit: &Unit, func: FuncId) {
    let (entry, usual) = unit.with(func, |state| {
        let code = state.code.as_ref().filter(|code| !code.options.instrument);
        (code.map(|code| code.installed.entry), state.call_cycles())
    });
    let Some(entry) = entry else { return };
    if !session.manifest.watch || usual < GATE_CYCLES {
        return;
    }
    if let Some(probe) = add_probe(session, unit, func, entry) {
        open_gate(session, unit, func, probe, FIRST_WINDOW);
    }
}

/// The next calls of `func` are counted only, `most` of them.
fn open_gate(session: &Session, unit: &Unit, func: FuncId, probe: ProbeId, most: u64) {
    let usual = unit.with(func, |state| state.call_cycles()).max(1);
    let calls = (WINDOW_CYCLES / usual).max(2 * LATER_SAMPLES).min(most);
    session.space().take_reading(probe);
    session.space().set_turn_length(probe, LATER_SAMPLES);
    session.space().set_gate(probe, calls);
    unit.with(func, |state| {
        state.watched = Some(calls as i64);
        state.window = (cycles(), calls);
    });
    route(session, unit, func, session.space().gate_address(probe));
}

/// Brings the count of calls of `func` up to date, if it is watched.
pub(crate) fn count(session: &Session, unit: &Unit, func: FuncId) {
    unit.with(func, |state| {
        let (Some(probe), Some(was)) = (state.sampling, state.watched) else { return };
        let left = session.space().gate_left(probe);
        state.calls = state.calls.saturating_add(was.saturating_sub(left).max(0) as u64);
        state.watched = Some(left);
    });
}

/// Brings all counts up to date.
pub(crate) fn count_all(session: &Session) {
    for unit in &session.units {
        for func in unit.module().func_ids() {
            count(session, unit, func);
        }
    }
}

/// Takes in what the probes of new code have measured so far: of functions that are seldom called,
/// a whole boot may not be enough for a turn.
pub(crate) fn collect(session: &Session) {
    count_all(session);
    let sampling = |(probe, purpose): (&ProbeId, &Purpose)| match purpose {
        Purpose::Sample(unit, func) => Some((*probe, *unit, *func)),
        Purpose::Variant(_) => None,
    };
    let probes: Vec<_> = session.probes.borrow().iter().filter_map(sampling).collect();
    for (probe, unit, func) in probes {
        record(session, &session.units[unit], func, probe);
    }
}

/// Cycles that calls of `func` have taken so far, callees included, as far as is known.
pub(crate) fn taken(session: &Session, unit: &Unit, func: FuncId) -> u64 {
    count(session, unit, func);
    let interpreted = unit.interp.calls(func);
    let taken = unit.with(func, |state| {
        state.native_calls().saturating_add(interpreted).saturating_mul(state.call_cycles())
    });
    // Calls of a recursive function lie in one another.
    taken.min(cycles().saturating_sub(session.began.get()))
}

/// A probe has measured as many calls as it was to: `extern "C"`, called by its machine code.
pub(crate) extern "C" fn turn_over(probe: ProbeId) {
    let Some(session) = Session::current() else { return };
    let purpose = session.probes.borrow().get(&probe).copied();
    match purpose {
        Some(Purpose::Sample(index, func)) => sampled(session, &session.units[index], func, probe),
        Some(Purpose::Variant(index)) => tournament::turn_over(session, probe, index),
        // In flight when it was given up.
        None => {}
    }
}

fn sampled(session: &Session, unit: &Unit, func: FuncId, probe: ProbeId) {
    if unit.with(func, |state| state.watched.is_some()) {
        count(session, unit, func);
        let (since, calls) = unit.with(func, |state| state.window);
        // A call of a recursive function seems long, since others lie in it.
        if cycles().saturating_sub(since) / calls.max(1) < GATE_CYCLES {
            stop_sampling(session, unit, func);
            let entry = unit.with(func, |state| state.code.as_ref().map(|c| c.installed.entry));
            entry.into_iter().for_each(|entry| route(session, unit, func, entry));
        } else {
            record(session, unit, func, probe);
            open_gate(session, unit, func, probe, u64::MAX);
        }
        tournament::consider(session);
        save::save_if_due(session);
        return;
    }
    stop_sampling(session, unit, func);
    let (entry, risen) = unit.with(func, |state| {
        let code = state.code.as_ref();
        let now = state.usual_cycles;
        let risen = state.before_rise.take().zip(code.map(|code| (code.level, now)));
        (code.map(|code| code.installed.entry), risen)
    });
    if let Some(((from, before), (to, after))) = risen {
        session.model.borrow_mut().risen(from, to, before, after);
    }
    if let Some(entry) = entry {
        route(session, unit, func, entry);
        watch(session, unit, func);
    }
}
