//! Who is fastest: the arithmetic of a tournament, without a clock or a program.
//!
//! Entrants take turns of a few calls, in another order every round, so that inputs that repeat
//! do not always meet the same one. The figure of a turn is the mean of the middle half of its
//! calls: a spike changes nothing, and where inputs differ they all count. Two entrants are
//! compared by the ratios of their figures within each round, since between rounds the machine
//! and the inputs change. One leaves when the sign test says at three standard deviations that
//! it is slower than the leader.

use alloc::vec::Vec;

use crate::policy::middle_mean;

/// Rounds after which a contest ends in any case.
pub(super) const MOST_ROUNDS: usize = 96;
/// Rounds after which an entrant leaves that was far behind in each.
const TRIAL: usize = 7;
/// Ratio to the leader, in thousandths, that is far behind.
const FAR_BEHIND: u64 = 1_250;
/// The same two for a contest of two compilers, where one is expected to be faster by more than luck makes
/// of equals: rounds that all went the same way by that much are enough.
const TRIAL_OF_TWO: usize = 5;
const FAR_BEHIND_OF_TWO: u64 = 1_030;
/// How much faster than the default, in thousandths, another entrant must be to replace it.
const MARGIN: u64 = 10;
/// Rounds after which entrants that are equal, as far as can be told, are taken to be.
const PATIENCE: usize = 32;
/// Cycles a turn should take about.
const TURN_CYCLES: u64 = 500_000;
/// Samples kept of a turn.
const MOST_CALLS: u64 = 64;
/// Cycles that measuring a call takes.
const PROBE_CYCLES: u64 = 90;

/// A contest under way. Entrant 0 is the default: the code that runs when nothing is decided.
#[derive(Debug)]
pub(crate) struct Contest {
    entrants: Vec<Figures>,
    /// The entrants of this round that have not had their turn, the next one last.
    order: Vec<usize>,
    rounds: usize,
    /// Calls of a turn.
    calls: u64,
    random: u64,
    /// After how many rounds one leaves that was how far behind in each.
    trial: (usize, u64),
}

/// What is known of an entrant.
#[derive(Clone, Debug, Default)]
struct Figures {
    /// Figure of its turn in each round.
    rounds: Vec<u64>,
    calls: u64,
    out: bool,
}

/// What comes after a turn.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// The next entrant's turn.
    Turn,
    /// The first turn of the next round; until then there is time to rest.
    Round,
    /// It is decided.
    Over,
}

impl Contest {
    /// A contest of `entrants` versions of a function whose calls take about `call_cycles`.
    pub(crate) fn new(entrants: usize, call_cycles: u64, seed: u64) -> Self {
        let mut contest = Self {
            entrants: alloc::vec![Figures::default(); entrants],
            order: Vec::new(),
            rounds: 0,
            calls: turn_calls(call_cycles),
            random: seed | 1,
            trial: (TRIAL, FAR_BEHIND),
        };
        contest.draw();
        contest
    }

    /// A contest of a function's code by the one compiler and by the other.
    pub(crate) fn of_two(call_cycles: u64, seed: u64) -> Self {
        Self { trial: (TRIAL_OF_TWO, FAR_BEHIND_OF_TWO), ..Self::new(2, call_cycles, seed) }
    }

    /// Whose turn it is.
    pub(crate) fn turn(&self) -> usize {
        self.order.last().copied().unwrap_or(0)
    }

    /// Calls of a turn, the first of which only warms caches up when there are several.
    pub(crate) fn calls(&self) -> u64 {
        self.calls
    }

    /// Full rounds so far.
    pub(crate) fn rounds(&self) -> usize {
        self.rounds
    }

    /// The turn is over: the cycles of its calls, in order.
    pub(crate) fn report(&mut self, samples: &[u64]) -> Step {
        let Some(entrant) = self.order.pop() else { return Step::Over };
        let figures = &mut self.entrants[entrant];
        figures.calls += samples.len() as u64;
        let warm = if samples.len() >= 4 { &samples[1..] } else { samples };
        figures.rounds.push(middle_mean(warm));
        if !self.order.is_empty() {
            return Step::Turn;
        }
        self.rounds += 1;
        self.calls = turn_calls(self.median(0));
        self.judge();
        if self.is_decided() || self.rounds >= MOST_ROUNDS {
            return Step::Over;
        }
        self.draw();
        Step::Round
    }

