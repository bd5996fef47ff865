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

/// How often each bit was 0 and 1, in all.
struct Totals(Vec<[u32; 2]>);

impl Default for Totals {
    fn default() -> Self {
        Self(vec![[1, 1]; PLACES])
    }
}

impl Totals {
    fn count(&mut self, places: Places, bit: bool) {
        for place in places {
            self.0[place][usize::from(bit)] += 1;
        }
    }

    /// The cost of a bit.
    fn price(&self, places: Places, bit: bool) -> u32 {
        let sum = |bit: usize| places.iter().map(|place| self.0[*place][bit]).sum::<u32>();
        let (own, other) = (sum(bit.into()), sum((!bit).into()));
        ((f64::from(own + other) / f64::from(own)).log2() * PER_BIT).round().max(1.0) as u32
    }
}

/// Costs are in this part of a bit.
const PER_BIT: f64 = 64.0;

/// What steps cost.
struct Prices {
    /// Of each byte as a literal, less the flag.
    literals: Vec<u32>,
    /// Of zeros and ones at the places of numbers and flags.
    bits: Vec<[u32; 2]>,
}

impl Prices {
    fn flat(bytes: &[u8]) -> Self {
        let bit = PER_BIT as u32;
        Self { literals: vec![8 * bit; bytes.len()], bits: vec![[bit; 2]; NUMBERS + 1] }
    }

    fn of(bytes: &[u8], totals: &Totals) -> Self {
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
struct Matches(Vec<Vec<(u32, u32)>>);

/// Candidates looked at for one place.
const CHAIN: usize = 512;
const LONGEST: usize = 2048;
const KEPT: usize = 24;

impl Matches {
    fn of(bytes: &[u8]) -> Self {
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
fn parse(bytes: &[u8], matches: &Matches, prices: &Prices) -> Vec<Step> {
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

struct Encoder {
    out: Vec<u8>,
    low: u64,
    range: u32,
    counts: Counts,
}

impl Encoder {
    fn new() -> Self {
        Self { out: Vec::new(), low: 0, range: u32::MAX, counts: Counts::new() }
    }

    fn bit(&mut self, places: Places, bit: bool) {
        let bound = self.counts.bound(places, self.range);
        if bit {
            self.low += u64::from(bound);
            self.range -= bound;
        } else {
            self.range = bound;
        }
        self.counts.count(places, bit);
        while self.range < 1 << 24 {
            self.range <<= 8;
            self.shift();
        }
    }

    fn shift(&mut self) {
        if self.low >> 32 != 0 {
            // A carry: into the bytes that are out already.
            for byte in self.out.iter_mut().rev() {
                *byte = byte.wrapping_add(1);
                if *byte != 0 {
                    break;
                }
            }
        }
        self.out.push((self.low >> 24) as u8);
        self.low = (self.low & 0x00ff_ffff) << 8;
    }

    /// The fewest bytes that give the same whatever follows them.
    fn finish(mut self) -> Vec<u8> {
        let (low, end) = (self.low, self.low + u64::from(self.range));
        let value = |bytes: u32| low.next_multiple_of(1 << (32 - 8 * bytes));
        let enough = |bytes: &u32| value(*bytes) + (1 << (32 - 8 * bytes)) <= end;
        let bytes = (1..4).find(enough).unwrap_or(4);
        self.low = value(bytes);
        for _ in 0..bytes {
            self.shift();
        }
        self.out
    }
}

/// What [`pack`] made of `length` bytes, as the machine's decoder reads it; `None` where that would
/// go astray: a match from before the start or beyond the end, or a number of more bits than places.
pub fn unpack(packed: &[u8], length: usize) -> Option<Vec<u8>> {
    let counts = Counts::new();
    let mut decoder = Decoder { source: packed.iter(), code: 0, range: u32::MAX, counts };
    for _ in 0..4 {
        decoder.code = decoder.code << 8 | decoder.next();
    }
    let mut out: Vec<u8> = Vec::new();
    let (mut last, mut after_match) = (0, false);
    while out.len() < length {
        let place = if after_match { AFTER_MATCH } else { AFTER_LITERAL };
        if decoder.bit(only(place)) {
            if after_match || !decoder.bit(only(LAST)) {
                last = decoder.number(DISTANCE)?;
            }
            let count = decoder.number(LENGTH)?;
            if last == 0 || last > out.len() || count > length - out.len() {
                return None;
            }
            for _ in 0..count {
                out.push(out[out.len() - last]);
            }
            after_match = true;
        } else {
            let places = literal_places(&out, out.len());
            let mut tree = 1;
            while tree < 256 {
                let bit = decoder.bit(places.map(|place| place + tree));
                tree = tree * 2 + usize::from(bit);
            }
            out.push(tree as u8);
            after_match = false;
        }
    }
    Some(out)
}

struct Decoder<'a> {
    source: std::slice::Iter<'a, u8>,
    code: u32,
    range: u32,
    counts: Counts,
}

impl Decoder<'_> {
    fn next(&mut self) -> u32 {
        self.source.next().copied().unwrap_or(0).into()
    }

    fn bit(&mut self, places: Places) -> bool {
        while self.range < 1 << 24 {
            self.range <<= 8;
            self.code = self.code << 8 | self.next();
        }
        let bound = self.counts.bound(places, self.range);
        let bit = self.code >= bound;
        if bit {
            self.code -= bound;
            self.range -= bound;
        } else {
            self.range = bound;
        }
        self.counts.count(places, bit);
        bit
    }

    fn number(&mut self, base: usize) -> Option<usize> {
        let (mut number, mut at) = (0, 0);
        while self.bit(only(base + 2 * at)) {
            number |= usize::from(self.bit(only(base + 2 * at + 1))) << at;
            at += 1;
            if at == NUMBER_BITS {
                return None;
            }
        }
        Some(number | 1 << at)
    }
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
