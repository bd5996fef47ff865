//! The cheapest steps to make the bytes of.

use super::model::{NUMBERS, PLACES, Places, START, State, Step, only, walk_literal, walk_match};
use alloc::vec;
use alloc::vec::Vec;

/// How often each bit was 0 and 1, in all.
pub(super) struct Totals(Vec<[u32; 2]>);

impl Default for Totals {
    fn default() -> Self {
        Self(vec![[1, 1]; PLACES])
    }
}

impl Totals {
    pub(super) fn count(&mut self, places: Places, bit: bool) {
        for place in places {
            self.0[place][usize::from(bit)] += 1;
        }
    }

    /// The cost of a bit.
    fn price(&self, places: Places, bit: bool) -> u32 {
        let sum = |bit: usize| places.iter().map(|place| self.0[*place][bit]).sum::<u32>();
        let (own, other) = (sum(bit.into()), sum((!bit).into()));
        let bits = libm::log2(f64::from(own + other) / f64::from(own));
        libm::round(bits * PER_BIT).max(1.0) as u32
    }
}

/// Costs are in this part of a bit.
const PER_BIT: f64 = 64.0;

/// What steps cost.
pub(super) struct Prices {
    /// Of each byte as a literal, less the flag.
    literals: Vec<u32>,
    /// Of zeros and ones at the places of numbers and flags.
    bits: Vec<[u32; 2]>,
}

impl Prices {
    pub(super) fn flat(bytes: &[u8]) -> Self {
        let bit = PER_BIT as u32;
        Self { literals: vec![8 * bit; bytes.len()], bits: vec![[bit; 2]; NUMBERS + 1] }
    }

    pub(super) fn of(bytes: &[u8], totals: &Totals) -> Self {
        let literal = |at: usize| {
            let mut sum = 0;
            walk_literal(bytes, at, &mut |places, bit| sum += totals.price(places, bit));
            sum
        };
        let bit = |place: usize| [false, true].map(|bit| totals.price(only(place), bit));
        Self {
            literals: (0..bytes.len()).map(literal).collect(),
            bits: (0..=NUMBERS).map(bit).collect(),
        }
    }

    /// Of a step, and the state behind it.
    fn step(&self, at: usize, step: Step, mut state: State) -> (u32, State) {
        match step {
            Step::Literal => {
                let cost = self.bits[state.place()][0] + self.literals[at];
                (cost, State { after_match: false, ..state })
            }
            Step::Match { distance, length } => {
                let mut sum = 0;
                walk_match(distance, length, &mut state, &mut |[place, _], bit| {
                    sum += self.bits[place][usize::from(bit)];
                });
                (sum, state)
            }
        }
    }
}

/// For each place, the nearest earlier places that continue alike, longer ones further away.
pub(super) struct Matches(Vec<Vec<(u32, u32)>>);

/// Candidates looked at for one place.
const CHAIN: usize = 512;
const LONGEST: usize = 2048;
const KEPT: usize = 24;

impl Matches {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut previous = vec![usize::MAX; bytes.len()];
        let mut head = vec![usize::MAX; 1 << 16];
        let mut all = Vec::with_capacity(bytes.len());
        for at in 0..bytes.len() {
            let mut found: Vec<(u32, u32)> = Vec::new();
            if at + 1 < bytes.len() {
                let key = usize::from(bytes[at]) << 8 | usize::from(bytes[at + 1]);
                let mut from = head[key];
                let mut longest = 1;
                for _ in 0..CHAIN {
                    if from == usize::MAX {
                        break;
                    }
                    let ahead = bytes[at..].iter().zip(&bytes[from..]).take(LONGEST);
                    let length = ahead.take_while(|(a, b)| a == b).count();
                    if length > longest {
                        longest = length;
                        found.push(((at - from) as u32, length as u32));
                    }
                    from = previous[from];
                }
                previous[at] = head[key];
                head[key] = at;
            }
            if found.len() > KEPT {
                found.drain(KEPT / 2..found.len() - KEPT / 2);
            }
            all.push(found);
        }
        Self(all)
    }
}

/// The cheapest steps by `prices`, with one state a place.
pub(super) fn parse(bytes: &[u8], matches: &Matches, prices: &Prices) -> Vec<Step> {
    #[derive(Clone, Copy)]
    struct Node {
        cost: u32,
        state: State,
        step: Step,
    }
    let unreached = Node { cost: u32::MAX, state: START, step: Step::Literal };
    let mut nodes = vec![unreached; bytes.len() + 1];
    nodes[0].cost = 0;
    for at in 0..bytes.len() {
        let from = nodes[at];
        let mut reach = |step: Step, to: usize| {
            let (price, state) = prices.step(at, step, from.state);
            let cost = from.cost.saturating_add(price);
            if cost < nodes[to].cost {
                nodes[to] = Node { cost, state, step };
            }
        };
        reach(Step::Literal, at + 1);
        let mut try_match = |distance: u32, longest: u32| {
            // Every length up to 32, then only the whole: the prices of long ones hardly differ.
            for length in (1..=longest.min(32)).chain((longest > 32).then_some(longest)) {
                if length > 1 || (distance == from.state.last && !from.state.after_match) {
                    reach(Step::Match { distance, length }, at + length as usize);
                }
            }
        };
        let last = from.state.last as usize;
        if last > 0 && last <= at {
            let ahead = bytes[at..].iter().zip(&bytes[at - last..]).take(LONGEST);
            let length = ahead.take_while(|(a, b)| a == b).count();
            try_match(last as u32, length as u32);
        }
        for (distance, length) in &matches.0[at] {
            try_match(*distance, *length);
        }
    }
    let mut steps = Vec::new();
    let mut at = bytes.len();
    while at > 0 {
        let step = nodes[at].step;
        steps.push(step);
        at -= match step {
            Step::Literal => 1,
            Step::Match { length, .. } => length as usize,
        };
    }
    steps.reverse();
    steps
}
