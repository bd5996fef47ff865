//! Functions: parameters, blocks, instructions.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::{
    BlockId, CallInfo, FunctionFlags, Linkage, LocationId, Op, Operand, ParamAttrs, TypeId, ValueId,
};

/// A function definition, or a declaration when it has no blocks.
#[derive(Clone, Debug)]
pub struct Function {
    /// Symbol name; unique in the module.
    pub name: String,
    /// A [`crate::Type::Func`].
    pub ty: TypeId,
    /// Who sees it.
    pub linkage: Linkage,
    /// Comdat group name, if it is in one.
    pub comdat: Option<String>,
    /// One entry a fixed parameter.
    pub params: Vec<ParamAttrs>,
    /// Attributes of the result.
    pub ret: ParamAttrs,
    /// Further attributes.
    pub flags: FunctionFlags,
    /// Types of the values: parameters, then results in program order.
    pub values: Vec<TypeId>,
    /// Instructions of all blocks, block after block.
    pub instrs: Vec<Instr>,
    /// The blocks in the order of the bitcode; the first is the entry.
    pub blocks: Vec<Block>,
}

/// An instruction in its block.
#[derive(Clone, Debug)]
pub struct Instr {
    /// What it does.
    pub op: Op,
    /// Type of its result; void when it has none.
    pub ty: TypeId,
    /// Its result, when the type is not void.
    pub result: Option<ValueId>,
    /// Where it comes from, if debug information says so.
    pub location: Option<LocationId>,
}

impl Instr {
    /// An instruction that comes from no place of a source.
    pub const fn new(op: Op, ty: TypeId, result: Option<ValueId>) -> Self {
        Self { op, ty, result, location: None }
    }
}

/// A basic block.
///
/// # Invariants
/// Not empty; phis come first; exactly the last instruction is a terminator.
#[derive(Clone, Debug)]
pub struct Block {
    /// Where its instructions lie in [`Function::instrs`].
    pub instrs: Range<u32>,
}

impl Function {
    /// Whether only its signature is known.
    pub fn is_declaration(&self) -> bool {
        self.blocks.is_empty()
    }

    /// Whether it is to stay apart from its callers, as its author says: no compiler here makes it a part of
    /// another function. Without optimisation compilers mark every function `noinline`, which then says nothing.
    pub fn stays_apart(&self) -> bool {
        self.flags.noinline && !self.flags.optnone && !self.is_unoptimised()
    }

    /// Whether no pass of a compiler has gone over it: it has a variable in memory whose address nothing needs,
    /// which the first of all passes makes values of. Members of it at fixed places are as good as the whole.
    fn is_unoptimised(&self) -> bool {
        // By value: the variable in which it is a place, if any.
        let mut within = alloc::vec![None; self.values.len()];
        let mut plain = alloc::vec![false; self.values.len()];
        let mut used = alloc::vec![false; self.values.len()];
        for instr in &self.instrs {
            let result = instr.result.map(ValueId::index);
            match (&instr.op, result) {
                (Op::Alloca { .. }, Some(result)) => {
                    within[result] = Some(result);
                    plain[result] = true;
                }
                (Op::Gep { base: Operand::Value(base), indices, .. }, Some(result))
                    if indices.iter().all(|index| matches!(index, Operand::Const(_))) =>
                {
                    within[result] = within[base.index()];
                    continue;
                }
                _ => {}
            }
            let place = match instr.op {
                Op::Load { ptr, volatile: false, atomic: None, .. }
                | Op::Store { ptr, volatile: false, atomic: None, .. } => Some(ptr),
                _ => None,
            };
            let mut places = 0;
            instr.op.operands(|operand| {
                let Operand::Value(value) = operand else { return };
                // What is stored is no place, even where it is the place as well.
                let is_place = Some(operand) == place && places == 0;
                places += u32::from(is_place);
                let Some(variable) = within[value.index()] else { return };
                used[variable] |= is_place;
                plain[variable] &= is_place;
            });
        }
        plain.into_iter().zip(used).any(|(plain, used)| plain && used)
    }

    /// The instructions of a block.
    ///
    /// # Panics
    /// If the block is of another function.
    #[inline]
    pub fn block(&self, id: BlockId) -> &[Instr] {
        let range = &self.blocks[id.index()].instrs;
        &self.instrs[range.start as usize..range.end as usize]
    }

    /// The terminator of a block.
    ///
    /// # Panics
    /// If the block is of another function or empty.
    pub fn terminator(&self, id: BlockId) -> &Instr {
        &self.instrs[self.blocks[id.index()].instrs.end as usize - 1]
    }

    /// The call that a block ends with by returning what it returns, if that call must not use
    /// stack; and its place in the block.
    ///
    /// # Panics
    /// If the block is of another function.
    pub fn tail_call(&self, id: BlockId) -> Option<(usize, &CallInfo)> {
        let [.., call, ret] = self.block(id) else { return None };
        let (Op::Call(info), Op::Ret { value }) = (&call.op, &ret.op) else { return None };
        let same = *value == call.result.map(Operand::Value);
        (info.must_tail && same).then(|| (self.block(id).len() - 2, info))
    }

    /// All block ids in order.
    pub fn block_ids(&self) -> impl DoubleEndedIterator<Item = BlockId> + use<> {
        (0..self.blocks.len()).map(BlockId::new)
    }

    /// The values of the parameters.
    pub fn param_values(&self) -> impl Iterator<Item = ValueId> + use<> {
        (0..self.params.len()).map(ValueId::new)
    }

    /// The type of a value.
    ///
    /// # Panics
    /// If the value is of another function.
    #[inline]
    pub fn value_type(&self, id: ValueId) -> TypeId {
        self.values[id.index()]
    }
}
