//! One function without `long double`.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{
    BinaryOp, CallInfo, CastOp, ConstKind, FuncId, Instr, Module, Op, Operand, Type, TypeId,
    ValueId, WrapFlags,
};

use super::types::Change;
use crate::build::{blocks, constant, fill, function_named, plain_call};

/// A function on its way.
pub(super) struct Rewriting<'m, 'c> {
    pub(super) module: &'m mut Module,
    pub(super) change: &'c Change,
    /// The types that values have had; of new ones those that they have.
    pub(super) old: Vec<TypeId>,
    /// Types of all values.
    pub(super) values: Vec<TypeId>,
    pub(super) out: Vec<Instr>,
    /// Places for arguments, of which each call uses the first ones.
    pub(super) slots: Vec<ValueId>,
}

/// Rewrites a function, or the declaration of one.
///
/// # Errors
/// What of it has no words but `long double`. The function is as it was but for its signature.
pub(super) fn rewrite(
    module: &mut Module,
    id: FuncId,
    change: &Change,
) -> Result<(), &'static str> {
    let func = module.func(id).clone();
    let params = match module.types.signature(func.ty) {
        Some((_, params, _)) => params.to_vec(),
        None => Vec::new(),
    };
    let new = &mut module.funcs[id.index()];
    new.ty = change.ty(func.ty);
    for (attrs, ty) in new.params.iter_mut().zip(&params) {
        *attrs = change.attrs(*attrs, *ty);
    }
    if func.is_declaration() {
        return Ok(());
    }
    let mut values: Vec<TypeId> = func.values.iter().map(|ty| change.ty(*ty)).collect();
    let mut old = func.values.clone();
    // A parameter is the address of a copy now, and what was its value another one.
    let (mut loaded, mut heads) = (Vec::new(), Vec::new());
    for (at, ty) in params.iter().enumerate().filter(|(_, ty)| change.is_long(**ty)) {
        values[at] = change.ptr;
        let value = ValueId::new(values.len());
        values.push(change.wide);
        old.push(*ty);
        loaded.push((ValueId::new(at), value));
    }
    let mut code = Rewriting { module, change, old, values, out: Vec::new(), slots: Vec::new() };
    for (param, value) in &loaded {
        code.load(Operand::Value(*param), 16, false, Some(*value));
    }
    heads.append(&mut code.out);
    let mut new = Vec::with_capacity(func.blocks.len());
    for block in blocks(&func) {
        for mut instr in block {
            instr.op.operands_mut(|operand| {
                if let Operand::Value(id) = operand
                    && let Some((_, value)) = loaded.iter().find(|(param, _)| param == id)
                {
                    *id = *value;
                }
            });
            code.instr(instr)?;
        }
        new.push(core::mem::take(&mut code.out));
    }
    let count = code.number(change.int, 1);
    let room = |slot: &ValueId| {
        Instr::new(Op::Alloca { ty: change.wide, count, align: 16 }, change.ptr, Some(*slot))
    };
    let mut front: Vec<Instr> = code.slots.iter().map(room).collect();
    front.extend(heads);
    if let Some(first) = new.first_mut() {
        first.splice(0..0, front);
    }
    let values = code.values;
    let params: Vec<ValueId> = func.param_values().collect();
    fill(&mut module.funcs[id.index()], &values, &params, new);
    Ok(())
}

impl Rewriting<'_, '_> {
    /// Adds an instruction whose result is `result`, or a new value.
    pub(super) fn push(&mut self, op: Op, ty: TypeId, result: Option<ValueId>) -> Operand {
        let id = result.unwrap_or_else(|| {
            self.values.push(ty);
            self.old.push(ty);
            ValueId::new(self.values.len() - 1)
        });
        self.out.push(Instr::new(op, ty, Some(id)));
        Operand::Value(id)
    }

    pub(super) fn effect(&mut self, op: Op) {
        let ty = self.change.void;
        self.out.push(Instr::new(op, ty, None));
    }

    pub(super) fn number(&mut self, ty: TypeId, value: u64) -> Operand {
        constant(self.module, ty, ConstKind::Int(value))
    }

    /// A number of 128 bits.
    pub(super) fn wide(&mut self, value: u128) -> Operand {
        let limbs = [value as u64, (value >> 64) as u64];
        constant(self.module, self.change.wide, ConstKind::Wide(limbs.into()))
    }

    pub(super) fn cast(
        &mut self,
        op: CastOp,
        value: Operand,
        ty: TypeId,
        result: Option<ValueId>,
    ) -> Operand {
        self.push(Op::Cast { op, value, wrap: WrapFlags::default() }, ty, result)
    }

