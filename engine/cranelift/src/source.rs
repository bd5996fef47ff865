//! What is compiled: a function, its module, and constants that passes added.

use bareflow_ir::{
    BlockId, Const, ConstId, ConstKind, FuncId, Function, Module, Op, Operand, TypeId, Types,
};

use crate::opt::BodyBlock;

/// A function in its surroundings. Constant ids beyond the module's table are positions in
/// `extra`: the module itself is shared and never changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Source<'a> {
    pub(crate) module: &'a Module,
    /// Which function of it.
    pub(crate) id: FuncId,
    /// Its body, as the passes left it.
    pub(crate) func: &'a Function,
    pub(crate) extra: &'a [Const],
    pub(crate) types: &'a Types,
    /// Values beyond this many are not in the frame of the function as it was read.
    pub(crate) framed: usize,
    /// What passes know of the blocks; empty when none ran.
    pub(crate) blocks: &'a [BodyBlock],
}

impl<'a> Source<'a> {
    pub(crate) fn types(self) -> &'a Types {
        self.types
    }

    /// The block of the function as it was read that a block comes from.
    pub(crate) fn origin(self, block: BlockId) -> BlockId {
        self.blocks.get(block.index()).map_or(block, |known| known.origin)
    }

    /// Whether a block hardly ever runs: it never did, or it ends where nothing goes on.
    pub(crate) fn is_cold(self, block: BlockId) -> bool {
        let never_ran = self.blocks.get(block.index()).is_some_and(|known| known.weight == Some(0));
        never_ran || matches!(self.func.terminator(block).op, Op::Unreachable)
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
