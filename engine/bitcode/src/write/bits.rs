//! Writes a bitstream: bits, blocks, records (LLVM Bitcode File Format, "Bitstream Format").

use alloc::vec::Vec;

const END_BLOCK: u64 = 0;
const ENTER_SUBBLOCK: u64 = 1;
const DEFINE_ABBREV: u64 = 2;
const UNABBREV_RECORD: u64 = 3;

/// Width in bits of what begins each entry of a block. Abbreviations are few, so that the first
/// ones after the four built-in entries are all that a block needs.
const WIDTH: u32 = 3;

/// How an operand of an abbreviated record is written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Field {
    /// Not at all: it is always this.
    Literal(u64),
    /// In this many bits.
    Fixed(u32),
    /// In groups of this many bits.
    Variable(u32),
    /// The next field, any number of times.
    Array,
    /// Whole bytes.
    Blob,
}

/// The number of an abbreviation in its block.
#[derive(Clone, Copy, Debug)]
pub(super) struct Abbrev(u64);

/// A bitstream that grows.
#[derive(Debug, Default)]
pub(super) struct Bits {
    out: Vec<u8>,
    /// Bits that do not fill a word yet, the first in the lowest place.
    word: u64,
    /// How many those are, less than 32.
    used: u32,
    /// By open block: its width before, where its length stands, abbreviations defined.
    open: Vec<(u32, usize, u64)>,
    width: u32,
}

impl Bits {
    /// An empty stream. Outside of all blocks entries begin with two bits.
    pub(super) fn new() -> Self {
        Self { width: 2, ..Self::default() }
    }

    /// The finished stream.
    ///
    /// # Panics
    /// If a block is open.
    pub(super) fn finish(mut self) -> Vec<u8> {
        assert!(self.open.is_empty(), "a block is open");
        self.align();
        self.out
    }

    /// The low `width` bits of `value`, at most 64.
    pub(super) fn fixed(&mut self, value: u64, width: u32) {
        if width > 32 {
            self.fixed(value & 0xFFFF_FFFF, 32);
            self.fixed(value >> 32, width - 32);
            return;
        }
        debug_assert!(width == 32 || value >> width == 0, "{value} in {width} bits");
        self.word |= value << self.used;
        self.used += width;
        if self.used >= 32 {
            self.out.extend_from_slice(&(self.word as u32).to_le_bytes());
            self.word >>= 32;
            self.used -= 32;
        }
    }

    /// A number in groups of `width` bits whose highest says that another follows.
    pub(super) fn variable(&mut self, mut value: u64, width: u32) {
        let high = 1u64 << (width - 1);
        while value >= high {
            self.fixed(value & (high - 1) | high, width);
            value >>= width - 1;
        }
        self.fixed(value, width);
    }

    /// Fills up to a multiple of 32 bits.
    pub(super) fn align(&mut self) {
        if self.used > 0 {
            self.fixed(0, 32 - self.used);
        }
    }

    /// Opens a block.
    pub(super) fn enter(&mut self, block: u32) {
        self.fixed(ENTER_SUBBLOCK, self.width);
        self.variable(u64::from(block), 8);
        self.variable(u64::from(WIDTH), 4);
        self.align();
        self.open.push((self.width, self.out.len(), 0));
        self.fixed(0, 32);
        self.width = WIDTH;
    }

    /// Closes the innermost block and writes its length before it.
    pub(super) fn end(&mut self) {
        self.fixed(END_BLOCK, self.width);
        self.align();
        let Some((width, start, _)) = self.open.pop() else { return };
        let words = (self.out.len() - start - 4) / 4;
        self.out[start..start + 4].copy_from_slice(&(words as u32).to_le_bytes());
        self.width = width;
    }

    /// A block with what `fill` writes.
    pub(super) fn block(&mut self, block: u32, fill: impl FnOnce(&mut Self)) {
        self.enter(block);
        fill(self);
        self.end();
    }

