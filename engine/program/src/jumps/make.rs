//! Instructions that are put into functions, and functions made of blocks.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{
    Block, BlockId, ConstKind, FuncId, Function, Instr, Module, Op, Operand, TypeId, ValueId,
};

use super::{Kinds, NUMBER, THROW, VALUE, call, callee, constant, host_call};

/// Instructions in the making, with the values of their function.
pub(super) struct Maker<'m> {
    pub(super) module: &'m mut Module,
    pub(super) kinds: Kinds,
    /// Types of all values so far; new ones come last, until [`function`] puts them in order.
    pub(super) values: Vec<TypeId>,
    pub(super) out: Vec<Instr>,
}

impl Maker<'_> {
    pub(super) fn push(&mut self, op: Op, ty: TypeId) -> Operand {
        let id = ValueId::new(self.values.len());
        let result = (ty != self.kinds.void).then_some(id);
        self.values.extend(result.map(|_| ty));
        self.out.push(Instr { op, ty, result });
        Operand::Value(id)
    }

    pub(super) fn effect(&mut self, op: Op) {
        self.push(op, self.kinds.void);
    }

    pub(super) fn number(&mut self, ty: TypeId, value: u64) -> Operand {
        constant(self.module, ty, ConstKind::Int(value))
    }

    pub(super) fn at(&mut self, base: Operand, offset: u64) -> Operand {
        let index = self.number(self.kinds.word, offset);
        let ty = self.kinds.byte;
        self.push(Op::Gep { ty, base, indices: vec![index], inbounds: false }, self.kinds.ptr)
    }

    pub(super) fn load(&mut self, base: Operand, offset: u64, ty: TypeId) -> Operand {
        let (ptr, align) = (self.at(base, offset), self.align(ty));
        self.push(Op::Load { ptr, align, volatile: false, atomic: None }, ty)
    }

    pub(super) fn store(&mut self, base: Operand, offset: u64, value: Operand, ty: TypeId) {
        let (ptr, align) = (self.at(base, offset), self.align(ty));
        self.effect(Op::Store { ptr, value, align, volatile: false, atomic: None });
    }

    fn align(&self, ty: TypeId) -> u32 {
        bareflow_ir::layout::align_of(&self.module.types, ty) as u32
    }
}

/// Makes calls of `__builtin_longjmp`, for which `setjmp` returns 1, calls of the machine.
pub(super) fn builtin_jumps(module: &mut Module, id: FuncId, jumps: &[FuncId], kinds: &Kinds) {
    let throw = host_call(module, THROW, kinds.body, kinds);
    let values = core::mem::take(&mut module.funcs[id.index()].values);
    let mut blocks = blocks(&module.funcs[id.index()]);
    let mut make = Maker { module, kinds: *kinds, values, out: Vec::new() };
    for block in &mut blocks {
        for instr in core::mem::take(block) {
            let jumps_away = callee(make.module, &instr).is_some_and(|to| jumps.contains(&to));
            let buffer = instr.op.call().and_then(|info| info.args.first().copied());
            let (true, Some(buffer)) = (jumps_away, buffer) else {
                make.out.push(instr);
                continue;
            };
            let frame = make.load(buffer, 0, kinds.ptr);
            let number = make.load(buffer, NUMBER, kinds.word);
            let one = make.number(kinds.int, 1);
            make.store(frame, VALUE, one, kinds.int);
            make.effect(call(throw, kinds.body, vec![frame, number]));
        }
        *block = core::mem::take(&mut make.out);
    }
    let values = make.values;
    let params: Vec<ValueId> = module.func(id).param_values().collect();
    fill(&mut module.funcs[id.index()], &values, &params, blocks);
}

/// The instructions of each block.
pub(super) fn blocks(func: &Function) -> Vec<Vec<Instr>> {
    func.block_ids().map(|id: BlockId| func.block(id).to_vec()).collect()
}

/// Gives a function a body of these blocks, whose values have any numbers: `types` are those of all,
/// `params` the ones of the parameters.
pub(super) fn fill(
    func: &mut Function,
    types: &[TypeId],
    params: &[ValueId],
    blocks: Vec<Vec<Instr>>,
) {
    let mut new = vec![None; types.len()];
    func.values = Vec::with_capacity(types.len());
    let results = blocks.iter().flatten().filter_map(|instr| instr.result);
    for id in params.iter().copied().chain(results) {
        new[id.index()] = Some(ValueId::new(func.values.len()));
        func.values.push(types[id.index()]);
    }
    let renamed = |id: ValueId| new[id.index()].unwrap_or(id);
    func.instrs = Vec::with_capacity(blocks.iter().map(Vec::len).sum());
    func.blocks = Vec::with_capacity(blocks.len());
    for block in blocks {
        let start = func.instrs.len() as u32;
        for mut instr in block {
            instr.result = instr.result.map(renamed);
            instr.op.operands_mut(|operand| {
                if let Operand::Value(id) = operand {
                    *id = renamed(*id);
                }
            });
            func.instrs.push(instr);
        }
        func.blocks.push(Block { instrs: start..func.instrs.len() as u32 });
    }
}
