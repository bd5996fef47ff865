//! Where things lie in frames and buffers, and what is called.

use bareflow_ir::{FuncId, Instr, Module, Operand, ValueId};

/// Offset in a frame of what `setjmp` returns.
pub(super) const VALUE: u64 = 8;
/// Offset in a buffer of the number to go on at.
pub(super) const NUMBER: u64 = 8;

/// Functions that return twice and keep which signals the thread holds back if their second argument says so, and the
/// function of the C library that does it: it is called before.
pub(super) const KEEPS: [&str; 2] = ["sigsetjmp", "__sigsetjmp"];
pub(super) const KEEP_MASK: &str = "__bf_keep_mask";

/// The function that an instruction calls by its name.
pub(super) fn callee(module: &Module, instr: &Instr) -> Option<FuncId> {
    module.direct_callee(instr.op.call()?.callee)
}

pub(super) fn value(at: usize) -> Operand {
    Operand::Value(ValueId::new(at))
}
