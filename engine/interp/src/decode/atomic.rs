//! Atomic read-modify-writes and compare-exchanges.

use bareflow_ir::layout::{bit_size, member_offset};
use bareflow_ir::{Instr, Operand, RmwOp};

use super::{Decoder, regular};
use crate::op::atomic;

/// Bits of the widest atomic access.
pub(super) const WIDE: u32 = 128;

impl Decoder<'_> {
    /// Whether there is an atomic access of so many bits; what needs another is refused.
    fn is_atomic(&mut self, bits: u32) -> bool {
        let is = regular(bits) || bits == WIDE && atomic::has_wide();
        if !is {
            self.refuse(alloc::format!("an atomic access of {bits} bits"));
        }
        is
    }

    /// A load of 16 bytes at once, if the load is that.
    pub(super) fn emit_wide_load(&mut self, instr: &Instr, ptr: Operand, to: u32) -> bool {
        let is_wide = bit_size(self.types(), instr.ty) == u64::from(WIDE);
        if is_wide && self.is_atomic(WIDE) {
            let address = self.place(ptr);
            self.function(atomic::load_wide, to, &[address]);
        }
        is_wide
    }

    pub(super) fn emit_rmw(&mut self, op: RmwOp, ptr: Operand, value: Operand, to: u32) {
        let bits = bit_size(self.types(), self.type_of(value)) as u32;
        if !self.is_atomic(bits) {
            return;
        }
        let (address, by) = (self.place(ptr), self.place(value));
        self.function(atomic::modify, to, &[atomic::code(op), bits, address, by]);
    }

    pub(super) fn emit_exchange(
        &mut self,
        instr: &Instr,
        ptr: Operand,
        expected: Operand,
        new: Operand,
        to: u32,
    ) {
        let bits = bit_size(self.types(), self.type_of(expected)) as u32;
        if !self.is_atomic(bits) {
            return;
        }
        let at = member_offset(self.types(), instr.ty, 1) as u32;
        let (address, old, new) = (self.place(ptr), self.place(expected), self.place(new));
        self.function(atomic::exchange, to, &[bits, address, old, new, at]);
    }
}
