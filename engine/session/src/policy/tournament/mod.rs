//! Measurement decides: variants of a hot function take turns in the running program.
//!
//! One tournament runs at a time, so that a function is not timed while its callees change
//! under it; the function that has taken most time itself comes first, and none comes before it
//! has taken enough to be worth the compiling. A tournament goes through three stages: its variants
//! are *made* by the compilers, those that differ are *fielded* behind probes, and they take turns
//! in the function's slot ([`contest`]). Between rounds the one in front runs unmeasured behind a
//! gate, as long as it takes to keep the cost of it all within its share of the program's time
//! ([`pace`]). The verdict is kept with the function and its snapshot.

mod compilers;
mod contest;
mod pace;
#[cfg(test)]
mod simulated;
mod variants;
mod waiting;
mod worth;

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_link::ProbeReading;

use super::View;
use super::stress::Random;
use crate::events::{Order, Orders, Settlement};
use crate::key::FuncKey;
use crate::ledger::Verdict;
use contest::{Contest, Step};
use pace::Pace;
use waiting::Waiting;

/// Share of what a function has taken that a tournament may be expected to save of what it will
/// take, in thousandths. The twelve modules by LLVM save a tenth by geometric mean, four of them all of it.
const EXPECTED_GAIN: u64 = 60;
/// Cycles of a call below which a gate would cost too much of it: no rests.
const TINY_CYCLES: u64 = 200;
/// Nanoseconds without a turn after which a tournament gives way to one that is waiting.
const PATIENCE_NS: u64 = 100_000_000;
/// Functions that are watched for the time alone, at most: one may begin to compete, or be called no more.
const CLOCKS: usize = 3;
/// Cycles without a call after which another function tells the time.
const LOST_CYCLES: u64 = 1 << 28;
/// Cycles between two looks at who is waiting.
const LOOK_CYCLES: u64 = 1 << 23;

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
    /// Functions that are called often and watched all the same, and when they were last heard of, in cycles.
    clocks: Vec<(FuncKey, u64)>,
    /// Functions that another compiler was asked for in this boot.
    challenged: Vec<FuncKey>,
    random: Random,
}

