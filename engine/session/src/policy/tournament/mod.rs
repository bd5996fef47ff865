//! Measurement decides: variants of a hot function take turns in the running program.
//!
//! One tournament runs at a time, so that a function is not timed while its callees change
//! under it; the function that has taken most time itself comes first, and none comes before it
//! has taken enough to be worth the compiling. A tournament goes through three stages: its variants
//! are *made* by the compilers, those that differ are *fielded* behind probes, and they take turns
//! in the function's slot ([`contest`]). Between rounds the one in front runs unmeasured behind a
//! gate, as long as it takes to keep the cost of it all within its share of the program's time
//! ([`pace`]). The verdict is kept with the function and its snapshot.

mod contest;
mod pace;
#[cfg(test)]
mod simulated;
mod strategies;
mod worth;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_link::ProbeReading;
use bareflow_object::Entry;
use bareflow_profile::Level;

use super::View;
use super::rising::compiler_options;
use super::stress::Random;
use crate::events::{Order, Orders, Purpose, Settlement, Wish};
use crate::key::FuncKey;
use crate::ledger::{Verdict, Watch};
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
#[derive(Debug)]
pub(crate) struct Tournaments {
    waiting: Vec<Waiting>,
    stage: Stage,
    /// Cycles that those which are over have cost.
    spent: u64,
    /// Tournaments that are over.
    held: u64,
    /// When it was last looked who is waiting, in cycles; `None`: to be looked at once.
    looked: Option<u64>,
    random: Random,
}

/// A function that might have one.
#[derive(Debug)]
struct Waiting {
    key: FuncKey,
    /// When it came, in cycles.
    since: u64,
    /// What it had taken then.
    taken: u64,
}

/// How far the present tournament is.
#[derive(Debug)]
enum Stage {
    /// There is none.
    Idle,
    /// Variants are being compiled.
    Making(Making),
    /// They take turns.
    Running(Box<Running>),
}

#[derive(Debug)]
struct Making {
    key: FuncKey,
    reason: String,
    /// When it began, in cycles.
    began: u64,
    /// Variants that are not there yet.
    awaited: usize,
    /// Nanoseconds spent on compiling so far.
    compile_ns: u64,
}

#[derive(Debug)]
struct Running {
    key: FuncKey,
    /// Names of the entrants, the default first.
    names: Vec<String>,
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

/// Who takes part, after the curator has given the variants probes.
#[derive(Debug)]
pub(crate) enum Fielded {
    /// These, the default first.
    Names(Vec<String>),
    /// There is only one way to compile the function.
    Alike,
    /// There are no probes for them: another time, perhaps.
    NoProbes,
}

impl Tournaments {
    /// None yet. Whose turn comes when is drawn from a sequence that `seed` determines.
    pub(crate) fn new(seed: u64) -> Self {
        Self {
            waiting: Vec::new(),
            stage: Stage::Idle,
            spent: 0,
            held: 0,
            looked: Some(0),
            random: Random::new(seed),
        }
    }

    /// A function has reached the top level: it competes when it is the one most worth it.
    pub(crate) fn enter(&mut self, view: &View<'_>, key: FuncKey) -> Orders {
        let manifest = view.facts.manifest();
        let (alternatives, name) = (&manifest.alternatives, view.facts.name(key));
        let invited =
            alternatives.is_empty() || alternatives.iter().any(|(first, _)| first == name);
        let settled = view.ledger.at(key).verdict.is_some();
        if manifest.tournament_share == 0 || !invited || settled {
            return Vec::new();
        }
        self.waiting.retain(|other| other.key != key);
        self.waiting.push(Waiting { key, since: view.now.cycles, taken: view.taken(key) });
        self.looked = None;
        self.consider(view)
    }

