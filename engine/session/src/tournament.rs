//! Measurement decides: variants of a hot function take turns in the running program.
//!
//! One tournament runs at a time, so that a function is not timed while its callees change
//! under it. The variants sit behind probes and take turns in the function's slot; a turn is a
//! few calls, and its figure their median. Turns are compared within a round only, as ratios to
//! the round's fastest, since the program's inputs change from round to round; a variant's
//! score is the median of its ratios. The verdict is kept with the function and its snapshot.

use alloc::collections::VecDeque;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_compile::{Entry, Options};
use bareflow_ir::FuncId;
use bareflow_ir::cfg::Cfg;
use bareflow_link::ProbeId;
use bareflow_profile::{FunctionProfile, Level};

use crate::measure::{Purpose, route};
use crate::session::Session;
use crate::tiers::compile;
use crate::unit::{Code, Unit, Verdict};

/// Rounds that decide.
const ROUNDS: usize = 15;
/// Rounds after which a variant that is clearly slower leaves.
const TRIAL: usize = 4;
/// Score, in thousandths of the fastest, beyond which it does.
const CLEARLY_SLOWER: u64 = 1_150;
/// How much faster than the default, in thousandths, another variant must be to replace it.
const MARGIN: u64 = 10;
/// Cycles a turn should take about.
const TURN_CYCLES: u64 = 200_000;
/// Nanoseconds without a turn after which a tournament gives way to one that is waiting.
const PATIENCE_NS: u64 = 100_000_000;

/// Tournaments: the one that runs, and those that wait.
#[derive(Default)]
pub(crate) struct Tournaments {
    waiting: VecDeque<(usize, FuncId)>,
    running: Option<Tournament>,
}

impl Tournaments {
    /// The code of `func` to fall back on while its variants take turns.
    pub(crate) fn standing(&self, unit: usize, func: FuncId) -> Option<&Code> {
        let running = self.running.as_ref()?;
        let code = &running.variants.first()?.code;
        (running.unit == unit && running.func == func).then_some(code)
    }
}

struct Tournament {
    unit: usize,
    func: FuncId,
    variants: Vec<Entrant>,
    /// Whose turn it is.
    turn: usize,
    rounds: usize,
    calls: u64,
    last_turn_ns: u64,
}

/// A variant that takes part.
struct Entrant {
    code: Code,
    probe: ProbeId,
    /// Median cycles of its turn in this round.
    now: Option<u64>,
    /// Median cycles of its turns.
    medians: Vec<u64>,
    /// Ratios to the fastest of each round, in thousandths.
    ratios: Vec<u64>,
    out: bool,
}

/// A way to make another variant of a function: its name and what it changes; `None` where it
/// makes no sense. Further compilers and ideas are further lines here.
type Strategy = fn(&Unit, FuncId, &FunctionProfile) -> Option<Options>;

const STRATEGIES: &[Strategy] = &[
    |_, _, _| Some(Options { inline_budget: Some(0), ..Options::default() }),
    |_, _, _| Some(Options { inline_budget: Some(400), ..Options::default() }),
    |unit, func, _| has_loop(unit, func).then(|| Options { unroll: Some(4), ..Options::default() }),
    |unit, func, _| {
        has_loop(unit, func).then(|| Options { align_loops: Some(32), ..Options::default() })
    },
    |_, _, profile| {
        let (param, value) = usual_value(profile)?;
        Some(Options { specialise: Some((param, value)), ..Options::default() })
    },
];

fn has_loop(unit: &Unit, func: FuncId) -> bool {
    !Cfg::of(unit.module().func(func)).loop_headers().is_empty()
}

/// A parameter that nearly always has the same value.
fn usual_value(profile: &FunctionProfile) -> Option<(u32, u64)> {
    profile.params.iter().find_map(|param| {
        let (value, count) = param.values.first().copied()?;
        let all: u64 = param.values.iter().map(|(_, count)| count).sum::<u64>() + param.other;
        (all >= 8 && count * 20 >= all * 19).then_some((param.param, value))
    })
}

/// `func` has reached the top level: it competes as soon as no other does.
pub(crate) fn enter(session: &Session, unit: usize, func: FuncId) {
    session.tournaments.borrow_mut().waiting.push_back((unit, func));
    give_way(session);
    start_next(session);
}

