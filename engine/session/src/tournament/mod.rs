//! Measurement decides: variants of a hot function take turns in the running program.
//!
//! One tournament runs at a time, so that a function is not timed while its callees change
//! under it; the function that has taken most time comes first, and none comes before it has
//! taken enough to be worth the compiling. The variants sit behind probes and take turns in the
//! function's slot ([`contest`]). Between rounds the one in front runs unmeasured behind a gate,
//! as long as it takes to keep the cost of it all within its share of the program's time
//! ([`pace`]). The verdict is kept with the function and its snapshot.

mod contest;
mod pace;
#[cfg(test)]
mod simulated;
mod strategies;
mod worth;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_ir::FuncId;
use bareflow_link::ProbeId;
use bareflow_object::Entry;
use bareflow_profile::Level;

use crate::measure::{self, Purpose, route};
use crate::run::cycles;
use crate::session::Session;
use crate::tiers::compile;
use crate::unit::{Code, Unit, Verdict};
pub(crate) use contest::middle_mean;
use contest::{Contest, Step};
use pace::Pace;
use strategies::STRATEGIES;

/// Share of what a function has taken that a tournament may be expected to save of what it will
/// take, in thousandths.
const EXPECTED_GAIN: u64 = 30;
/// Cycles of a call below which a gate would cost too much of it: no rests.
const TINY_CYCLES: u64 = 200;
/// Nanoseconds without a turn after which a tournament gives way to one that is waiting.
const PATIENCE_NS: u64 = 100_000_000;
/// Cycles between two looks at who is waiting.
const LOOK_CYCLES: u64 = 1 << 23;
/// Options of an alternative that the job brings; see [`crate::Manifest::alternatives`].
const INSTEAD: &str = "instead=";

/// Tournaments: the one that runs, and those that wait.
#[derive(Default)]
pub(crate) struct Tournaments {
    waiting: Vec<Waiting>,
    running: Option<Tournament>,
    /// Cycles that those which are over have cost.
    spent: u64,
    held: u64,
    looked: u64,
}

/// A function that might have one.
struct Waiting {
    unit: usize,
    func: FuncId,
    /// When it came, in cycles.
    since: u64,
    /// What it had taken then.
    taken: u64,
}

struct Tournament {
    unit: usize,
    func: FuncId,
    variants: Vec<Entrant>,
    contest: Contest,
    /// Whether the one in front runs, until the next round.
    resting: bool,
    began: u64,
    /// When the round (or rest) began, and how many calls its turns were.
    round: (u64, u64),
    /// Calls made meanwhile.
    calls: u64,
    /// Cycles spent on compiling and on turns that ended.
    engine: u64,
    /// When to give up hope of another call, in nanoseconds.
    hope_ns: u64,
}

/// A variant that takes part.
struct Entrant {
    /// `None` for the first, the default, which is the function's own code meanwhile.
    code: Option<Code>,
    entry: usize,
    probe: ProbeId,
    name: String,
}

/// `func` has reached the top level: it competes when it is the one most worth it.
pub(crate) fn enter(session: &Session, unit: usize, func: FuncId) {
    let alternatives = &session.manifest.alternatives;
    let name = session.units[unit].name(func);
    let invited = alternatives.is_empty() || alternatives.iter().any(|(first, _)| first == name);
    if session.manifest.tournament_share == 0 || !invited {
        return;
    }
    let (since, taken) = (cycles(), measure::taken(session, &session.units[unit], func));
    {
        let mut all = session.tournaments.borrow_mut();
        all.waiting.retain(|other| (other.unit, other.func) != (unit, func));
        all.waiting.push(Waiting { unit, func, since, taken });
        all.looked = 0;
    }
    consider(session);
}

/// Starts a tournament if none runs and one is worth it.
pub(crate) fn consider(session: &Session) {
    {
        let mut all = session.tournaments.borrow_mut();
        let idle = session.began.get() == u64::MAX || all.waiting.is_empty();
        if idle || cycles().wrapping_sub(all.looked) < LOOK_CYCLES {
            return;
        }
        all.looked = cycles();
    }
    give_way(session);
    if session.tournaments.borrow().running.is_some() {
        return;
    }
    let Some((at, taken)) = hottest(session) else { return };
    let (index, func) = {
        let all = session.tournaments.borrow();
        (all.waiting[at].unit, all.waiting[at].func)
    };
    let unit = &session.units[index];
    let price = price(session, unit, func);
    let gain = taken / 1_000 * EXPECTED_GAIN;
    if gain < price || !pace(session, None).affords(price) {
        return;
    }
    session.tournaments.borrow_mut().waiting.swap_remove(at);
    let reason = format!(
        "{} kcycles of its own so far, compiling may take {}",
        taken / 1_000,
        price / 1_000
    );
    if let Some(tournament) = open(session, index, func, &reason) {
        begin_turn(session, tournament);
    }
}