    /// Starts a tournament if none runs and one is worth it.
    pub(crate) fn consider(&mut self, view: &View<'_>) -> Orders {
        let now = view.now.cycles;
        let lately = self.looked.is_some_and(|looked| now.wrapping_sub(looked) < LOOK_CYCLES);
        if view.ledger.began.is_none() || self.waiting.is_empty() || lately {
            return Vec::new();
        }
        self.looked = Some(now);
        let mut orders = self.give_way(view);
        if !matches!(self.stage, Stage::Idle) {
            return orders;
        }
        let Some((at, taken)) = self.hottest(view) else { return orders };
        let key = self.waiting[at].key;
        let price = price(view, key);
        let gain = taken / 1_000 * EXPECTED_GAIN;
        if gain < price || !self.pace(view, 0).affords(price) {
            return orders;
        }
        self.waiting.swap_remove(at);
        let reason = format!(
            "{} kcycles of its own so far, compiling may take {}",
            taken / 1_000,
            price / 1_000
        );
        orders.extend(self.open(view, key, reason));
        orders
    }

    /// Which of the waiting has taken most of the program's time, and how much.
    fn hottest(&self, view: &View<'_>) -> Option<(usize, u64)> {
        let taken = |waiting: &Waiting| {
            let key = waiting.key;
            if matches!(view.ledger.at(key).watch, Watch::Gated { .. }) {
                return worth::own(view, key, view.taken(key));
            }
            // Nobody counts it any more: as much a time as before it came.
            let before = view.ledger.elapsed(waiting.since).max(1);
            let all = view.elapsed().max(before);
            let taken = u128::from(waiting.taken) * u128::from(all) / u128::from(before);
            worth::own(view, key, u64::try_from(taken).unwrap_or(u64::MAX))
        };
        self.waiting.iter().map(taken).enumerate().max_by_key(|(_, taken)| *taken)
    }

    /// What tournaments may cost now; with what the one that runs has cost so far.
    fn pace(&self, view: &View<'_>, own: u64) -> Pace {
        Pace {
            share: u64::from(view.facts.manifest().tournament_share),
            elapsed: view.elapsed(),
            spent: self.spent + own,
        }
    }

    /// Ends a tournament whose function is no longer called, for another one that waits.
    fn give_way(&mut self, view: &View<'_>) -> Orders {
        match &self.stage {
            Stage::Running(running) if view.now.ns > running.hope_ns => self.finish(view),
            _ => Vec::new(),
        }
    }

    /// Has the variants of a function made.
    fn open(&mut self, view: &View<'_>, key: FuncKey, reason: String) -> Orders {
        let wishes = wishes(view, key);
        // Until the first turn the slot leads to its code itself.
        let mut orders = Vec::from([Order::Unwatch(key)]);
        let awaited = wishes.len();
        let began = view.now.cycles;
        self.stage = Stage::Making(Making { key, reason, began, awaited, compile_ns: 0 });
        orders.extend(wishes.into_iter().map(|wish| Order::Compile(Box::new(wish))));
        if awaited == 0 {
            orders.push(Order::Field(key));
        }
        orders
    }

    /// A variant of `key` was compiled, or could not be; it took `ns` nanoseconds.
    pub(crate) fn made(&mut self, key: FuncKey, ns: u64) -> Option<Order> {
        let Stage::Making(making) = &mut self.stage else { return None };
        if making.key != key {
            return None;
        }
        making.awaited = making.awaited.saturating_sub(1);
        making.compile_ns += ns;
        (making.awaited == 0).then_some(Order::Field(key))
    }