/// Ends a tournament whose function is no longer called, for another one that waits.
fn give_way(session: &Session) {
    let stale = {
        let tournaments = session.tournaments.borrow();
        let now = session.platform.now_ns();
        tournaments.running.as_ref().is_some_and(|running| {
            !tournaments.waiting.is_empty() && now - running.last_turn_ns > PATIENCE_NS
        })
    };
    if stale {
        let running = session.tournaments.borrow_mut().running.take();
        if let Some(running) = running {
            settle(session, running);
        }
    }
}

fn start_next(session: &Session) {
    loop {
        let next = {
            let mut tournaments = session.tournaments.borrow_mut();
            if tournaments.running.is_some() {
                return;
            }
            tournaments.waiting.pop_front()
        };
        let Some((index, func)) = next else { return };
        if let Some(tournament) = open(session, index, func) {
            let unit = &session.units[index];
            let first = &tournament.variants[0];
            let address = session.space().probe_address(first.probe);
            session.tournaments.borrow_mut().running = Some(tournament);
            route(session, unit, func, address);
            return;
        }
    }
}

/// Makes the variants. `None` when there is only one way to do it.
fn open(session: &Session, index: usize, func: FuncId) -> Option<Tournament> {
    let unit = &session.units[index];
    crate::measure::stop_sampling(session, unit, func);
    let profile = unit.profile(func);
    let default = unit.with(func, |state| state.code.take())?;
    let mut codes = Vec::from([default]);
    for strategy in STRATEGIES {
        let Some(options) = strategy(unit, func, &profile) else { continue };
        let made = compile(session, unit, func, Level::O3, Entry::Call, &options);
        let Ok(code) = made else { continue };
        if codes.iter().any(|other| same(&code, other)) {
            session.space_mut(|space| space.retire(code.installed));
        } else {
            codes.push(code);
        }
    }
    if codes.len() < 2 {
        let code = codes.pop()?;
        route(session, unit, func, code.installed.entry);
        unit.with(func, |state| {
            state.verdict = Some(Verdict { variants: Vec::from([(String::new(), 0)]), winner: 0 });
            state.code = Some(code);
        });
        return None;
    }
    let mut variants = Vec::new();
    for code in codes {
        match session.space_mut(|space| space.add_probe(code.installed.entry)) {
            Ok(probe) => {
                session.space().set_turn_length(probe, 4);
                session.probes.borrow_mut().insert(probe, Purpose::Variant(variants.len()));
                variants.push(Entrant {
                    code,
                    probe,
                    now: None,
                    medians: Vec::new(),
                    ratios: Vec::new(),
                    out: false,
                });
            }
            Err(_) => session.space_mut(|space| space.retire(code.installed)),
        }
    }
    session.explain(format_args!(
        "{}:{} competes in {} variants",
        unit.program.name,
        unit.name(func),
        variants.len()
    ));
    let last_turn_ns = session.platform.now_ns();
    let tournament =
        Tournament { unit: index, func, variants, turn: 0, rounds: 0, calls: 4, last_turn_ns };
    (!tournament.variants.is_empty()).then_some(tournament)
}

fn same(a: &Code, b: &Code) -> bool {
    a.object.text == b.object.text
        && a.object.consts == b.object.consts
        && a.object.relocs == b.object.relocs
}

/// The turn of variant `index` is over.
pub(crate) fn turn_over(session: &Session, probe: ProbeId, index: usize) {
    let running = session.tournaments.borrow_mut().running.take();
    let Some(mut running) = running else { return };
    let current = running.variants.get(running.turn).is_some_and(|entrant| entrant.probe == probe);
    if !current || index != running.turn {
        // A call of an earlier turn that ended late.
        session.tournaments.borrow_mut().running = Some(running);
        return;
    }
    let reading = session.space().take_reading(probe);
    running.last_turn_ns = session.platform.now_ns();
    let entrant = &mut running.variants[index];
    entrant.now = reading.median();
    entrant.medians.extend(entrant.now);
    let mean = reading.total / reading.calls.max(1);
    running.next(mean);
    if running.rounds >= ROUNDS
        || running.variants.iter().filter(|entrant| !entrant.out).count() < 2
    {
        settle(session, running);
        crate::save::save_if_due(session);
        start_next(session);
        return;
    }
    let next = running.variants[running.turn].probe;
    // What calls of earlier turns left there does not count.
    session.space().take_reading(next);
    session.space().set_turn_length(next, running.calls);
    let address = session.space().probe_address(next);
    let unit = &session.units[running.unit];
    let func = running.func;
    session.tournaments.borrow_mut().running = Some(running);
    route(session, unit, func, address);
}

