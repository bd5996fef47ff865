//! A function body that passes can change.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{
    Block, BlockId, Const, ConstId, ConstKind, FuncId, Function, Instr, Module, Op, Operand, Type,
    TypeId, Types, ValueId,
};
use bareflow_profile::{FunctionProfile, shape_of};

/// A function in pieces.
#[derive(Clone, Debug)]
pub(crate) struct Body {
    /// How many of the values are parameters.
    pub(super) params: usize,
    /// Types of the values.
    pub(crate) values: Vec<TypeId>,
    /// Blocks; the first is the entry.
    pub(crate) blocks: Vec<BodyBlock>,
    /// All types: those of the module, and new ones.
    pub(crate) types: Types,
    /// Constants that are not in the module, which has `shared` of them.
    pub(crate) extra: Vec<Const>,
    shared: usize,
    /// What stands for a value that is gone.
    aliases: Vec<Option<Operand>>,
    /// Functions that were inlined into each other, as a path: each entry is a function and
    /// the entry it was called from.
    pub(crate) chains: Vec<(FuncId, Option<u32>)>,
}

/// A block.
#[derive(Clone, Debug)]
pub(crate) struct BodyBlock {
    pub(crate) instrs: Vec<Instr>,
    /// How often it ran, if that was counted.
    pub(crate) weight: Option<u64>,
    /// The block of the original function that it comes from, or is inlined into.
    pub(crate) origin: BlockId,
    /// Position in [`Body::chains`].
    pub(crate) chain: u32,
}

/// The profile of a function, if it is about this body.
pub(super) fn profile_of<'a>(
    module: &Module,
    id: FuncId,
    profile: &'a [FunctionProfile],
) -> Option<&'a FunctionProfile> {
    let func = module.func(id);
    profile.get(id.index()).filter(|profile| {
        profile.blocks.len() == func.blocks.len() && profile.shape == shape_of(func)
    })
}

impl Body {
    /// A copy of a function.
    pub(crate) fn of(module: &Module, id: FuncId, profile: &[FunctionProfile]) -> Self {
        let func = module.func(id);
        let counts = profile_of(module, id, profile);
        let blocks = func
            .block_ids()
            .map(|block| BodyBlock {
                instrs: func.block(block).to_vec(),
                weight: counts.map(|profile| profile.blocks[block.index()]),
                origin: block,
                chain: 0,
            })
            .collect();
        Self {
            params: func.params.len(),
            values: func.values.clone(),
            blocks,
            types: module.types.clone(),
            extra: Vec::new(),
            shared: module.consts.len(),
            aliases: vec![None; func.values.len()],
            chains: vec![(id, None)],
        }
    }

    /// A new value.
    pub(super) fn value(&mut self, ty: TypeId) -> ValueId {
        self.values.push(ty);
        self.aliases.push(None);
        ValueId::new(self.values.len() - 1)
    }

    /// A new constant.
    pub(super) fn constant(&mut self, ty: TypeId, kind: ConstKind) -> Operand {
        let constant = Const { ty, kind };
        let known = self.extra.iter().position(|known| *known == constant);
        let at = known.unwrap_or_else(|| {
            self.extra.push(constant);
            self.extra.len() - 1
        });
        Operand::Const(ConstId::new(self.shared + at))
    }

    /// Lets every use of `id` mean `operand`.
    pub(super) fn replace(&mut self, id: ValueId, operand: Operand) {
        self.aliases[id.index()] = Some(operand);
    }

    /// What an operand means after all replacements.
    pub(super) fn resolve(&self, mut operand: Operand) -> Operand {
        while let Operand::Value(id) = operand
            && let Some(next) = self.aliases[id.index()]
        {
            operand = next;
        }
        operand
    }

    /// The type of booleans.
    pub(super) fn bool(&mut self) -> TypeId {
        self.types.intern(Type::Int(1))
    }

    pub(super) fn new_block(&mut self, like: BlockId) -> BlockId {
        let BodyBlock { weight, origin, chain, .. } = self.blocks[like.index()];
        self.blocks.push(BodyBlock { instrs: Vec::new(), weight, origin, chain });
        BlockId::new(self.blocks.len() - 1)
    }

    /// Lets the phis in the successors of `block` know it as `new`.
    pub(super) fn rename_predecessor(&mut self, block: BlockId, new: BlockId) {
        let mut targets = Vec::new();
        if let Some(last) = self.blocks[new.index()].instrs.last() {
            last.op.successors(|to| targets.push(to));
        }
        for to in targets {
            for instr in &mut self.blocks[to.index()].instrs {
                let Op::Phi { incoming } = &mut instr.op else { break };
                for (_, from) in incoming {
                    if *from == block {
                        *from = new;
                    }
                }
            }
        }
    }

    /// Number of instructions that make code.
    pub(super) fn size(&self) -> u32 {
        self.blocks.iter().flat_map(|block| &block.instrs).map(cost).sum()
    }

    /// The function again. What was replaced is gone from it; values keep their ids, so some
    /// may have no definition.
    pub(crate) fn finish(&mut self, like: &Function) -> Function {
        let mut blocks = core::mem::take(&mut self.blocks);
        for block in &mut blocks {
            for instr in &mut block.instrs {
                instr.op.operands_mut(|operand| *operand = self.resolve(*operand));
            }
        }
        let mut instrs = Vec::new();
        let mut ranges = Vec::new();
        for block in &mut blocks {
            let start = instrs.len() as u32;
            instrs.append(&mut block.instrs);
            ranges.push(Block { instrs: start..instrs.len() as u32 });
        }
        self.blocks = blocks;
        Function {
            name: like.name.clone(),
            ty: like.ty,
            linkage: like.linkage,
            comdat: None,
            params: like.params.clone(),
            ret: like.ret,
            flags: like.flags,
            values: core::mem::take(&mut self.values),
            instrs,
            blocks: ranges,
        }
    }
}

/// What an instruction adds to the size of a function.
pub(super) fn cost(instr: &Instr) -> u32 {
    match instr.op {
        Op::Alloca { .. } | Op::Phi { .. } | Op::Br { .. } | Op::Unreachable => 0,
        Op::Freeze { .. } | Op::ExtractValue { .. } | Op::InsertValue { .. } => 0,
        Op::Call(_) | Op::Invoke { .. } => 3,
        _ => 1,
    }
}