    /// The variants that were made have probes now, or not.
    pub(crate) fn fielded(&mut self, view: &View<'_>, who: Fielded) -> Orders {
        let Stage::Making(making) = core::mem::replace(&mut self.stage, Stage::Idle) else {
            return Vec::new();
        };
        let engine = view.cycles_in(making.compile_ns);
        let key = making.key;
        let names = match who {
            Fielded::Names(names) => names,
            Fielded::Alike => {
                self.spent += engine;
                let variants = Vec::from([(String::new(), 0)]);
                let verdict = Some(Verdict { variants, ..Verdict::default() });
                let alone = Settlement { key, winner: 0, median: 0, calls: 0, verdict };
                return Vec::from([Order::Settle(Box::new(alone))]);
            }
            Fielded::NoProbes => return Vec::new(),
        };
        let entrants = names.len();
        let text =
            format!("{} competes in {entrants} variants: {}", view.label(key), making.reason);
        let call_cycles = view.ledger.at(key).call_cycles();
        let mut running = Box::new(Running {
            key,
            names,
            contest: Contest::new(entrants, call_cycles, self.random.below(u64::MAX)),
            resting: false,
            began: making.began,
            round: (view.now.cycles, 0),
            calls: 0,
            engine,
            hope_ns: 0,
        });
        let turn = running.begin_turn(view);
        self.stage = Stage::Running(running);
        Vec::from([Order::Explain(text), turn])
    }

    /// The turn of an entrant is over, or its rest. `reading` is what its probe has measured.
    pub(crate) fn turn_over(
        &mut self,
        view: &View<'_>,
        entrant: usize,
        reading: &ProbeReading,
    ) -> Orders {
        let now = view.now.cycles;
        let Stage::Running(running) = &self.stage else { return Vec::new() };
        let own = running.engine + running.contest.cost();
        let pace = self.pace(view, own);
        let Stage::Running(running) = &mut self.stage else { return Vec::new() };
        if running.resting {
            if entrant != running.contest.leader() {
                return Vec::new();
            }
            running.calls += running.round.1;
            let period = (now - running.round.0) / running.round.1.max(1);
            return Vec::from([match pace.rest(period) {
                0 => {
                    running.round = (now, 0);
                    running.begin_turn(view)
                }
                calls => running.begin_rest(view, calls, period),
            }]);
        }
        if entrant != running.contest.turn() {
            // A call of an earlier turn that ended late.
            return Vec::new();
        }
        let step = running.contest.report(&reading.samples);
        running.round.1 += reading.calls;
        running.calls += reading.calls;
        match step {
            Step::Turn => Vec::from([running.begin_turn(view)]),
            Step::Round => {
                let period = (now - running.round.0) / running.round.1.max(1);
                let tiny = running.contest.median(0) < TINY_CYCLES;
                let pace = Pace { spent: self.spent + running.cost(), ..pace };
                Vec::from([match pace.rest(period) {
                    calls if calls > 0 && !tiny => running.begin_rest(view, calls, period),
                    _ => {
                        running.round = (now, 0);
                        running.begin_turn(view)
                    }
                }])
            }
            Step::Over => {
                let mut orders = self.finish(view);
                orders.extend(self.consider(view));
                orders
            }
        }
    }

    /// Which entrant a probe that has measured enough should belong to; `None` when no turn is
    /// under way.
    pub(crate) fn expects(&self) -> Option<usize> {
        let Stage::Running(running) = &self.stage else { return None };
        Some(if running.resting { running.contest.leader() } else { running.contest.turn() })
    }

    /// Ends the one that runs: keeps the winner and lets the others go.
    fn finish(&mut self, view: &View<'_>) -> Orders {
        let running = match core::mem::replace(&mut self.stage, Stage::Idle) {
            Stage::Running(running) => running,
            other => {
                self.stage = other;
                return Vec::new();
            }
        };
        let key = running.key;
        let contest = &running.contest;
        let winner = contest.winner();
        let spent = running.cost();
        self.spent += spent;
        self.held += 1;
        let us = |cycles: u64| cycles / (view.facts.tsc_hz() / 1_000_000).max(1);
        let medians = (0..running.names.len()).map(|at| contest.median(at));
        let verdict = Verdict {
            variants: running.names.iter().cloned().zip(medians).collect(),
            winner: winner as u32,
            rounds: contest.rounds() as u32,
            cost_us: us(spent),
            took_us: us(view.now.cycles - running.began),
            settled_us: us(view.elapsed()),
        };
        // A tournament that was cut short is held again in the next boot, but not for ever: what
        // is called too seldom to decide it is not worth more variants.
        let risen = view.ledger.at(key).history.last().map(|(boot, _)| *boot);
        let over = contest.is_decided() || contest.rounds() >= contest::MOST_ROUNDS;
        let decided = over || risen.is_some_and(|boot| boot < view.ledger.boot);
        let text = format!(
            "{} {} [{}] after {} rounds in {} us, which cost {} us: {:?}",
            view.label(key),
            if over { "settles on" } else { "goes on, undecided, with" },
            verdict.variants[winner].0,
            verdict.rounds,
            verdict.took_us,
            verdict.cost_us,
            verdict.variants
        );
        let settlement = Settlement {
            key,
            winner,
            median: contest.median(winner),
            calls: running.calls,
            verdict: decided.then_some(verdict),
        };
        Vec::from([Order::Explain(text), Order::Settle(Box::new(settlement))])
    }