/// Which of the waiting has taken most of the program's time, and how much.
fn hottest(session: &Session) -> Option<(usize, u64)> {
    let now = cycles();
    let all = session.tournaments.borrow();
    let taken = |waiting: &Waiting| {
        let unit = &session.units[waiting.unit];
        if unit.with(waiting.func, |state| state.watched.is_some()) {
            let taken = measure::taken(session, unit, waiting.func);
            return worth::own(session, unit, waiting.func, taken);
        }
        // Nobody counts it any more: as much a time as before it came.
        let before = waiting.since.saturating_sub(session.began.get()).max(1);
        let all = now.saturating_sub(session.began.get()).max(before);
        let taken = u128::from(waiting.taken) * u128::from(all) / u128::from(before);
        let taken = u64::try_from(taken).unwrap_or(u64::MAX);
        worth::own(session, unit, waiting.func, taken)
    };
    all.waiting.iter().map(taken).enumerate().max_by_key(|(_, taken)| *taken)
}

/// Cycles that making the variants of `func` will take, judging by how long its code took.
fn price(session: &Session, unit: &Unit, func: FuncId) -> u64 {
    let once = unit.with(func, |state| state.compile_ns / u64::from(state.compiles.max(1)));
    let instrs = unit.module().func(func).instrs.len() as u64;
    let once = once.max(session.model.borrow().cost(Level::O3, instrs));
    let tried = if session.manifest.alternatives.is_empty() { STRATEGIES.len() } else { 1 };
    let ns = once.saturating_mul(tried as u64);
    (u128::from(ns) * u128::from(session.platform.tsc_hz()) / 1_000_000_000) as u64
}

/// What tournaments may cost now; with what the given one has cost so far.
fn pace(session: &Session, running: Option<&Tournament>) -> Pace {
    let own = running.map_or(0, |running| running.engine + running.contest.cost());
    Pace {
        share: u64::from(session.manifest.tournament_share),
        elapsed: cycles().saturating_sub(session.began.get()),
        spent: session.tournaments.borrow().spent + own,
    }
}

/// Ends a tournament whose function is no longer called, for another one that waits.
fn give_way(session: &Session) {
    let stale = {
        let all = session.tournaments.borrow();
        let now = session.platform.now_ns();
        all.running.as_ref().is_some_and(|running| now > running.hope_ns)
    };
    if stale {
        let running = session.tournaments.borrow_mut().running.take();
        if let Some(running) = running {
            settle(session, running);
        }
    }
}

/// Makes the variants of `func` and their contest. `None` when there is only one way to do it.
fn open(session: &Session, index: usize, func: FuncId, reason: &str) -> Option<Tournament> {
    let unit = &session.units[index];
    let (began, before) = (cycles(), session.totals.borrow().compile_ns);
    measure::stop_sampling(session, unit, func);
    let default = unit.with(func, |state| state.code.as_ref().map(|code| code.installed.entry))?;
    // Its probe is given up: until the first turn it is its code itself.
    route(session, unit, func, default);
    let mut codes = variants(session, unit, func);
    if codes.is_empty() {
        unit.with(func, |state| {
            let variants = Vec::from([(String::new(), 0)]);
            state.verdict = Some(Verdict { variants, ..Verdict::default() });
        });
        measure::watch(session, unit, func);
        let spent = compiling(session, before);
        session.tournaments.borrow_mut().spent += spent;
        return None;
    }
    let mut entrants = Vec::new();
    let mut own = Vec::from([(None, default, String::new())]);
    own.extend(codes.drain(..).map(|(code, name)| {
        let entry = code.installed.entry;
        (Some(code), entry, name)
    }));
    for (code, entry, name) in own {
        match session.space_mut(|space| space.add_probe(entry)) {
            Ok(probe) => {
                session.probes.borrow_mut().insert(probe, Purpose::Variant(entrants.len()));
                entrants.push(Entrant { code, entry, probe, name });
            }
            Err(_) => code.into_iter().for_each(|code| session.retire(code.installed)),
        }
    }
    if entrants.len() < 2 || entrants[0].code.is_some() {
        // No probe is free: another time, perhaps.
        for entrant in entrants {
            dismiss(session, entrant);
        }
        return None;
    }
    let call_cycles = unit.with(func, |state| state.call_cycles());
    session.explain(format_args!(
        "{}:{} competes in {} variants: {reason}",
        unit.program.name,
        unit.name(func),
        entrants.len()
    ));
    let contest = Contest::new(entrants.len(), call_cycles, session.random(u64::MAX));
    Some(Tournament {
        unit: index,
        func,
        variants: entrants,
        contest,
        resting: false,
        began,
        round: (cycles(), 0),
        calls: 0,
        engine: compiling(session, before),
        hope_ns: 0,
    })
}

