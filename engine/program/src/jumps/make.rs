//! Instructions that are put into functions.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{ConstKind, FuncId, Instr, Module, Op, Operand, TypeId, ValueId};

use super::words::{Kinds, NUMBER, THROW, VALUE, callee, host_call};
use crate::build::{blocks, constant, fill, plain_call};

/// Instructions in the making, with the values of their function.
pub(super) struct Maker<'m> {
    pub(super) module: &'m mut Module,
    pub(super) kinds: Kinds,
    /// Types of all values so far; new ones come last, until [`fill`] puts them in order.
    pub(super) values: Vec<TypeId>,
    pub(super) out: Vec<Instr>,
}

impl Maker<'_> {
    pub(super) fn push(&mut self, op: Op, ty: TypeId) -> Operand {
        let id = ValueId::new(self.values.len());
        let result = (ty != self.kinds.void).then_some(id);
        self.values.extend(result.map(|_| ty));
        self.out.push(Instr::new(op, ty, result));
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
            make.effect(plain_call(throw, kinds.body, vec![frame, number]));
        }
        *block = core::mem::take(&mut make.out);
    }
    let values = make.values;
    let params: Vec<ValueId> = module.func(id).param_values().collect();
    fill(&mut module.funcs[id.index()], &values, &params, blocks);
}