    /// A record as it is.
    pub(super) fn record(&mut self, code: u32, ops: &[u64]) {
        self.fixed(UNABBREV_RECORD, self.width);
        self.variable(u64::from(code), 6);
        self.variable(ops.len() as u64, 6);
        for op in ops {
            self.variable(*op, 6);
        }
    }

    /// A record of the bytes of a text.
    pub(super) fn text(&mut self, code: u32, text: &str) {
        let ops: Vec<u64> = text.bytes().map(u64::from).collect();
        self.record(code, &ops);
    }

    /// Defines an abbreviation for the rest of this block.
    ///
    /// # Panics
    /// If the block has more of them than its width can tell apart.
    pub(super) fn abbreviation(&mut self, fields: &[Field]) -> Abbrev {
        self.fixed(DEFINE_ABBREV, self.width);
        self.variable(fields.len() as u64, 5);
        for field in fields {
            let (encoding, data) = match *field {
                Field::Literal(value) => {
                    self.fixed(1, 1);
                    self.variable(value, 8);
                    continue;
                }
                Field::Fixed(width) => (1, Some(width)),
                Field::Variable(width) => (2, Some(width)),
                Field::Array => (3, None),
                Field::Blob => (5, None),
            };
            self.fixed(0, 1);
            self.fixed(encoding, 3);
            if let Some(width) = data {
                self.variable(u64::from(width), 5);
            }
        }
        let defined = self.open.last_mut().map_or(0, |(_, _, defined)| {
            *defined += 1;
            *defined
        });
        let number = UNABBREV_RECORD + defined;
        assert!(number < 1 << self.width, "too many abbreviations");
        Abbrev(number)
    }

    /// A record of one code and an array, by an abbreviation of a literal, an array and its
    /// element.
    pub(super) fn array(
        &mut self,
        by: Abbrev,
        element: Field,
        ops: impl ExactSizeIterator<Item = u64>,
    ) {
        self.fixed(by.0, self.width);
        self.variable(ops.len() as u64, 6);
        for op in ops {
            match element {
                Field::Fixed(width) => self.fixed(op, width),
                Field::Variable(width) => self.variable(op, width),
                Field::Literal(_) | Field::Array | Field::Blob => {}
            }
        }
    }

    /// A record of numbers in groups of six bits and a blob, by an abbreviation of these.
    pub(super) fn blob(&mut self, by: Abbrev, ops: &[u64], blob: &[u8]) {
        self.fixed(by.0, self.width);
        for op in ops {
            self.variable(*op, 6);
        }
        self.variable(blob.len() as u64, 6);
        self.align();
        self.out.extend_from_slice(blob);
        while !self.out.len().is_multiple_of(4) {
            self.out.push(0);
        }
    }
}

/// A signed number with its sign in the lowest bit; the smallest one is the pattern 1.
pub(super) const fn signed(value: i64) -> u64 {
    if value >= 0 { (value as u64) << 1 } else { value.unsigned_abs().wrapping_shl(1) | 1 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bits;

    #[test]
    fn numbers_read_as_they_were_written() {
        let numbers = [0, 1, 31, 32, 63, 64, 1 << 31, u64::from(u32::MAX), 1 << 33, u64::MAX];
        let mut out = Bits::new();
        for value in numbers {
            out.variable(value, 6);
            out.fixed(value, 64);
            out.fixed(value & 1, 1);
        }
        let bytes = out.finish();
        let mut read = bits::Bits::new(&bytes);
        for value in numbers {
            assert_eq!(read.variable(6), Ok(value));
            assert_eq!(read.fixed(64), Ok(value));
            assert_eq!(read.fixed(1), Ok(value & 1));
        }
        for value in [0, 1, -1, 77, -77, i64::MAX, i64::MIN + 1, i64::MIN] {
            assert_eq!(bits::signed(signed(value)), value);
        }
    }
}
