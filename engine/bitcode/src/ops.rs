//! The operands of a record, taken one after the other.

use alloc::string::String;

use crate::error::Cause;

/// What is left of a record. Operands that newer producers append are simply not taken.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ops<'r> {
    left: &'r [u64],
}

impl<'r> Ops<'r> {
    /// All operands of a record.
    pub(crate) fn new(ops: &'r [u64]) -> Self {
        Self { left: ops }
    }

    /// Number of operands left.
    pub(crate) fn len(&self) -> usize {
        self.left.len()
    }

    /// Whether none is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.left.is_empty()
    }

    /// The operands left.
    pub(crate) fn rest(&self) -> &'r [u64] {
        self.left
    }

    /// The next operand, if there is one.
    pub(crate) fn get(&mut self) -> Option<u64> {
        let (first, rest) = self.left.split_first()?;
        self.left = rest;
        Some(*first)
    }

    /// The next operand.
    pub(crate) fn next(&mut self) -> Result<u64, Cause> {
        self.get().ok_or(Cause::Malformed("a record that is too short"))
    }

    /// The next operand, which is the number of something.
    pub(crate) fn id(&mut self) -> Result<u32, Cause> {
        to_id(self.next()?)
    }

    /// The next operand as a truth value; false when the producer did not write it.
    pub(crate) fn flag(&mut self) -> bool {
        self.get().is_some_and(|value| value != 0)
    }

    /// The next `count` operands.
    pub(crate) fn take(&mut self, count: u64) -> Result<&'r [u64], Cause> {
        let count = usize::try_from(count).ok().filter(|count| *count <= self.left.len());
        let count = count.ok_or(Cause::Malformed("a record that is too short"))?;
        let (taken, rest) = self.left.split_at(count);
        self.left = rest;
        Ok(taken)
    }
}

/// A number that fits 32 bits, as numbers of values, types and blocks do.
pub(crate) fn to_id(value: u64) -> Result<u32, Cause> {
    u32::try_from(value).map_err(|_| Cause::Malformed("a number of more than 32 bits"))
}

/// A string of one character an operand.
pub(crate) fn text(ops: &[u64]) -> String {
    let bytes: alloc::vec::Vec<u8> = ops.iter().map(|op| *op as u8).collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