/// Cycles spent on compiling since that had taken `before` nanoseconds, on the platform's clock.
fn compiling(session: &Session, before: u64) -> u64 {
    let ns = session.totals.borrow().compile_ns.saturating_sub(before);
    (u128::from(ns) * u128::from(session.platform.tsc_hz()) / 1_000_000_000) as u64
}

/// Other code for `func` than its own, no two alike.
fn variants(session: &Session, unit: &Unit, func: FuncId) -> Vec<(Code, String)> {
    let profile = unit.profile(func);
    let mut codes: Vec<(Code, String)> = Vec::new();
    let mut add = |code: Code, name: String| {
        let own = unit.with(func, |state| state.code.as_ref().is_some_and(|own| same(&code, own)));
        if own || codes.iter().any(|(other, _)| same(&code, other)) {
            session.retire(code.installed);
        } else {
            codes.push((code, name));
        }
    };
    let alternatives = &session.manifest.alternatives;
    let alternative = alternatives.iter().find(|(name, _)| name == unit.name(func));
    if let Some(other) = alternative.and_then(|(_, other)| unit.find(other)) {
        // Measured against each other, and against nothing else.
        let options = crate::compilers::options(Level::O3, false);
        if let Ok(code) = compile(session, unit, other, Level::O3, Entry::Call, &options) {
            add(code, format!("{INSTEAD}{}", unit.name(other)));
        }
        return codes;
    }
    for strategy in STRATEGIES {
        let Some(options) = strategy(unit, func, &profile) else { continue };
        if let Ok(code) = compile(session, unit, func, Level::O3, Entry::Call, &options) {
            let name = code.options.to_string();
            add(code, name);
        }
    }
    codes
}

fn same(a: &Code, b: &Code) -> bool {
    a.object.text == b.object.text
        && a.object.consts == b.object.consts
        && a.object.relocs == b.object.relocs
}

/// Lets the entrant whose turn it is begin.
fn begin_turn(session: &Session, mut running: Tournament) {
    running.resting = false;
    running.hope_ns = session.platform.now_ns() + PATIENCE_NS;
    let entrant = &running.variants[running.contest.turn()];
    // What calls of earlier turns left there does not count.
    session.space().take_reading(entrant.probe);
    session.space().set_turn_length(entrant.probe, running.contest.calls());
    let address = session.space().probe_address(entrant.probe);
    let (unit, func) = (&session.units[running.unit], running.func);
    session.tournaments.borrow_mut().running = Some(running);
    route(session, unit, func, address);
}

/// Lets the one in front run for `calls` calls.
fn begin_rest(session: &Session, mut running: Tournament, calls: u64, period: u64) {
    running.resting = true;
    let expected = calls.saturating_mul(period) as u128 * 1_000_000_000;
    let expected = (expected / u128::from(session.platform.tsc_hz().max(1))) as u64;
    running.hope_ns = session.platform.now_ns() + PATIENCE_NS + expected.saturating_mul(4);
    running.round = (cycles(), calls);
    let probe = running.variants[running.contest.leader()].probe;
    session.space().take_reading(probe);
    session.space().set_turn_length(probe, 1);
    session.space().set_gate(probe, calls);
    let address = session.space().gate_address(probe);
    let (unit, func) = (&session.units[running.unit], running.func);
    session.tournaments.borrow_mut().running = Some(running);
    route(session, unit, func, address);
}

