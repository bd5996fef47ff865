//! The range coder: from bits and their places to bytes, and back.

use super::model::{
    AFTER_LITERAL, AFTER_MATCH, Counts, DISTANCE, LAST, LENGTH, NUMBER_BITS, Places,
    literal_places, only,
};
use alloc::vec::Vec;

/// Writes bits.
pub(super) struct Encoder {
    out: Vec<u8>,
    low: u64,
    range: u32,
    counts: Counts,
}

impl Encoder {
    pub(super) fn new() -> Self {
        Self { out: Vec::new(), low: 0, range: u32::MAX, counts: Counts::new() }
    }

    pub(super) fn bit(&mut self, places: Places, bit: bool) {
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
    pub(super) fn finish(mut self) -> Vec<u8> {
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
    source: core::slice::Iter<'a, u8>,
    code: u32,
    range: u32,
    counts: Counts,
}

impl Decoder<'_> {
    fn next(&mut self) -> u32 {
        self.source.next().copied().unwrap_or(0).into()
    }

    pub(super) fn bit(&mut self, places: Places) -> bool {
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