/// Between whom it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Between {
    /// The code of the built-in compiler and that of one that nobody has named ([`compilers`]).
    Compilers,
    /// Variants of what made the function's code.
    Variants,
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
    between: Between,
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
    between: Between,
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
            clocks: Vec::new(),
            challenged: Vec::new(),
            random: Random::new(seed),
        }
    }

    /// A function has reached the top level: it competes when it is the one most worth it.
    pub(crate) fn enter(&mut self, view: &View<'_>, key: FuncKey) -> Orders {
        let manifest = view.facts.manifest();
        let (alternatives, name) = (&manifest.alternatives, view.facts.name(key));
        let invited =
            alternatives.is_empty() || alternatives.iter().any(|(first, _)| first == name);
        let open = self.is_open(view, key, Between::Variants)
            || self.is_open(view, key, Between::Compilers) && view.facts.challenger().is_some();
        if manifest.tournament_share == 0 || !invited || !open {
            return Vec::new();
        }
        self.wait(view, key);
        self.looked = None;
        self.consider(view)
    }

    /// Puts a function among those that wait.
    fn wait(&mut self, view: &View<'_>, key: FuncKey) {
        self.waiting.retain(|other| other.key != key);
        self.waiting.push(Waiting::new(view, key));
    }

    /// Whether a tournament of this kind could change what a function's code is.
    fn is_open(&self, view: &View<'_>, key: FuncKey, between: Between) -> bool {
        let verdict = view.ledger.at(key).verdict.as_ref();
        match between {
            Between::Variants => {
                verdict.is_none_or(Verdict::is_of_compilers) && !worth::is_link(view, key)
            }
            Between::Compilers => {
                let alone = view.facts.manifest().alternatives.is_empty();
                alone && !self.challenged.contains(&key) && compilers::is_open(view, key)
            }
        }
    }

    /// Whether a function stays watched though it is called often: one of the few whose calls tell when it is time for
    /// what waits.
    pub(crate) fn keeps(&mut self, view: &View<'_>, key: FuncKey) -> bool {
        let mut kinds = [Between::Compilers, Between::Variants].into_iter();
        let is_open =
            |kind| self.waiting.iter().any(|waiting| self.is_open(view, waiting.key, kind));
        let wanted = view.facts.manifest().tournament_share > 0 && kinds.any(is_open);
        let now = view.now.cycles;
        self.clocks.retain(|(other, last)| *other != key && now.wrapping_sub(*last) < LOST_CYCLES);
        let keeps = wanted && self.clocks.len() < CLOCKS;
        if keeps {
            self.clocks.push((key, now));
        }
        keeps
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
        if let Some((at, between, reason)) = self.next(view) {
            let Waiting { key, .. } = self.waiting.swap_remove(at);
            orders.extend(self.open(view, key, between, reason));
        }
        orders
    }

    /// Which of the waiting has a tournament next, if that is worth it, and why.
    fn next(&self, view: &View<'_>) -> Option<(usize, Between, String)> {
        let taken = Waiting::taken(&self.waiting, view);
        // The one that has taken most of the program's time comes first.
        let hottest = |between| {
            let open = |at: &usize| self.is_open(view, self.waiting[*at].key, between);
            let at = (0..taken.len()).filter(open).max_by_key(|at| taken[*at])?;
            Some((at, self.waiting[at].key, taken[at]))
        };
        let challenge = hottest(Between::Compilers).and_then(|(at, key, taken)| {
            Some((at, Between::Compilers, compilers::reason(view, key, taken)?))
        });
        challenge.or_else(|| {
            let (at, key, taken) = hottest(Between::Variants)?;
            let (price, gain) = (variants::price(view, key), taken / 1_000 * EXPECTED_GAIN);
            // Whose code it will be is decided first: that changes more than a variant does.
            let has_challenge =
                || self.is_open(view, key, Between::Compilers) && view.facts.challenger().is_some();
            let worth_it = gain >= price && self.pace(view, 0).affords(price) && !has_challenge();
            let (taken, price) = (taken / 1_000, price / 1_000);
            let reason = format!("{taken} kcycles of its own so far, compiling may take {price}");
            worth_it.then_some((at, Between::Variants, reason))
        })
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
    fn open(&mut self, view: &View<'_>, key: FuncKey, between: Between, reason: String) -> Orders {
        let wishes = match between {
            Between::Variants => variants::wishes(view, key),
            Between::Compilers => {
                self.challenged.push(key);
                Vec::from([compilers::wish(key)])
            }
        };
        // Until the first turn the slot leads to its code itself.
        let mut orders = Vec::from([Order::Unwatch(key)]);
        let awaited = wishes.len();
        let began = view.now.cycles;
        self.stage = Stage::Making(Making { key, between, reason, began, awaited, compile_ns: 0 });
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
        let (key, between) = (making.key, making.between);
        // What asking another compiler costs was weighed by itself.
        let engine = match between {
            Between::Compilers => 0,
            Between::Variants => view.cycles_in(making.compile_ns),
        };
        let names = match who {
            Fielded::Names(names) => names,
            Fielded::Alike => {
                self.spent += engine;
                let variants = Vec::from([(String::new(), 0)]);
                let verdict = match between {
                    // It has its variants still before it.
                    Between::Compilers => {
                        self.wait(view, key);
                        view.ledger.at(key).verdict.clone()
                    }
                    Between::Variants => Some(Verdict { variants, ..Verdict::default() }),
                };
                let (winner, median, calls, compilers) = (0, 0, 0, None);
                let alone = Settlement { key, winner, median, calls, verdict, compilers };
                return Vec::from([Order::Settle(Box::new(alone))]);
            }
            Fielded::NoProbes => return Vec::new(),
        };
        if between == Between::Compilers && worth::is_link(view, key) {
            let text = format!(
                "{} takes the code of {}, unmeasured, since its calls end in others': {}",
                view.label(key),
                names[compilers::CHALLENGER],
                making.reason
            );
            let (winner, median, calls) = (compilers::CHALLENGER, 0, 0);
            let (verdict, compilers) = (view.ledger.at(key).verdict.clone(), None);
            let taken = Settlement { key, winner, median, calls, verdict, compilers };
            return Vec::from([Order::Explain(text), Order::Settle(Box::new(taken))]);
        }
        let entrants = names.len();
        let text =
            format!("{} competes in {entrants} variants: {}", view.label(key), making.reason);
        let call_cycles = view.ledger.at(key).call_cycles();
        let seed = self.random.below(u64::MAX);
        let mut running = Box::new(Running {
            key,
            between,
            names,
            contest: match between {
                Between::Compilers => Contest::of_two(call_cycles, seed),
                Between::Variants => Contest::new(entrants, call_cycles, seed),
            },
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
        let mut settlement = Settlement {
            key,
            winner,
            median: contest.median(winner),
            calls: running.calls,
            verdict: decided.then_some(verdict),
            compilers: None,
        };
        if running.between == Between::Compilers {
            settlement.compilers = Some((contest.median(0), contest.median(1)));
            let before = view.ledger.at(key).verdict.clone().filter(|_| winner == 0);
            if let Some(mut before) = before {
                // What is known of the variants stays known.
                let name = running.names.last().cloned().unwrap_or_default();
                before.variants.extend(decided.then(|| (name, contest.median(1))));
                settlement.verdict = Some(before);
            }
            self.wait(view, key);
        }
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
        let period = self.contest.median(0).max(view.ledger.at(self.key).call_cycles());
        let expected = view.ns_in(self.contest.calls().saturating_mul(period));
        self.hope_ns = view.now.ns + PATIENCE_NS + expected.saturating_mul(4);
        Order::Turn { key: self.key, entrant: self.contest.turn(), calls: self.contest.calls() }
    }

    /// Lets the one in front run for `calls` calls.
    fn begin_rest(&mut self, view: &View<'_>, calls: u64, period: u64) -> Order {
        self.resting = true;
        let expected = view.ns_in(calls.saturating_mul(period));
        self.hope_ns = view.now.ns + PATIENCE_NS + expected.saturating_mul(4);
        self.round = (view.now.cycles, calls);
        Order::Rest { key: self.key, entrant: self.contest.leader(), calls }
    }
}
