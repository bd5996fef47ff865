//! Measured calls: samples of every function's cycles, and the turns of tournaments.

use alloc::vec::Vec;

use bareflow_ir::FuncId;
use bareflow_link::ProbeId;

use crate::session::Session;
use crate::tournament;
use crate::unit::Unit;

/// Calls of newly published code that are measured.
const SAMPLES: u64 = 32;

/// What a probe is there for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Purpose {
    /// The first calls of new code.
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
    let Some((index, _)) = session.owners.get(&unit.slot(func)).copied() else { return entry };
    stop_sampling(session, unit, func);
    let Ok(probe) = session.space_mut(|space| space.add_probe(entry)) else { return entry };
    session.space().set_turn_length(probe, SAMPLES);
    session.probes.borrow_mut().insert(probe, Purpose::Sample(index, func));
    unit.with(func, |state| state.sampling = Some(probe));
    session.space().probe_address(probe)
}

/// Gives up the probe of `func`, keeping what it has measured. Its slot must lead elsewhere
/// after that.
pub(crate) fn stop_sampling(session: &Session, unit: &Unit, func: FuncId) {
    let Some(probe) = unit.with(func, |state| state.sampling.take()) else { return };
    let reading = session.space().take_reading(probe);
    unit.with(func, |state| {
        for cycles in &reading.samples {
            state.cycles.record(*cycles);
        }
    });
    session.probes.borrow_mut().remove(&probe);
    session.space_mut(|space| space.remove_probe(probe));
}

/// Takes in what the probes of new code have measured so far: of functions that are seldom called,
/// a whole boot may not be enough for a turn.
pub(crate) fn collect(session: &Session) {
    let sampling = |(probe, purpose): (&ProbeId, &Purpose)| match purpose {
        Purpose::Sample(unit, func) => Some((*probe, *unit, *func)),
        Purpose::Variant(_) => None,
    };
    let probes: Vec<_> = session.probes.borrow().iter().filter_map(sampling).collect();
    for (probe, unit, func) in probes {
        let reading = session.space().take_reading(probe);
        session.units[unit].with(func, |state| {
            reading.samples.iter().for_each(|cycles| state.cycles.record(*cycles));
        });
    }
}

/// A probe has measured the calls of its turn.
pub(crate) extern "C" fn turn_over(probe: ProbeId) {
    let Some(session) = Session::current() else { return };
    let purpose = session.probes.borrow().get(&probe).copied();
    match purpose {
        Some(Purpose::Sample(index, func)) => {
            let unit = &session.units[index];
            stop_sampling(session, unit, func);
            let entry = unit.with(func, |state| state.code.as_ref().map(|c| c.installed.entry));
            if let Some(entry) = entry {
                route(session, unit, func, entry);
            }
        }
        Some(Purpose::Variant(index)) => tournament::turn_over(session, probe, index),
        // In flight when it was given up.
        None => {}
    }
}
