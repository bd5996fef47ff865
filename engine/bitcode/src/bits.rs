//! A checked cursor over bits, least significant first (LLVM Bitcode File Format, "Bitstream
//! Format").

use crate::error::Cause;

/// Where a reader stands, and where it must stop. Positions are bits from the start of the
/// file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bits<'a> {
    bytes: &'a [u8],
    at: u64,
    end: u64,
}

impl<'a> Bits<'a> {
    /// A cursor at the start of `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, end: bytes.len() as u64 * 8 }
    }

    /// Position in bits.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// Bits left.
    pub(crate) fn left(&self) -> u64 {
        self.end - self.at
    }

    /// Splits off the next `bytes` bytes as a cursor of their own and steps over them.
    pub(crate) fn take(&mut self, bytes: u64) -> Result<Bits<'a>, Cause> {
        let bits = bytes.checked_mul(8).ok_or(Cause::Truncated)?;
        if bits > self.left() {
            return Err(Cause::Truncated);
        }
        let inner = Bits { bytes: self.bytes, at: self.at, end: self.at + bits };
        self.at += bits;
        Ok(inner)
    }

    /// The bytes this cursor is at, which must be aligned to a byte; `len` are stepped over.
    pub(crate) fn bytes(&mut self, len: u64) -> Result<&'a [u8], Cause> {
        let inner = self.take(len)?;
        let start = (inner.at / 8) as usize;
        Ok(&self.bytes[start..start + len as usize])
    }

    /// The next `width` bits, at most 64.
    #[inline]
    pub(crate) fn fixed(&mut self, width: u32) -> Result<u64, Cause> {
        debug_assert!(width <= 64);
        if u64::from(width) > self.left() {
            return Err(Cause::Truncated);
        }
        if width == 0 {
            return Ok(0);
        }
        let start = (self.at / 8) as usize;
        let shift = (self.at % 8) as u32;
        let mut word = match self.bytes.get(start..start + 8) {
            Some(eight) => u64::from_le_bytes(eight.try_into().unwrap_or_default()),
            None => self.tail(start),
        };
        word >>= shift;
        if shift + width > 64 {
            // Checked above: the value ends inside the ninth byte.
            let ninth = self.bytes.get(start + 8).copied().unwrap_or_default();
            word |= u64::from(ninth) << (64 - shift);
        }
        self.at += u64::from(width);
        Ok(word & (u64::MAX >> (64 - width)))
    }

    fn tail(&self, start: usize) -> u64 {
        let rest = self.bytes.get(start..).unwrap_or_default();
        rest.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
    }

    /// A number in groups of `width` bits whose highest says that another follows.
    #[inline]
    pub(crate) fn variable(&mut self, width: u32) -> Result<u64, Cause> {
        let high = 1u64 << (width - 1);
        let first = self.fixed(width)?;
        if first & high == 0 {
            return Ok(first);
        }
        let mut value = first & (high - 1);
        let mut shift = width - 1;
        loop {
            let group = self.fixed(width)?;
            let part = group & (high - 1);
            if shift >= 64 || (part << shift) >> shift != part {
                return Err(Cause::Malformed("a number of more than 64 bits"));
            }
            value |= part << shift;
            shift += width - 1;
            if group & high == 0 {
                return Ok(value);
            }
        }
    }

    /// Steps to the next multiple of 32 bits.
    pub(crate) fn align(&mut self) -> Result<(), Cause> {
        let to = self.at.next_multiple_of(32);
        if to > self.end {
            return Err(Cause::Truncated);
        }
        self.at = to;
        Ok(())
    }
}

/// A signed number whose sign is in the lowest bit; the pattern 1 is the smallest one.
pub(crate) const fn signed(value: u64) -> i64 {
    if value & 1 == 0 {
        (value >> 1) as i64
    } else if value == 1 {
        i64::MIN
    } else {
        ((value >> 1) as i64).wrapping_neg()
    }
}