impl Tournament {
    /// Passes the turn on; at the end of a round, judges it.
    fn next(&mut self, mean_cycles: u64) {
        let later = self.variants[self.turn + 1..].iter().position(|entrant| !entrant.out);
        if let Some(steps) = later {
            self.turn += 1 + steps;
            return;
        }
        self.judge();
        self.rounds += 1;
        self.calls = (TURN_CYCLES / mean_cycles.max(1)).clamp(1, 64);
        self.turn = self.variants.iter().position(|entrant| !entrant.out).unwrap_or(0);
    }

    fn judge(&mut self) {
        let fastest = self.variants.iter().filter_map(|entrant| entrant.now).min().unwrap_or(1);
        for entrant in &mut self.variants {
            if let Some(cycles) = entrant.now.take() {
                entrant.ratios.push(cycles.saturating_mul(1_000) / fastest.max(1));
            }
        }
        if self.rounds + 1 >= TRIAL {
            let best = self.variants.iter().map(Entrant::score).min().unwrap_or(1_000);
            for entrant in &mut self.variants {
                entrant.out |= entrant.score() * 1_000 > best * CLEARLY_SLOWER;
            }
        }
    }

    /// The fastest; the default unless another is faster by the margin.
    fn winner(&self) -> usize {
        let best = (0..self.variants.len())
            .min_by_key(|at| (self.variants[*at].score(), *at))
            .unwrap_or(0);
        let default = self.variants[0].score();
        let margin = default - default.min(self.variants[best].score());
        if margin * 1_000 >= MARGIN * default { best } else { 0 }
    }
}

impl Entrant {
    /// Median ratio to the fastest of each round; the worst there is before any.
    fn score(&self) -> u64 {
        median(&self.ratios).unwrap_or(u64::MAX / 1_000_000)
    }
}

fn median(values: &[u64]) -> Option<u64> {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied()
}

/// Keeps the winner and lets the others go.
fn settle(session: &Session, running: Tournament) {
    let unit = &session.units[running.unit];
    let func = running.func;
    session.totals.borrow_mut().unsaved = true;
    let winner = running.winner();
    let variants = running
        .variants
        .iter()
        .map(|entrant| (entrant.code.options.to_string(), median(&entrant.medians).unwrap_or(0)))
        .collect();
    // A tournament that was cut short is held again in the next boot, but not for ever: what is
    // called too seldom to decide it is not worth more variants.
    let risen = unit.with(func, |state| state.history.last().map(|(boot, _)| *boot));
    let decided = running.rounds >= TRIAL || risen.is_some_and(|boot| boot < session.boot);
    let verdict = Verdict { variants, winner: winner as u32 };
    session.explain(format_args!(
        "{}:{} settles on [{}] after {} rounds: {:?}",
        unit.program.name,
        unit.name(func),
        verdict.variants[winner].0,
        running.rounds,
        verdict.variants
    ));
    for (index, entrant) in running.variants.into_iter().enumerate() {
        session.probes.borrow_mut().remove(&entrant.probe);
        let reading = session.space().take_reading(entrant.probe);
        if index == winner {
            route(session, unit, func, entrant.code.installed.entry);
            unit.with(func, |state| {
                for cycles in &reading.samples {
                    state.cycles.record(*cycles);
                }
                for cycles in &entrant.medians {
                    state.cycles.record(*cycles);
                }
                state.code = Some(entrant.code);
                state.verdict = decided.then(|| verdict.clone());
            });
        } else {
            session.space_mut(|space| space.retire(entrant.code.installed));
        }
        session.space_mut(|space| space.remove_probe(entrant.probe));
    }
}

/// Ends all tournaments: nothing runs any more, or everything is about to be saved.
pub(crate) fn finish(session: &Session) {
    let running = {
        let mut tournaments = session.tournaments.borrow_mut();
        tournaments.waiting.clear();
        tournaments.running.take()
    };
    if let Some(running) = running {
        settle(session, running);
    }
}
