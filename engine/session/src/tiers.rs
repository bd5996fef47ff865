//! When functions rise, and how far.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;

use bareflow_interp::HotLoop;
use bareflow_ir::{BlockId, FuncId};
use bareflow_link::{LinkError, SlotId};
use bareflow_object::{Entry, Options, Request};
use bareflow_profile::Level;

use crate::session::Session;
use crate::unit::{Code, Counter, Unit};
use crate::{adaptive, compilers, measure, save, stress, tournament};

/// Share of the calls to O1 after which a function is compiled at all: what is called a few
/// times is not worth even a fast compiler.
const O0_SHARE: u64 = 10;

/// Back edges of one interpreted loop after which the adaptive mode looks at it.
pub(crate) const FIRST_LOOP: u64 = 1_000;

/// Calls after which a function is first looked at in the adaptive mode.
pub(crate) const FIRST_LOOK: u64 = 2;

/// Calls after which a function rises to `level`.
pub(crate) fn threshold(session: &Session, level: Level) -> u64 {
    let thresholds = session.manifest.thresholds;
    match level {
        Level::Interp => 0,
        Level::O0 => (thresholds.0 / O0_SHARE).max(1),
        Level::O1 => thresholds.0,
        Level::O2 => thresholds.1,
        Level::O3 => thresholds.2,
    }
}

/// The level that `calls` calls deserve.
pub(crate) fn deserved(session: &Session, calls: u64) -> Level {
    let reached = |level: &Level| calls >= threshold(session, *level);
    Level::ALL.into_iter().rev().find(reached).unwrap_or_default()
}

/// The level above.
fn above(level: Level) -> Option<Level> {
    Level::ALL.into_iter().find(|other| *other > level)
}

/// An interpreted function was called `calls` times. Answers when to report next.
pub(crate) fn interpreted_calls(session: &Session, unit: &Unit, func: FuncId, calls: u64) -> u64 {
    if session.manifest.level.is_some() {
        return u64::MAX;
    }
    if stress::is_on(session) {
        return calls.saturating_add(stress::change(session, unit, func));
    }
    if session.manifest.adaptive {
        look(session, unit, func, calls);
        let goes_on = unit.with(func, |state| state.refused.is_none());
        return if goes_on { calls.saturating_mul(2) } else { u64::MAX };
    }
    // What earlier boots called often is not put to the test again.
    let before =
        unit.with(func, |state| state.before.calls.saturating_add(state.before.back_edges));
    let all = calls.saturating_add(before);
    let level = deserved(session, all);
    if level > Level::Interp {
        rise(session, unit, func, level, all, &format!("{all} calls"));
    }
    match above(level) {
        Some(next) if unit.with(func, |state| state.refused.is_none()) => {
            threshold(session, next).saturating_sub(before)
        }
        _ => u64::MAX,
    }
}

/// Weighs whether `func` should rise, in the adaptive mode; whether it did.
fn look(session: &Session, unit: &Unit, func: FuncId, calls: u64) -> bool {
    let decision = adaptive::decide(session, unit, func, Level::O0);
    match decision.level {
        Some(level) => rise(session, unit, func, level, calls, &decision.reason),
        None => {
            session.explain(format_args!(
                "{}:{} stays: {calls} calls, {}",
                unit.program.name,
                unit.name(func),
                decision.reason
            ));
            false
        }
    }
}

/// A counter of instrumented code ran out: `extern "C"`, called by that code.
pub(crate) extern "C" fn counter_ran_out(address: u64) {
    let Some(session) = Session::current() else { return };
    let owner = session.counters.borrow().get(&address).copied();
    let Some((unit, func)) = owner else { return };
    let unit = &session.units[unit];
    let (calls, level) = unit.with(func, |state| {
        // Until it is set anew, far away: a function that cannot rise asks no more.
        state.set_counter(i64::MAX);
        (state.native_heat(), state.level())
    });
    if stress::is_on(session) {
        stress::change(session, unit, func);
        return;
    }
    let calls = calls.saturating_add(unit.interp.calls(func));
    if session.manifest.adaptive {
        if !look(session, unit, func, calls) {
            rearm(session, unit, func, level, calls);
        }
        return;
    }
    let level = deserved(session, calls).max(above(level).unwrap_or(level));
    rise(session, unit, func, level, calls, &format!("{calls} calls and loops"));
}

