//! Where things lie in frames and buffers, and what is called.

use bareflow_ir::{FuncId, Instr, Module, Operand, ValueId};

/// Offset in a frame of what `setjmp` returns.
pub(super) const VALUE: u64 = 8;
/// Offset in a buffer of the number to go on at.
pub(super) const NUMBER: u64 = 8;

/// The function that an instruction calls by its name.
pub(super) fn callee(module: &Module, instr: &Instr) -> Option<FuncId> {
    module.direct_callee(instr.op.call()?.callee)
}

pub(super) fn value(at: usize) -> Operand {
    Operand::Value(ValueId::new(at))
}