    pub(super) fn binary(
        &mut self,
        op: BinaryOp,
        lhs: Operand,
        rhs: Operand,
        result: Option<ValueId>,
    ) -> Operand {
        let (wrap, fast) = (WrapFlags::default(), bareflow_ir::FastMath::default());
        let ty = self.change.wide;
        self.push(Op::Binary { op, lhs, rhs, wrap, fast }, ty, result)
    }

    /// Whether an operand was a `long double`.
    pub(super) fn is_long(&self, operand: Operand) -> bool {
        self.change.was(&self.old, operand).is_some_and(|ty| self.change.is_long(ty))
    }

    /// Calls a function of the library that the module has.
    pub(super) fn library(
        &mut self,
        name: &'static str,
        ret: TypeId,
        args: Vec<Operand>,
        types: &[TypeId],
        result: Option<ValueId>,
    ) -> Result<Operand, &'static str> {
        let func = function_named(self.module, name).ok_or("long double without a C library")?;
        let params = types.to_vec();
        let ty = self.module.types.intern(Type::Func { ret, params, varargs: false });
        let callee = constant(self.module, self.change.ptr, ConstKind::Func(func));
        Ok(self.push(plain_call(callee, ty, args), ret, result))
    }

    /// The address `bytes` behind another.
    fn behind(&mut self, base: Operand, bytes: u64) -> Operand {
        let index = self.number(self.change.word, bytes);
        let ty = self.module.types.intern(Type::Int(8));
        self.push(
            Op::Gep { ty, base, indices: vec![index], inbounds: false },
            self.change.ptr,
            None,
        )
    }

    /// Loads the ten bytes of a value.
    fn load(&mut self, ptr: Operand, align: u32, volatile: bool, result: Option<ValueId>) {
        let Change { wide, word, short, .. } = *self.change;
        let low = Op::Load { ptr, align: align.min(8), volatile, atomic: None };
        let low = self.push(low, word, None);
        let ptr = self.behind(ptr, 8);
        let high = Op::Load { ptr, align: align.min(8), volatile, atomic: None };
        let high = self.push(high, short, None);
        let low = self.cast(CastOp::ZExt, low, wide, None);
        let high = self.cast(CastOp::ZExt, high, wide, None);
        let by = self.wide(64);
        let high = self.binary(BinaryOp::Shl, high, by, None);
        self.binary(BinaryOp::Or, low, high, result);
    }

    /// Stores the ten bytes of a value.
    pub(super) fn store(&mut self, ptr: Operand, value: Operand, align: u32, volatile: bool) {
        let Change { word, short, .. } = *self.change;
        let low = self.cast(CastOp::Trunc, value, word, None);
        let by = self.wide(64);
        let high = self.binary(BinaryOp::LShr, value, by, None);
        let high = self.cast(CastOp::Trunc, high, short, None);
        let align = align.min(8);
        self.effect(Op::Store { ptr, value: low, align, volatile, atomic: None });
        let ptr = self.behind(ptr, 8);
        self.effect(Op::Store { ptr, value: high, align, volatile, atomic: None });
    }

    /// Rewrites an instruction.
    fn instr(&mut self, mut instr: Instr) -> Result<(), &'static str> {
        if self.change.types.has_computing(self.module, &instr.op) {
            return Err("a constant that computes with long double");
        }
        let was = instr.ty;
        instr.ty = self.change.ty(was);
        let result = instr.result;
        let gives = self.change.is_long(was);
        match &mut instr.op {
            Op::Load { ptr, align, volatile, atomic } if gives => {
                if atomic.is_some() {
                    return Err("an atomic long double");
                }
                self.load(*ptr, *align, *volatile, result);
                return Ok(());
            }
            Op::Store { ptr, value, align, volatile, atomic } if self.is_long(*value) => {
                if atomic.is_some() {
                    return Err("an atomic long double");
                }
                self.store(*ptr, *value, *align, *volatile);
                return Ok(());
            }
            Op::AtomicRmw { value, .. } if self.is_long(*value) => {
                return Err("an atomic long double");
            }
            Op::VaArg { .. } if gives => return Err("va_arg of a long double"),
            Op::Alloca { ty, .. } | Op::Gep { ty, .. } => *ty = self.change.ty(*ty),
            Op::Call(_) | Op::Invoke { .. } => return self.call(instr),
            Op::Binary { .. } | Op::FNeg { .. } | Op::FCmp { .. } | Op::Cast { .. } => {
                return self.operation(instr, was);
            }
            _ => {}
        }
        self.out.push(instr);
        Ok(())
    }

    /// The call of a `call` or `invoke`, to change.
    pub(super) fn call_info(op: &mut Op) -> Option<&mut CallInfo> {
        match op {
            Op::Call(info) | Op::Invoke { call: info, .. } => Some(info),
            _ => None,
        }
    }
}