/// A loop goes round and round in an interpreted call.
pub(crate) fn hot_loop(
    session: &Session,
    unit: &Unit,
    func: FuncId,
    header: BlockId,
    back_edges: u64,
) -> HotLoop {
    let never = HotLoop { entry: None, ask_at: u64::MAX };
    if session.manifest.level.is_some() || unit.with(func, |state| state.refused.is_some()) {
        return never;
    }
    if stress::is_on(session) {
        return stress::hot_loop(session, unit, func, header, back_edges);
    }
    let mut reason = format!("{back_edges} back edges");
    if session.manifest.adaptive {
        let decision = adaptive::decide(session, unit, func, Level::O2);
        reason = decision.reason;
        if decision.level.is_none() {
            return HotLoop { entry: None, ask_at: back_edges.saturating_mul(2) };
        }
    }
    let known = unit.with(func, |state| {
        let entry = state.osr.iter().find(|(block, _)| *block == header);
        entry.map(|(_, code)| code.installed.entry as u64)
    });
    let entry = known.or_else(|| {
        // The call in progress may be the only one there ever is, so its code is made well and
        // counts nothing.
        let options = compilers::options(Level::O2, false);
        let code = try_compile(session, unit, func, Level::O2, Entry::Loop(header), &options)?;
        session.explain(format_args!(
            "{}:{} continues at {} in block {}: {reason}",
            unit.program.name,
            unit.name(func),
            Level::O2,
            header.0
        ));
        let entry = code.installed.entry as u64;
        unit.with(func, |state| state.osr.push((header, code)));
        Some(entry)
    });
    if entry.is_some() {
        session.totals.borrow_mut().osr_entries += 1;
        // The next call should not have to find out again.
        let calls = threshold(session, Level::O2);
        rise(session, unit, func, Level::O2, calls, "continued in a loop");
    }
    HotLoop { entry, ask_at: u64::MAX }
}

/// Brings `func` to `level` if it is below, for all calls to come; whether that was done.
pub(crate) fn rise(
    session: &Session,
    unit: &Unit,
    func: FuncId,
    level: Level,
    calls: u64,
    reason: &str,
) -> bool {
    let (from, refused) = unit.with(func, |state| (state.level(), state.refused.is_some()));
    if from >= level || refused || unit.module().func(func).is_declaration() {
        return false;
    }
    let rises = session.manifest.level.is_none();
    let options = compilers::options(level, rises);
    let made = try_compile(session, unit, func, level, Entry::Call, &options);
    let Some(code) = made else { return false };
    session.explain(format_args!(
        "{}:{} rises from {from} to {level}: {reason}, {} bytes",
        unit.program.name,
        unit.name(func),
        code.object.text.len()
    ));
    publish(session, unit, func, code);
    unit.with(func, |state| state.history.push((session.boot, level)));
    rearm(session, unit, func, level, calls);
    if level == Level::O3 && rises {
        compete(session, unit, func);
    }
    save::save_if_due(session);
    true
}

/// Lets `func`, which is at the top level, compete against variants of itself.
pub(crate) fn compete(session: &Session, unit: &Unit, func: FuncId) {
    let settled = unit.with(func, |state| state.verdict.is_some());
    if let Some((index, _)) = session.owners.get(&unit.slot(func)).copied()
        && !settled
    {
        tournament::enter(session, index, func);
    }
}

/// Sets the counter of a function that has risen to `level` after `calls` calls to run out when
/// it is to rise again.
pub(crate) fn rearm(session: &Session, unit: &Unit, func: FuncId, level: Level, calls: u64) {
    let Some(next) = above(level) else { return };
    let left = if session.manifest.adaptive {
        // Looked at again when it has taken about as much again.
        calls.max(FIRST_LOOK)
    } else {
        threshold(session, next).saturating_sub(calls).max(1)
    };
    unit.with(func, |state| state.set_counter(left as i64));
}

/// Makes `code` what calls of `func` run. The code it replaces is freed when nobody is in it.
pub(crate) fn publish(session: &Session, unit: &Unit, func: FuncId, code: Code) {
    let entry = measure::sample(session, unit, func, code.installed.entry);
    measure::route(session, unit, func, entry);
    let old = unit.with(func, |state| {
        state.before_rise = state.code.as_ref().map(|old| (old.level, state.usual_cycles));
        state.usual_cycles = 0;
        state.calls_at_rise = state.native_calls();
        state.code.replace(code)
    });
    if let Some(old) = old {
        session.totals.borrow_mut().swaps += 1;
        session.retire(old.installed);
    }
}

