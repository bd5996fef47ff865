//! What is compiled: a function, its module, and constants that passes added.

use bareflow_ir::{Const, ConstId, ConstKind, FuncId, Function, Module, Operand, TypeId, Types};

/// A function in its surroundings. Constant ids beyond the module's table are positions in
/// `extra`: the module itself is shared and never changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) module: &'a Module,
    pub(crate) func: &'a Function,
    pub(crate) extra: &'a [Const],
}

impl<'a> Source<'a> {
    pub(crate) fn types(self) -> &'a Types {
        &self.module.types
    }

    pub(crate) fn constant(self, id: ConstId) -> &'a Const {
        let own = self.module.consts.len();
        if id.index() < own {
            &self.module.consts[id.index()]
        } else {
            &self.extra[id.index() - own]
        }
    }

    pub(crate) fn type_of(self, operand: Operand) -> TypeId {
        match operand {
            Operand::Value(id) => self.func.value_type(id),
            Operand::Const(id) => self.constant(id).ty,
        }
    }

    /// The value of a constant integer of at most 64 bits, zero-extended.
    pub(crate) fn const_int(self, operand: Operand) -> Option<u64> {
        let Operand::Const(id) = operand else { return None };
        match &self.constant(id).kind {
            ConstKind::Int(value) => Some(*value),
            ConstKind::Zero => self.types().int_bits(self.constant(id).ty).map(|_| 0),
            _ => None,
        }
    }

    /// The value of a constant integer of at most 64 bits, sign-extended.
    pub(crate) fn const_signed(self, operand: Operand) -> Option<i64> {
        let bits = self.types().int_bits(self.type_of(operand)).filter(|bits| *bits <= 64)?;
        let shift = 64 - bits;
        self.const_int(operand).map(|value| (value as i64) << shift >> shift)
    }

    /// The function an operand names directly.
    pub(crate) fn direct_callee(self, operand: Operand) -> Option<FuncId> {
        let Operand::Const(id) = operand else { return None };
        match self.constant(id).kind {
            ConstKind::Func(func) => Some(func),
            _ => None,
        }
    }
}
