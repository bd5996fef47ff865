//! A function body that is being made: blocks of instructions, whose results have provisional
//! numbers until it is finished.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_bitcode::write::{FunctionCounts, SiteCounts};
use bareflow_ir::{Block, FuncId, Function, Instr, Op, Operand, TypeId, ValueId};

/// A body on its way. Values have provisional numbers, in no order.
#[derive(Debug)]
pub(crate) struct Draft {
    params: Vec<ValueId>,
    /// By provisional number.
    types: Vec<TypeId>,
    blocks: Vec<DraftBlock>,
}

/// An indirect call: which instruction it is, what it called and how often, and its other calls.
type Site = (usize, Vec<(FuncId, u64)>, u64);

/// A block of it.
#[derive(Debug, Default)]
pub(crate) struct DraftBlock {
    instrs: Vec<Instr>,
    /// How often it ran, and its edges; nothing where nothing is known.
    pub(crate) count: u64,
    pub(crate) edges: Vec<u64>,
    sites: Vec<Site>,
}

impl Draft {
    /// A body of these parameters. Those of `types` have the first provisional numbers.
    pub(crate) fn new(params: Vec<ValueId>, types: Vec<TypeId>) -> Self {
        Self { params, types, blocks: Vec::new() }
    }

    /// Sets the parameters.
    pub(crate) fn set_params(&mut self, params: Vec<ValueId>) {
        self.params = params;
    }

    /// A new provisional number.
    pub(crate) fn value(&mut self, ty: TypeId) -> ValueId {
        self.types.push(ty);
        ValueId::new(self.types.len() - 1)
    }

    /// Begins the next block.
    pub(crate) fn begin(&mut self) {
        self.blocks.push(DraftBlock::default());
    }

    /// The block that was begun last.
    pub(crate) fn block(&mut self) -> &mut DraftBlock {
        if self.blocks.is_empty() {
            self.begin();
        }
        let last = self.blocks.len() - 1;
        &mut self.blocks[last]
    }

    /// Appends an instruction without a result.
    pub(crate) fn act(&mut self, op: Op, void: TypeId) {
        self.block().instrs.push(Instr::new(op, void, None));
    }

    /// Appends an instruction with a result of this number.
    pub(crate) fn define(&mut self, result: ValueId, op: Op) {
        let ty = self.types[result.index()];
        self.block().instrs.push(Instr::new(op, ty, Some(result)));
    }

    /// Appends an instruction with a new result.
    pub(crate) fn add(&mut self, ty: TypeId, op: Op) -> Operand {
        let result = self.value(ty);
        self.define(result, op);
        Operand::Value(result)
    }

    /// Says what the call that comes next has called.
    pub(crate) fn site(&mut self, targets: Vec<(FuncId, u64)>, other: u64) {
        let block = self.block();
        block.sites.push((block.instrs.len(), targets, other));
    }

    /// Gives all values their numbers and makes it the body of `func`.
    pub(crate) fn finish(self, func: &mut Function) -> FunctionCounts {
        let mut numbers = vec![None; self.types.len()];
        let mut values = Vec::new();
        let results = self.blocks.iter().flat_map(|block| &block.instrs);
        for value in self.params.iter().copied().chain(results.filter_map(|instr| instr.result)) {
            numbers[value.index()] = Some(ValueId::new(values.len()));
            values.push(self.types[value.index()]);
        }
        let number = |value: ValueId| numbers[value.index()].unwrap_or(value);
        let mut counts = FunctionCounts::default();
        let (mut instrs, mut blocks) = (Vec::new(), Vec::new());
        for block in self.blocks {
            let start = instrs.len() as u32;
            counts.blocks.push(block.count);
            counts.edges.extend(block.edges);
            counts.sites.extend(block.sites.into_iter().map(|(at, targets, other)| SiteCounts {
                instr: start + at as u32,
                targets,
                other,
            }));
            for mut instr in block.instrs {
                instr.result = instr.result.map(number);
                instr.op.operands_mut(|operand| {
                    if let Operand::Value(value) = operand {
                        *value = number(*value);
                    }
                });
                instrs.push(instr);
            }
            blocks.push(Block { instrs: start..instrs.len() as u32 });
        }
        (func.values, func.instrs, func.blocks) = (values, instrs, blocks);
        counts
    }
}