/// Compiles and installs; `None` when that cannot be done, which is logged and remembered.
pub(crate) fn try_compile(
    session: &Session,
    unit: &Unit,
    func: FuncId,
    level: Level,
    entry: Entry,
    options: &Options,
) -> Option<Code> {
    match compile(session, unit, func, level, entry, options) {
        Ok(code) => Some(code),
        Err(why) => {
            session.log(format_args!("{}: not compiled at {level}: {why}", unit.program.name));
            unit.with(func, |state| state.refused = Some(why));
            None
        }
    }
}

/// Compiles and installs.
///
/// # Errors
/// Why that cannot be done.
pub(crate) fn compile(
    session: &Session,
    unit: &Unit,
    func: FuncId,
    level: Level,
    entry: Entry,
    options: &Options,
) -> Result<Code, String> {
    let compiler = session.compilers.of(level).ok_or("no compiler on board")?;
    let mut evidence = unit.evidence.borrow_mut();
    let told = level >= Level::O2;
    let epoch = told.then(|| evidence.update(unit.module().func_ids().map(|f| unit.profile(f))));
    let request = Request {
        module: unit.module(),
        func,
        level,
        entry,
        profile: if told { evidence.now() } else { &[] },
        cpu: session.cpu,
        options,
    };
    let start = session.platform.now_ns();
    let made = compiler.compile(&request);
    let ns = session.platform.now_ns() - start;
    drop(evidence);
    unit.with(func, |state| {
        state.compiles += 1;
        state.compile_ns += ns;
    });
    {
        let mut totals = session.totals.borrow_mut();
        totals.compiles += 1;
        totals.compile_ns += ns;
    }
    save::learned(session);
    let instrs = unit.module().func(func).instrs.len() as u64;
    session.model.borrow_mut().compiled(level, instrs, ns);
    let object = made.map_err(|error| error.to_string())?;
    let installed = install(session, unit, &object, level).map_err(|error| error.to_string())?;
    Ok(Code {
        object: Arc::new(object),
        installed,
        level,
        compiler: compiler.name(),
        cpu: session.cpu,
        options: options.clone(),
        epoch,
    })
}

/// Puts an object into code memory, with counters for the functions it counts.
pub(crate) fn install(
    session: &Session,
    unit: &Unit,
    object: &bareflow_object::Object,
    level: Level,
) -> Result<bareflow_link::Installed, LinkError> {
    for reloc in &object.relocs {
        if let bareflow_object::Target::Symbol(name) = &reloc.target
            && let Some(counted) = name.strip_prefix(COUNTER)
            && let Some(func) = unit.find(counted)
        {
            ensure_counter(session, unit, func, name)?;
        }
    }
    let install = || {
        session.space_mut(|space| {
            let counters = |name: &str| {
                let func = unit.find(name.strip_prefix(COUNTER)?)?;
                unit.with(func, |state| state.counter.map(|counter| counter.address))
            };
            space.install(object, level, |name| unit.symbol(name).or_else(|| counters(name)))
        })
    };
    match install() {
        // Perhaps all that is missing is what nobody has tidied up.
        Err(LinkError::Full { .. }) if session.collect() > 0 => install(),
        done => done,
    }
}

/// Prefix of the symbol of a function's counter.
pub(crate) const COUNTER: &str = "__bf_counter.";

fn ensure_counter(
    session: &Session,
    unit: &Unit,
    func: FuncId,
    symbol: &str,
) -> Result<(), LinkError> {
    if unit.with(func, |state| state.counter.is_some()) {
        return Ok(());
    }
    let name = format!("{}:{symbol}", unit.program.name);
    let address = session.space_mut(|space| space.define_data(&name, 16, 16))? as u64;
    let mut counter = Counter { address, set: 0 };
    counter.write(i64::MAX);
    unit.with(func, |state| state.counter = Some(counter));
    let owner = session.owners.get(&unit.slot(func)).copied();
    session.counters.borrow_mut().extend(owner.map(|owner| (address, owner)));
    Ok(())
}

/// Compiles everything the unit can reach at the one level that was asked for.
pub(crate) fn compile_all(session: &Session, unit: &Unit, level: Level) {
    for func in unit.module().func_ids() {
        rise(session, unit, func, level, 0, "the one level asked for");
    }
}

/// The slots of a unit's functions, to find them by.
pub(crate) fn owned_slots(
    index: usize,
    unit: &Unit,
) -> impl Iterator<Item = (SlotId, (usize, FuncId))> {
    let defined = |func: &FuncId| !unit.module().func(*func).is_declaration();
    unit.module().func_ids().filter(defined).map(move |func| (unit.slot(func), (index, func)))
}
