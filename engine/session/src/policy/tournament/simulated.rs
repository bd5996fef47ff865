//! Contests on a machine that does not exist: noise without end, and the same at every run.

use alloc::vec::Vec;

use super::contest::{Contest, Step};
use super::pace::Pace;

/// A machine shared with others, and the inputs of a program.
struct Machine {
    random: u64,
    now: u64,
    /// When the machine becomes faster or slower next.
    change_at: u64,
    /// Its speed, in thousandths.
    speed: u64,
    calls: u64,
    inputs: Inputs,
}

/// How much work the calls of a function bring.
#[derive(Clone, Copy, Debug)]
enum Inputs {
    Equal,
    /// Every other call three times as much.
    Alternating,
    /// One to four times as much.
    Random,
    /// More and more.
    Growing,
}

const ALL: [Inputs; 4] = [Inputs::Equal, Inputs::Alternating, Inputs::Random, Inputs::Growing];

impl Machine {
    fn next(&mut self) -> u64 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        self.random >> 11
    }

    /// Cycles of a call that takes `work` cycles on a machine that is still and alone.
    fn call(&mut self, work: u64) -> u64 {
        if self.now >= self.change_at {
            // Somebody else runs beside us for some milliseconds.
            self.speed = [1_000, 1_000, 1_250, 1_600][(self.next() % 4) as usize];
            self.change_at = self.now + self.next() % 8_000_000;
        }
        self.calls += 1;
        let work = match self.inputs {
            Inputs::Equal => work,
            Inputs::Alternating => work * [1, 3][(self.calls % 2) as usize],
            Inputs::Random => work * (4 + self.next() % 13) / 4,
            Inputs::Growing => work + work * self.calls / 20_000,
        };
        let jitter = 950 + self.next() % 101;
        let mut cycles = work * self.speed / 1_000 * jitter / 1_000 + 25;
        // The clock of the system, every millisecond; and rarely, somebody takes the processor.
        if self.next() % 3_000_000 < cycles {
            cycles += 20_000;
        }
        if self.next() % 100_000_000 < cycles {
            cycles += 5_000_000;
        }
        self.now += cycles;
        cycles
    }
}

struct Held {
    winner: usize,
    /// What it really cost, in thousandths of the time it took.
    cost: u64,
}

/// Holds a contest of entrants that take `works` cycles.
fn hold(works: &[u64], inputs: Inputs, seed: u64) -> Held {
    let mut machine = Machine {
        random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
        now: 0,
        change_at: 0,
        speed: 1_000,
        calls: 0,
        inputs,
    };
    let mut contest = Contest::new(works.len(), works[0], seed);
    // What the calls took that the default had not, and the measuring.
    let mut extra = 0;
    loop {
        let (turn, calls) = (contest.turn(), contest.calls());
        let samples: Vec<u64> = (0..calls).map(|_| machine.call(works[turn])).collect();
        machine.now += calls * 60;
        let more = works[turn].saturating_sub(works[0]);
        extra += calls * 60 + samples.iter().sum::<u64>() * more / works[turn];
        let step = contest.report(&samples);
        if step == Step::Round {
            let leader = contest.leader();
            loop {
                let pace = Pace { share: 20, elapsed: machine.now, spent: contest.cost() };
                match pace.rest(works[leader]) {
                    0 => break,
                    calls => (0..calls).for_each(|_| _ = machine.call(works[leader])),
                }
            }
        }
        if step == Step::Over {
            return Held { winner: contest.winner(), cost: extra * 1_000 / machine.now.max(1) };
        }
    }
}

/// Contests of a hundred that end with `right`, and their mean cost in thousandths.
fn hundred(works: &[u64], inputs: Inputs, right: usize) -> (usize, u64) {
    let held: Vec<Held> = (1..=100).map(|seed| hold(works, inputs, seed)).collect();
    let rights = held.iter().filter(|held| held.winner == right).count();
    (rights, held.iter().map(|held| held.cost).sum::<u64>() / 100)
}

#[test]
fn the_faster_one_is_found_in_any_noise() {
    for inputs in ALL {
        for work in [1_000, 20_000, 300_000] {
            for (works, right) in [([work, work * 11 / 10], 0), ([work * 11 / 10, work], 1)] {
                let (rights, cost) = hundred(&works, inputs, right);
                assert!(rights >= 95, "{inputs:?} {works:?}: {rights} of 100");
                assert!(cost <= 30, "{inputs:?} {works:?}: cost {cost} thousandths");
            }
        }
    }
}

#[test]
fn of_several_the_fastest_is_found() {
    let (rights, cost) = hundred(&[21_000, 30_000, 22_000, 19_000, 23_000], Inputs::Random, 3);
    assert!(rights >= 95 && cost <= 30, "{rights} of 100, cost {cost} thousandths");
}

#[test]
fn between_equals_the_default_stays() {
    let (rights, _) = hundred(&[10_000, 10_000, 10_000], Inputs::Equal, 0);
    assert!(rights >= 90, "{rights} of 100");
}

#[test]
fn one_that_is_far_behind_leaves_early() {
    let mut contest = Contest::new(2, 1_000, 7);
    let mut turns = 0;
    loop {
        turns += 1;
        let cycles = [1_000, 1_500][contest.turn()];
        if contest.report(&[cycles; 8]) == Step::Over {
            break;
        }
    }
    assert_eq!((contest.winner(), turns), (0, 14));
}