    /// The next round's order.
    fn draw(&mut self) {
        self.order = (0..self.entrants.len()).filter(|at| !self.entrants[*at].out).collect();
        for at in (1..self.order.len()).rev() {
            self.random ^= self.random << 13;
            self.random ^= self.random >> 7;
            self.random ^= self.random << 17;
            self.order.swap(at, (self.random % (at as u64 + 1)) as usize);
        }
    }

    /// Who is in front: the least median ratio to the default, of those still in.
    pub(crate) fn leader(&self) -> usize {
        let score = |at: &usize| (self.ratio(*at, 0).unwrap_or(1_000), *at);
        let inside = (0..self.entrants.len()).filter(|at| !self.entrants[*at].out);
        inside.min_by_key(score).unwrap_or(0)
    }

    fn judge(&mut self) {
        let leader = self.leader();
        for at in 0..self.entrants.len() {
            if at == leader || self.entrants[at].out {
                continue;
            }
            let ratios = self.ratios(at, leader);
            let slower = bounds(&ratios).is_some_and(|(low, _)| low > 1_000);
            let (trial, behind) = self.trial;
            let far = ratios.len() >= trial && ratios.first().is_some_and(|r| *r > behind);
            self.entrants[at].out = slower || far;
        }
    }

    /// Whether more rounds would change nothing that matters.
    pub(crate) fn is_decided(&self) -> bool {
        let leader = self.leader();
        let equal = |at: usize| {
            self.rounds >= PATIENCE
                && bounds(&self.ratios(at, leader)).is_some_and(|(low, high)| {
                    low > 1_000 - 2 * MARGIN && high < 1_000 + 2 * MARGIN
                })
        };
        let others = (0..self.entrants.len()).filter(|at| *at != leader);
        others.into_iter().all(|at| self.entrants[at].out || equal(at))
    }

    /// Who stays: the leader if it is faster than the default by the margin.
    pub(crate) fn winner(&self) -> usize {
        let leader = self.leader();
        let ratio = self.ratio(leader, 0).unwrap_or(1_000);
        let sure = self.rounds >= self.trial.0 && ratio + MARGIN <= 1_000;
        if sure { leader } else { 0 }
    }

    /// Median figure of an entrant in cycles a call; 0 without one.
    pub(crate) fn median(&self, entrant: usize) -> u64 {
        median(&self.entrants[entrant].rounds)
    }

    /// Cycles that the turns took beyond what the default would have taken, and the measuring.
    /// By medians: what somebody else took of the processor meanwhile is not our doing.
    pub(crate) fn cost(&self) -> u64 {
        let default = self.median(0);
        let one = |at: usize| {
            let excess = self.median(at).saturating_sub(default);
            self.entrants[at].calls.saturating_mul(excess.saturating_add(PROBE_CYCLES))
        };
        (0..self.entrants.len()).map(one).fold(0, u64::saturating_add)
    }

    /// Median ratio of two entrants over the rounds both were in, in thousandths.
    fn ratio(&self, of: usize, to: usize) -> Option<u64> {
        let ratios = self.ratios(of, to);
        ratios.get(ratios.len() / 2).copied()
    }

    /// The ratios, sorted.
    fn ratios(&self, of: usize, to: usize) -> Vec<u64> {
        let pairs = self.entrants[of].rounds.iter().zip(&self.entrants[to].rounds);
        let mut ratios: Vec<u64> =
            pairs.map(|(a, b)| a.saturating_mul(1_000) / (*b).max(1)).collect();
        ratios.sort_unstable();
        ratios
    }
}

/// Calls of a turn: as many as make it long enough to measure and short enough that the machine
/// is the same for all entrants of a round; several even of long ones, since inputs may differ.
fn turn_calls(call_cycles: u64) -> u64 {
    let least = match call_cycles {
        0..500_000 => 9,
        500_000..2_000_000 => 5,
        2_000_000..10_000_000 => 2,
        _ => 1,
    };
    (TURN_CYCLES / call_cycles.max(1)).clamp(least, MOST_CALLS)
}

fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

/// Between which two of the sorted ratios their median lies, at three standard deviations;
/// `None` when there are too few.
fn bounds(sorted: &[u64]) -> Option<(u64, u64)> {
    let n = sorted.len();
    let away = (100 * n / 2).checked_sub((22_500 * n).isqrt())? / 100;
    Some((*sorted.get(away)?, *sorted.get(n - 1 - away)?))
}
