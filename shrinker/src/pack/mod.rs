//! Packs what follows an image's loader: LZ77 with a binary range coder that learns as it goes.
//!
//! The decoder is `machine/start/unpack.s`, a few hundred bytes; everything else is for that to be
//! small. All numbers are bits. Each has two places in one table, which may be the same:
//!
//! ```text
//!   -128 + 2i    length: is there another bit?         -127 + 2i  that bit, low ones first
//!    -64 + 2i    distance: is there another bit?        -63 + 2i  that bit
//!     -2         is its distance the last one? (asked after a literal only)
//!     -1         is it a match? (after a match)           0       ... (after a literal)
//!   512 a + t  and  512 b + 256 + t     literals: t is 1 and the bits before, high ones first; a are
//!                the upper six bits of the byte before, b those of the one before that (both 0
//!                before the start)
//! ```
//!
//! A place has two counts, of zeros and ones, up to 127; what came lately counts more. The chance of
//! a bit is that of both its places' counts together.
//!
//! A number is its bits, low ones first, each after a flag that there is one; the topmost bit,
//! which is always 1, is left out. There is no mark at the end: the decoder knows how much it
//! unpacks. The range coder is that of LZMA (LZMA SDK, `lzma-specification.txt`), 32 bits wide,
//! with carries settled in the encoder; a zero has the lower part of the range.

mod range;
mod search;

use range::Encoder;
pub use range::unpack;
use search::{Matches, Prices, Totals, parse};

/// Bytes of the decoder's table: two a place.
pub const TABLE: u64 = 2 * PLACES as u64;
const PLACES: usize = NUMBERS + 64 * 512;
/// Places below 0.
const NUMBERS: usize = 128;
/// Both counts of each place at first.
const FIRST: u8 = 4;
/// What a bit adds to its count.
const ONE_MORE: u8 = 5;
/// Counts beyond this are halved.
const MOST: u8 = 127;
const LENGTH: usize = 0;
const DISTANCE: usize = 64;
const LAST: usize = NUMBERS - 2;
const AFTER_MATCH: usize = NUMBERS - 1;
const AFTER_LITERAL: usize = NUMBERS;
/// Bits that a number can have: those of distances have room for so many.
const NUMBER_BITS: usize = 30;

/// Two places of the table.
type Places = [usize; 2];

/// A place of its own.
const fn only(place: usize) -> Places {
    [place; 2]
}

/// The places of the literal at `at`, for `t` = 0.
fn literal_places(bytes: &[u8], at: usize) -> Places {
    let row = |back: usize| {
        let byte = at.checked_sub(back).map_or(0, |at| bytes[at]);
        NUMBERS + 512 * usize::from(byte >> 2)
    };
    [row(1), row(2) + 256]
}

/// The counts of all places.
struct Counts(Vec<[u8; 2]>);

impl Counts {
    fn new() -> Self {
        Self(vec![[FIRST; 2]; PLACES])
    }

    /// The part of `range` that a zero has.
    fn bound(&self, places: Places, range: u32) -> u32 {
        let sum = |bit: usize| places.iter().map(|place| u32::from(self.0[*place][bit])).sum();
        let (zeros, ones): (u32, u32) = (sum(0), sum(1));
        range / (zeros + ones) * zeros
    }

    fn count(&mut self, places: Places, bit: bool) {
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
enum Step {
    Literal,
    Match { distance: u32, length: u32 },
}

/// What the decoder remembers of the steps before.
#[derive(Clone, Copy, Debug)]
struct State {
    last: u32,
    after_match: bool,
}

const START: State = State { last: 0, after_match: false };

impl State {
    /// The place of the flag that a match follows.
    const fn place(self) -> usize {
        if self.after_match { AFTER_MATCH } else { AFTER_LITERAL }
    }
}

/// Packs `bytes`, which must not be empty, in so many passes: each takes the steps that are cheapest
/// by the bits of the one before.
pub fn pack(bytes: &[u8], passes: u32) -> Vec<u8> {
    let matches = Matches::of(bytes);
    let mut prices = Prices::flat(bytes);
    let mut best: Option<Vec<u8>> = None;
    for _ in 0..passes {
        let steps = parse(bytes, &matches, &prices);
        let mut totals = Totals::default();
        let mut encoder = Encoder::new();
        walk(bytes, &steps, &mut |places, bit| {
            totals.count(places, bit);
            encoder.bit(places, bit);
        });
        let packed = encoder.finish();
        if best.as_ref().is_none_or(|best| packed.len() < best.len()) {
            best = Some(packed);
        }
        prices = Prices::of(bytes, &totals);
    }
    best.unwrap_or_default()
}

/// Calls `bit` with every bit of the steps and its places in the table.
fn walk(bytes: &[u8], steps: &[Step], bit: &mut dyn FnMut(Places, bool)) {
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

fn walk_literal(bytes: &[u8], at: usize, bit: &mut dyn FnMut(Places, bool)) {
    let places = literal_places(bytes, at);
    let mut tree = 1;
    for shift in (0..8).rev() {
        let set = bytes[at] >> shift & 1 != 0;
        bit(places.map(|place| place + tree), set);
        tree = tree * 2 + usize::from(set);
    }
}

fn walk_match(distance: u32, length: u32, state: &mut State, bit: &mut dyn FnMut(Places, bool)) {
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_comes_back(bytes in proptest::collection::vec(0..6u8, 1..600)) {
            let packed = pack(&bytes, 4);
            prop_assert_eq!(unpack(&packed, bytes.len()), Some(bytes));
        }

        #[test]
        fn any_packed_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let unpacked = unpack(&bytes, 500);
            prop_assert!(unpacked.is_none_or(|unpacked| unpacked.len() == 500));
        }

        #[test]
        fn any_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 1..300)) {
            let packed = pack(&bytes, 4);
            prop_assert_eq!(unpack(&packed, bytes.len()), Some(bytes));
        }
    }

    #[test]
    fn what_follows_changes_nothing() {
        for length in 1..200u32 {
            let bytes: Vec<u8> = (0..length).map(|at| ((at * at) >> 3) as u8).collect();
            let packed = pack(&bytes, 4);
            for more in [0, 0xff] {
                let packed = [&packed[..], &[more; 8]].concat();
                assert_eq!(unpack(&packed, bytes.len()).as_ref(), Some(&bytes));
            }
        }
    }

    #[test]
    fn repeats_are_cheap() {
        let bytes = b"the same again, ".repeat(200);
        let packed = pack(&bytes, 4);
        assert!(packed.len() < 40, "{}", packed.len());
        assert_eq!(unpack(&packed, bytes.len()), Some(bytes));
    }
}
