//! Packs what follows an image's loader: LZ77 with an adaptive binary range coder.
//!
//! The decoder is `machine/start/unpack.s`, a few hundred bytes; everything else is for that to be
//! small. All numbers are bits with a probability each, in one table:
//!
//! ```text
//!   0            is it a match? (after a literal)      1     ... (after a match)
//!   2            is its distance the last one? (asked after a literal only)
//!   4 + 2i       length: is there another bit?         5 + 2i    that bit, low ones first
//!   68 + 2i      distance: is there another bit?       69 + 2i   that bit
//!   256 + 256 c + t   literals: t is 1 and the bits before, high ones first; c are the upper
//!                three bits of the byte before
//! ```
//!
//! A number is its bits, low ones first, each after a flag that there is one; the topmost bit,
//! which is always 1, is left out. There is no mark at the end: the decoder knows how much it
//! unpacks. The range coder is that of LZMA (LZMA SDK, `lzma-specification.txt`): 11-bit
//! probabilities, 32-bit range, carries settled in the encoder.

/// Probabilities in the table.
pub const PROBABILITIES: u64 = 256 + 8 * 256;
/// Every probability at first, of 2^11.
const HALF: u16 = 1 << 10;
/// How fast they move.
const RATE: u32 = 4;
const LAST: usize = 2;
const LENGTH: usize = 4;
const DISTANCE: usize = 68;
const LITERALS: usize = 256;
/// Bits that a number can have: those of lengths have room for so many.
const NUMBER_BITS: usize = 32;

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

/// Packs `bytes`, which must not be empty.
pub fn pack(bytes: &[u8]) -> Vec<u8> {
    let matches = Matches::of(bytes);
    let mut prices = Prices::flat();
    let mut best: Option<Vec<u8>> = None;
    for _ in 0..6 {
        let steps = parse(bytes, &matches, &prices);
        let mut counts = Counter::default();
        let mut encoder = Encoder::new();
        walk(bytes, &steps, &mut |context, bit| {
            counts.count(context, bit);
            encoder.bit(context, bit);
        });
        let packed = encoder.finish();
        if best.as_ref().is_none_or(|best| packed.len() < best.len()) {
            best = Some(packed);
        }
        prices = Prices::of(&counts);
    }
    best.unwrap_or_default()
}

/// Calls `bit` with every bit of the steps and its place in the table.
fn walk(bytes: &[u8], steps: &[Step], bit: &mut dyn FnMut(usize, bool)) {
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
    bit: &mut dyn FnMut(usize, bool),
) -> usize {
    let is_match = usize::from(state.after_match);
    match step {
        Step::Literal => {
            bit(is_match, false);
            let base = LITERALS + literal_context(bytes, at);
            let mut tree = 1;
            for shift in (0..8).rev() {
                let set = bytes[at] >> shift & 1 != 0;
                bit(base + tree, set);
                tree = tree * 2 + usize::from(set);
            }
            state.after_match = false;
            at + 1
        }
        Step::Match { distance, length } => {
            bit(is_match, true);
            let repeats = distance == state.last && !state.after_match;
            if !state.after_match {
                bit(LAST, repeats);
            }
            if !repeats {
                walk_number(DISTANCE, distance, bit);
            }
            walk_number(LENGTH, length, bit);
            *state = State { last: distance, after_match: true };
            at + length as usize
        }
    }
}

fn walk_number(base: usize, number: u32, bit: &mut dyn FnMut(usize, bool)) {
    let top = number.ilog2() as usize;
    for at in 0..top {
        bit(base + 2 * at, true);
        bit(base + 2 * at + 1, number >> at & 1 != 0);
    }
    bit(base + 2 * top, false);
}

fn literal_context(bytes: &[u8], at: usize) -> usize {
    let before = if at == 0 { 0 } else { bytes[at - 1] };
    usize::from(before >> 5) * 256
}

/// How often each bit was 0 and 1.
struct Counter(Vec<[u32; 2]>);

impl Default for Counter {
    fn default() -> Self {
        Self(vec![[1, 1]; PROBABILITIES as usize])
    }
}

impl Counter {
    fn count(&mut self, context: usize, bit: bool) {
        self.0[context][usize::from(bit)] += 1;
    }
}