/// The turn of variant `index` is over, or its rest.
pub(crate) fn turn_over(session: &Session, probe: ProbeId, index: usize) {
    let now = cycles();
    let running = session.tournaments.borrow_mut().running.take();
    let Some(mut running) = running else { return };
    let expected = if running.resting { running.contest.leader() } else { running.contest.turn() };
    if index != expected || running.variants[expected].probe != probe {
        // A call of an earlier turn that ended late.
        session.tournaments.borrow_mut().running = Some(running);
        return;
    }
    if running.resting {
        running.calls += running.round.1;
        let period = (now - running.round.0) / running.round.1.max(1);
        match pace(session, Some(&running)).rest(period) {
            0 => {
                running.round = (now, 0);
                begin_turn(session, running);
            }
            calls => begin_rest(session, running, calls, period),
        }
        return;
    }
    let reading = session.space().take_reading(probe);
    let step = running.contest.report(&reading.samples);
    running.round.1 += reading.calls;
    running.calls += reading.calls;
    match step {
        Step::Turn => begin_turn(session, running),
        Step::Round => {
            let period = (now - running.round.0) / running.round.1.max(1);
            let tiny = running.contest.median(0) < TINY_CYCLES;
            running.engine += cycles() - now;
            match pace(session, Some(&running)).rest(period) {
                calls if calls > 0 && !tiny => begin_rest(session, running, calls, period),
                _ => {
                    running.round = (cycles(), 0);
                    begin_turn(session, running);
                }
            }
        }
        Step::Over => {
            running.engine += cycles() - now;
            settle(session, running);
            crate::save::save_if_due(session);
            consider(session);
        }
    }
}

/// Keeps the winner and lets the others go.
fn settle(session: &Session, running: Tournament) {
    let unit = &session.units[running.unit];
    let func = running.func;
    crate::save::learned(session);
    let contest = &running.contest;
    let winner = contest.winner();
    let spent = running.engine + contest.cost();
    let us = |cycles: u64| cycles / (session.platform.tsc_hz() / 1_000_000).max(1);
    let verdict = Verdict {
        variants: (running.variants.iter().enumerate())
            .map(|(at, entrant)| (entrant.name.clone(), contest.median(at)))
            .collect(),
        winner: winner as u32,
        rounds: contest.rounds() as u32,
        cost_us: us(spent),
        took_us: us(cycles() - running.began),
        settled_us: us(cycles().saturating_sub(session.began.get())),
    };
    // A tournament that was cut short is held again in the next boot, but not for ever: what is
    // called too seldom to decide it is not worth more variants.
    let risen = unit.with(func, |state| state.history.last().map(|(boot, _)| *boot));
    let over = contest.is_decided() || contest.rounds() >= contest::MOST_ROUNDS;
    let decided = over || risen.is_some_and(|boot| boot < session.boot);
    session.explain(format_args!(
        "{}:{} {} [{}] after {} rounds in {} us, which cost {} us: {:?}",
        unit.program.name,
        unit.name(func),
        if over { "settles on" } else { "goes on, undecided, with" },
        verdict.variants[winner].0,
        verdict.rounds,
        verdict.took_us,
        verdict.cost_us,
        verdict.variants
    ));
    {
        let mut all = session.tournaments.borrow_mut();
        all.spent += spent;
        all.held += 1;
    }
    route(session, unit, func, running.variants[winner].entry);
    let (median, calls) = (contest.median(winner), running.calls);
    for (index, mut entrant) in running.variants.into_iter().enumerate() {
        if index == winner
            && let Some(code) = entrant.code.take()
        {
            entrant.code = unit.with(func, |state| state.code.replace(code));
        }
        dismiss(session, entrant);
    }
    unit.with(func, |state| {
        if median > 0 {
            state.cycles.record(median);
            state.usual_cycles = median;
        }
        state.calls = state.calls.saturating_add(calls);
        state.verdict = decided.then_some(verdict);
    });
    measure::watch(session, unit, func);
}

/// Gives up an entrant's probe and code. No slot leads to them.
fn dismiss(session: &Session, entrant: Entrant) {
    session.probes.borrow_mut().remove(&entrant.probe);
    session.space_mut(|space| space.remove_probe(entrant.probe));
    if let Some(code) = entrant.code {
        session.retire(code.installed);
    }
}

/// Tournaments that are over, and what they have cost in thousandths of the program's time.
pub(crate) fn totals(session: &Session) -> (u64, u64) {
    let all = session.tournaments.borrow();
    let elapsed = u128::from(session.totals.borrow().program_cycles.max(1));
    (all.held, (u128::from(all.spent) * 1_000 / elapsed) as u64)
}

/// Ends all tournaments: nothing runs any more.
pub(crate) fn finish(session: &Session) {
    let running = {
        let mut all = session.tournaments.borrow_mut();
        all.waiting.clear();
        all.running.take()
    };
    if let Some(running) = running {
        settle(session, running);
    }
}
