//! Swapping for its own sake: functions change to any level at any time, and back.
//!
//! For tests (`"stress": SEED` in the manifest): what holds while every function is replaced again
//! and again, in the middle of its own calls, holds when it rises once. All code counts itself,
//! at every level, so that it is replaced again soon.

use bareflow_interp::HotLoop;
use bareflow_ir::{BlockId, FuncId};
use bareflow_object::{Entry, Options};
use bareflow_profile::Level;

use crate::session::Session;
use crate::tiers::{publish, try_compile};
use crate::unit::Unit;

/// Back edges of an interpreted loop after which it continues in compiled code.
pub(crate) const HOT_LOOP: u64 = 40;
/// Calls and back edges after which a function changes, at most.
const CALLS: u64 = 400;

/// Whether functions change for its own sake.
pub(crate) fn is_on(session: &Session) -> bool {
    session.manifest.stress != 0 && session.manifest.level.is_none()
}

fn options() -> Options {
    Options { instrument: true, ..Options::default() }
}

/// Changes `func` to some level, perhaps down; how many calls to wait until the next time.
pub(crate) fn change(session: &Session, unit: &Unit, func: FuncId) -> u64 {
    let wait = 1 + session.random(CALLS);
    if unit.module().func(func).is_declaration() || unit.with(func, |state| state.refused.is_some())
    {
        return u64::MAX;
    }
    match Level::ALL[session.random(5) as usize] {
        Level::Interp => interpret(session, unit, func),
        level => {
            let made = try_compile(session, unit, func, level, Entry::Call, &options());
            let Some(code) = made else { return u64::MAX };
            publish(session, unit, func, code);
        }
    }
    unit.with(func, |state| state.set_counter(wait as i64));
    wait
}

/// Takes the code of `func` away.
fn interpret(session: &Session, unit: &Unit, func: FuncId) {
    crate::measure::stop_sampling(session, unit, func);
    session.space().unpublish(unit.slot(func));
    unit.interp.set_native(func, 0);
    if let Some(old) = unit.with(func, |state| state.code.take()) {
        session.totals.borrow_mut().swaps += 1;
        session.retire(old.installed);
    }
}

/// Continues a loop in new code of some level.
pub(crate) fn hot_loop(
    session: &Session,
    unit: &Unit,
    func: FuncId,
    header: BlockId,
    back_edges: u64,
) -> HotLoop {
    let level = Level::ALL[1 + session.random(4) as usize];
    let ask_at = back_edges + 1 + session.random(HOT_LOOP);
    let made = try_compile(session, unit, func, level, Entry::Loop(header), &options());
    let Some(code) = made else { return HotLoop { entry: None, ask_at: u64::MAX } };
    session.totals.borrow_mut().osr_entries += 1;
    let entry = code.installed.entry as u64;
    let old = unit.with(func, |state| {
        let old = state.osr.iter().position(|(block, _)| *block == header);
        let old = old.map(|at| state.osr.swap_remove(at).1);
        state.osr.push((header, code));
        old
    });
    if let Some(old) = old {
        session.retire(old.installed);
    }
    HotLoop { entry: Some(entry), ask_at }
}