    /// Ends all tournaments: nothing runs any more.
    pub(crate) fn end(&mut self, view: &View<'_>) -> Orders {
        self.waiting.clear();
        let orders = self.finish(view);
        self.stage = Stage::Idle;
        orders
    }

    /// Tournaments that are over, and what they have cost in cycles.
    pub(crate) fn totals(&self) -> (u64, u64) {
        (self.held, self.spent)
    }
}

impl Running {
    /// Cycles it has cost so far.
    fn cost(&self) -> u64 {
        self.engine + self.contest.cost()
    }

    /// Lets the entrant whose turn it is begin.
    fn begin_turn(&mut self, view: &View<'_>) -> Order {
        self.resting = false;
        self.hope_ns = view.now.ns + PATIENCE_NS;
        Order::Turn { key: self.key, entrant: self.contest.turn(), calls: self.contest.calls() }
    }

    /// Lets the one in front run for `calls` calls.
    fn begin_rest(&mut self, view: &View<'_>, calls: u64, period: u64) -> Order {
        self.resting = true;
        let expected = u128::from(calls.saturating_mul(period)) * 1_000_000_000;
        let expected = (expected / u128::from(view.facts.tsc_hz().max(1))) as u64;
        self.hope_ns = view.now.ns + PATIENCE_NS + expected.saturating_mul(4);
        self.round = (view.now.cycles, calls);
        Order::Rest { key: self.key, entrant: self.contest.leader(), calls }
    }
}

/// Cycles that making the variants of a function will take, judging by how long its code took.
fn price(view: &View<'_>, key: FuncKey) -> u64 {
    let standing = view.ledger.at(key);
    let once = standing.compile_ns / u64::from(standing.compiles.max(1));
    let once = once.max(view.ledger.model.cost(Level::O3, view.instrs(key)));
    let alone = !view.facts.manifest().alternatives.is_empty();
    let tried = if alone { 1 } else { STRATEGIES.len() };
    view.cycles_in(once.saturating_mul(tried as u64))
}

/// The variants of a function that are worth trying.
fn wishes(view: &View<'_>, key: FuncKey) -> Vec<Wish> {
    let wish = |compiled: FuncKey, options, name| Wish {
        key: compiled,
        level: Level::O3,
        entry: Entry::Call,
        options,
        purpose: Purpose::Variant { of: key, name },
        heat: 0,
        reason: String::new(),
    };
    let alternatives = &view.facts.manifest().alternatives;
    let instead = alternatives.iter().find(|(name, _)| name == view.facts.name(key));
    if let Some(other) = instead.and_then(|(_, other)| view.facts.find(key.image, other)) {
        // Measured against each other, and against nothing else.
        let other = FuncKey { func: other, ..key };
        let name = format!("{INSTEAD}{}", view.facts.name(other));
        return Vec::from([wish(other, compiler_options(Level::O3, false), Some(name))]);
    }
    let func = view.facts.module(key.image).func(key.func);
    let profile = view.profile(key);
    let ideas = STRATEGIES.iter().filter_map(|strategy| strategy(func, &profile));
    ideas.map(|options| wish(key, options, None)).collect()
}
