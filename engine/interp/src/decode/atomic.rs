//! Atomic read-modify-writes and compare-exchanges.

use bareflow_ir::layout::{bit_size, member_offset};
use bareflow_ir::{Instr, Operand, RmwOp};

use super::{Decoder, regular};
use crate::op::atomic;

impl Decoder<'_> {
    pub(super) fn emit_rmw(&mut self, op: RmwOp, ptr: Operand, value: Operand, to: u32) {
        let bits = bit_size(self.types(), self.type_of(value)) as u32;
        if !regular(bits) {
            self.refuse(alloc::format!("an atomic access of {bits} bits"));
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
        if !regular(bits) {
            self.refuse(alloc::format!("an atomic access of {bits} bits"));
            return;
        }
        let at = member_offset(self.types(), instr.ty, 1) as u32;
        let (address, old, new) = (self.place(ptr), self.place(expected), self.place(new));
        self.function(atomic::exchange, to, &[bits, address, old, new, at]);
    }
}
