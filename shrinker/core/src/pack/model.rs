//! Places and their counts: what a packed file is in bits, step by step.

use alloc::vec;
use alloc::vec::Vec;

pub(super) const PLACES: usize = NUMBERS + 64 * 512;
/// Places below 0.
pub(super) const NUMBERS: usize = 128;
/// Both counts of each place at first.
const FIRST: u8 = 4;
/// What a bit adds to its count.
const ONE_MORE: u8 = 5;
/// Counts beyond this are halved.
const MOST: u8 = 127;
pub(super) const LENGTH: usize = 0;
pub(super) const DISTANCE: usize = 64;
pub(super) const LAST: usize = NUMBERS - 2;
pub(super) const AFTER_MATCH: usize = NUMBERS - 1;
pub(super) const AFTER_LITERAL: usize = NUMBERS;
/// Bits that a number can have: those of distances have room for so many.
pub(super) const NUMBER_BITS: usize = 30;

/// Two places of the table.
pub(super) type Places = [usize; 2];

/// A place of its own.
pub(super) const fn only(place: usize) -> Places {
    [place; 2]
}

/// The places of the literal at `at`, for `t` = 0.
pub(super) fn literal_places(bytes: &[u8], at: usize) -> Places {
    let row = |back: usize| {
        let byte = at.checked_sub(back).map_or(0, |at| bytes[at]);
        NUMBERS + 512 * usize::from(byte >> 2)
    };
    [row(1), row(2) + 256]
}

/// The counts of all places.
pub(super) struct Counts(Vec<[u8; 2]>);

impl Counts {
    pub(super) fn new() -> Self {
        Self(vec![[FIRST; 2]; PLACES])
    }

    /// The part of `range` that a zero has.
    pub(super) fn bound(&self, places: Places, range: u32) -> u32 {
        let sum = |bit: usize| places.iter().map(|place| u32::from(self.0[*place][bit])).sum();
        let (zeros, ones): (u32, u32) = (sum(0), sum(1));
        range / (zeros + ones) * zeros
    }

    pub(super) fn count(&mut self, places: Places, bit: bool) {
        for place in places {
            let counts = &mut self.0[place];
            let own = usize::from(bit);
            counts[own] += ONE_MORE;
            if counts[own] > MOST {
                counts[own] /= 2;
                counts[1 - own] = (counts[1 - own] / 2) | 1;
            }
        }
    }
}

/// One step of the decoder.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Step {
    Literal,
    Match { distance: u32, length: u32 },
}

/// What the decoder remembers of the steps before.
#[derive(Clone, Copy, Debug)]
pub(super) struct State {
    pub(super) last: u32,
    pub(super) after_match: bool,
}

pub(super) const START: State = State { last: 0, after_match: false };

impl State {
    /// The place of the flag that a match follows.
    pub(super) const fn place(self) -> usize {
        if self.after_match { AFTER_MATCH } else { AFTER_LITERAL }
    }
}

/// Calls `bit` with every bit of the steps and its places in the table.
pub(super) fn walk(bytes: &[u8], steps: &[Step], bit: &mut dyn FnMut(Places, bool)) {
    let mut at = 0;
    let mut state = START;
    for step in steps {
        at = walk_step(bytes, at, *step, &mut state, bit);
    }
}

fn walk_step(
    bytes: &[u8],
    at: usize,
    step: Step,
    state: &mut State,
    bit: &mut dyn FnMut(Places, bool),
) -> usize {
    match step {
        Step::Literal => {
            bit(only(state.place()), false);
            walk_literal(bytes, at, bit);
            state.after_match = false;
            at + 1
        }
        Step::Match { distance, length } => {
            walk_match(distance, length, state, bit);
            at + length as usize
        }
    }
}

pub(super) fn walk_literal(bytes: &[u8], at: usize, bit: &mut dyn FnMut(Places, bool)) {
    let places = literal_places(bytes, at);
    let mut tree = 1;
    for shift in (0..8).rev() {
        let set = bytes[at] >> shift & 1 != 0;
        bit(places.map(|place| place + tree), set);
        tree = tree * 2 + usize::from(set);
    }
}

pub(super) fn walk_match(
    distance: u32,
    length: u32,
    state: &mut State,
    bit: &mut dyn FnMut(Places, bool),
) {
    bit(only(state.place()), true);
    let repeats = distance == state.last && !state.after_match;
    if !state.after_match {
        bit(only(LAST), repeats);
    }
    if !repeats {
        walk_number(DISTANCE, distance, bit);
    }
    walk_number(LENGTH, length, bit);
    *state = State { last: distance, after_match: true };
}

fn walk_number(base: usize, number: u32, bit: &mut dyn FnMut(Places, bool)) {
    let top = number.ilog2() as usize;
    for at in 0..top {
        bit(only(base + 2 * at), true);
        bit(only(base + 2 * at + 1), number >> at & 1 != 0);
    }
    bit(only(base + 2 * top), false);
}