/// Costs of bits, in 1/64 of a bit.
struct Prices(Vec<[u32; 2]>);

impl Prices {
    fn flat() -> Self {
        Self(vec![[64, 64]; PROBABILITIES as usize])
    }

    fn of(counts: &Counter) -> Self {
        let price = |[zero, one]: &[u32; 2]| {
            let all = f64::from(zero + one);
            let cost = |n: u32| ((all / f64::from(n)).log2() * 64.0).round().max(1.0) as u32;
            [cost(*zero), cost(*one)]
        };
        Self(counts.0.iter().map(price).collect())
    }

    fn step(&self, bytes: &[u8], at: usize, step: Step, mut state: State) -> (u32, State) {
        let mut sum = 0;
        walk_step(bytes, at, step, &mut state, &mut |context, bit| {
            sum += self.0[context][usize::from(bit)];
        });
        (sum, state)
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
            let (price, state) = prices.step(bytes, at, step, from.state);
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
    probabilities: Vec<u16>,
}

impl Encoder {
    fn new() -> Self {
        let probabilities = vec![HALF; PROBABILITIES as usize];
        Self { out: Vec::new(), low: 0, range: u32::MAX, probabilities }
    }

    fn bit(&mut self, context: usize, bit: bool) {
        let probability = &mut self.probabilities[context];
        let bound = (self.range >> 11) * u32::from(*probability);
        if bit {
            self.low += u64::from(bound);
            self.range -= bound;
            *probability -= *probability >> RATE;
        } else {
            self.range = bound;
            *probability += ((1 << 11) - *probability) >> RATE;
        }
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
    let probabilities = vec![HALF; PROBABILITIES as usize];
    let mut decoder = Decoder { source: packed.iter(), code: 0, range: u32::MAX, probabilities };
    for _ in 0..4 {
        decoder.code = decoder.code << 8 | decoder.next();
    }
    let mut out: Vec<u8> = Vec::new();
    let (mut last, mut after_match) = (0, false);
    while out.len() < length {
        if decoder.bit(usize::from(after_match)) {
            if after_match || !decoder.bit(LAST) {
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
            let base = LITERALS + literal_context(&out, out.len());
            let mut tree = 1;
            while tree < 256 {
                tree = tree * 2 + usize::from(decoder.bit(base + tree));
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
    probabilities: Vec<u16>,
}

impl Decoder<'_> {
    fn next(&mut self) -> u32 {
        self.source.next().copied().unwrap_or(0).into()
    }

    fn bit(&mut self, context: usize) -> bool {
        while self.range < 1 << 24 {
            self.range <<= 8;
            self.code = self.code << 8 | self.next();
        }
        let probability = &mut self.probabilities[context];
        let bound = (self.range >> 11) * u32::from(*probability);
        if self.code >= bound {
            self.code -= bound;
            self.range -= bound;
            *probability -= *probability >> RATE;
            true
        } else {
            self.range = bound;
            *probability += ((1 << 11) - *probability) >> RATE;
            false
        }
    }

    fn number(&mut self, base: usize) -> Option<usize> {
        let (mut number, mut at) = (0, 0);
        while self.bit(base + 2 * at) {
            number |= usize::from(self.bit(base + 2 * at + 1)) << at;
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
            let packed = pack(&bytes);
            prop_assert_eq!(unpack(&packed, bytes.len()), Some(bytes));
        }

        #[test]
        fn any_packed_bytes_are_decoded_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let unpacked = unpack(&bytes, 500);
            prop_assert!(unpacked.is_none_or(|unpacked| unpacked.len() == 500));
        }

        #[test]
        fn any_bytes_come_back(bytes in proptest::collection::vec(any::<u8>(), 1..300)) {
            let packed = pack(&bytes);
            prop_assert_eq!(unpack(&packed, bytes.len()), Some(bytes));
        }
    }

    #[test]
    fn repeats_are_cheap() {
        let bytes = b"the same again, ".repeat(200);
        let packed = pack(&bytes);
        assert!(packed.len() < 40, "{}", packed.len());
        assert_eq!(unpack(&packed, bytes.len()), Some(bytes));
    }
}
