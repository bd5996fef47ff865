//! One function without `__float128`.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{
    BinaryOp, CallInfo, CastOp, ConstKind, FastMath, FuncId, Instr, IntPredicate, Module, Op,
    Operand, ParamAttrs, Type, TypeId, ValueId, WrapFlags,
};

use super::names::{
    ADD, COMPARE, DIV, MUL, OF_DOUBLE, OF_INT, OF_LONG, OF_UNSIGNED, REM, SUB, TO_BRAIN, TO_DOUBLE,
    TO_FLOAT, TO_HALF, TO_INT, TO_LONG, TO_UNSIGNED,
};
use crate::build::{blocks, constant, fill, function_named, plain_call};
use crate::comparison::outcomes;
use crate::retype::Retyped;

/// The sign of a value.
const SIGN: u128 = 1 << 127;

/// What types become, and some that the new code has.
pub(super) struct Change {
    pub(super) types: Retyped,
    /// What a `__float128` becomes.
    pair: TypeId,
    ptr: TypeId,
    wide: TypeId,
    double: TypeId,
    bit: TypeId,
    int: TypeId,
}

impl Change {
    pub(super) fn of(module: &mut Module, quad: TypeId) -> Self {
        let types = &mut module.types;
        let [bit, int, word, wide] = [1, 32, 64, 128].map(|bits| types.intern(Type::Int(bits)));
        let (ptr, double) = (types.intern(Type::Ptr), types.intern(Type::Double));
        let pair = types.intern(Type::Vector { elem: word, len: 2 });
        let types = Retyped::of(module, quad, pair, pair);
        Self { types, pair, ptr, wide, double, bit, int }
    }

    fn attrs(&self, attrs: ParamAttrs) -> ParamAttrs {
        let ty = |ty: Option<TypeId>| ty.map(|ty| self.types.ty(ty));
        ParamAttrs { byval: ty(attrs.byval), sret: ty(attrs.sret), ..attrs }
    }
}

/// A function on its way.
struct Rewriting<'m, 'c> {
    module: &'m mut Module,
    change: &'c Change,
    /// The types that values have had; of new ones those that they have.
    old: Vec<TypeId>,
    /// Types of all values.
    values: Vec<TypeId>,
    out: Vec<Instr>,
}

/// Rewrites a function, or the declaration of one.
///
/// # Errors
/// What of it has no words but `__float128`. The function is as it was but for its signature.
pub(super) fn rewrite(
    module: &mut Module,
    id: FuncId,
    change: &Change,
) -> Result<(), &'static str> {
    let func = module.func(id).clone();
    let new = &mut module.funcs[id.index()];
    new.ty = change.types.ty(func.ty);
    new.params.iter_mut().for_each(|attrs| *attrs = change.attrs(*attrs));
    if func.is_declaration() {
        return Ok(());
    }
    let values = func.values.iter().map(|ty| change.types.ty(*ty)).collect();
    let mut code = Rewriting { module, change, old: func.values.clone(), values, out: Vec::new() };
    let mut new = Vec::with_capacity(func.blocks.len());
    for block in blocks(&func) {
        block.into_iter().try_for_each(|instr| code.instr(instr))?;
        new.push(core::mem::take(&mut code.out));
    }
    let values = code.values;
    let params: Vec<ValueId> = func.param_values().collect();
    fill(&mut module.funcs[id.index()], &values, &params, new);
    Ok(())
}

impl Rewriting<'_, '_> {
    /// Adds an instruction whose result is `result`, or a new value.
    fn push(&mut self, op: Op, ty: TypeId, result: Option<ValueId>) -> Operand {
        let id = result.unwrap_or_else(|| {
            self.values.push(ty);
            self.old.push(ty);
            ValueId::new(self.values.len() - 1)
        });
        self.out.push(Instr::new(op, ty, Some(id)));
        Operand::Value(id)
    }

    fn cast(&mut self, op: CastOp, value: Operand, ty: TypeId, to: Option<ValueId>) -> Operand {
        self.push(Op::Cast { op, value, wrap: WrapFlags::default() }, ty, to)
    }

    /// An operation on the bits of a number.
    fn bits(&mut self, op: BinaryOp, lhs: Operand, rhs: Operand, to: Option<ValueId>) -> Operand {
        let (wrap, fast) = (WrapFlags::default(), FastMath::default());
        self.push(Op::Binary { op, lhs, rhs, wrap, fast }, self.change.pair, to)
    }

    fn pair(&mut self, bits: u128) -> Operand {
        let kind = ConstKind::Data(bits.to_le_bytes().into());
        constant(self.module, self.change.pair, kind)
    }

    /// Calls a function of the library that the module has.
    fn library(
        &mut self,
        name: &'static str,
        ret: TypeId,
        args: Vec<Operand>,
        types: &[TypeId],
        result: Option<ValueId>,
    ) -> Result<Operand, &'static str> {
        let func = function_named(self.module, name).ok_or("__float128 without a C library")?;
        let params = types.to_vec();
        let ty = self.module.types.intern(Type::Func { ret, params, varargs: false });
        let callee = constant(self.module, self.change.ptr, ConstKind::Func(func));
        Ok(self.push(plain_call(callee, ty, args), ret, result))
    }

    fn was(&self, operand: Operand) -> Option<TypeId> {
        self.change.types.was(&self.old, operand)
    }

    fn is_quad(&self, operand: Operand) -> bool {
        self.was(operand).is_some_and(|ty| self.change.types.is(ty))
    }

    fn is_vector(&self, ty: TypeId) -> bool {
        let elem = self.module.types.vector(ty).map(|(elem, _)| elem);
        elem.is_some_and(|elem| self.change.types.is(elem))
    }

    /// Rewrites an instruction.
    fn instr(&mut self, mut instr: Instr) -> Result<(), &'static str> {
        if self.change.types.has_computing(self.module, &instr.op) {
            return Err("a constant that computes with __float128");
        }
        let mut vector = self.is_vector(instr.ty);
        instr.op.operands(|operand| {
            vector |= self.was(operand).is_some_and(|ty| self.is_vector(ty));
        });
        if vector {
            return Err("a vector of __float128");
        }
        let was = instr.ty;
        let gives = self.change.types.is(was);
        instr.ty = self.change.types.ty(was);
        match &mut instr.op {
            Op::Load { atomic: Some(_), .. } if gives => return Err("an atomic __float128"),
            Op::Store { value, atomic: Some(_), .. } | Op::AtomicRmw { value, .. }
                if self.is_quad(*value) =>
            {
                return Err("an atomic __float128");
            }
            Op::Alloca { ty, .. } | Op::Gep { ty, .. } => *ty = self.change.types.ty(*ty),
            Op::Call(info) | Op::Invoke { call: info, .. } => {
                if self.sign(info, instr.result) {
                    return Ok(());
                }
                info.ty = self.change.types.ty(info.ty);
                info.attrs.iter_mut().for_each(|attrs| *attrs = self.change.attrs(*attrs));
            }
            Op::Binary { .. } | Op::FNeg { .. } | Op::FCmp { .. } | Op::Cast { .. } => {
                return self.operation(instr, gives);
            }
            _ => {}
        }
        self.out.push(instr);
        Ok(())
    }

    /// The two intrinsics that change the sign; whether the call is of one.
    fn sign(&mut self, info: &CallInfo, result: Option<ValueId>) -> bool {
        let name = |id| self.module.func(id).name.as_str();
        match (self.module.direct_callee(info.callee).map(name), &info.args[..]) {
            (Some("llvm.fabs.f128"), [value]) => {
                let size = self.pair(SIGN - 1);
                self.bits(BinaryOp::And, *value, size, result);
                true
            }
            (Some("llvm.copysign.f128"), [value, sign]) => {
                let (size, bit) = (self.pair(SIGN - 1), self.pair(SIGN));
                let size = self.bits(BinaryOp::And, *value, size, None);
                let bit = self.bits(BinaryOp::And, *sign, bit, None);
                self.bits(BinaryOp::Or, size, bit, result);
                true
            }
            _ => false,
        }
    }

    /// An operation of some type, which gives a `__float128` or not.
    fn operation(&mut self, instr: Instr, gives: bool) -> Result<(), &'static str> {
        let Change { pair, int, bit, .. } = *self.change;
        let result = instr.result;
        match &instr.op {
            Op::Binary { op, lhs, rhs, .. } if gives => {
                let name = match op {
                    BinaryOp::FAdd => ADD,
                    BinaryOp::FSub => SUB,
                    BinaryOp::FMul => MUL,
                    BinaryOp::FDiv => DIV,
                    _ => REM,
                };
                self.library(name, pair, vec![*lhs, *rhs], &[pair, pair], result)?;
            }
            Op::FNeg { value, .. } if gives => {
                let sign = self.pair(SIGN);
                self.bits(BinaryOp::Xor, *value, sign, result);
            }
            Op::FCmp { pred, lhs, rhs, .. } if self.is_quad(*lhs) => {
                let outcome = self.library(COMPARE, int, vec![*lhs, *rhs], &[pair, pair], None)?;
                let mask = constant(self.module, int, ConstKind::Int(outcomes(*pred)));
                let (wrap, fast) = (WrapFlags::default(), FastMath::default());
                let op = Op::Binary { op: BinaryOp::And, lhs: outcome, rhs: mask, wrap, fast };
                let lhs = self.push(op, int, None);
                let rhs = constant(self.module, int, ConstKind::Int(0));
                self.push(Op::ICmp { pred: IntPredicate::Ne, lhs, rhs }, bit, result);
            }
            // Others are of bits.
            Op::Cast { op, value, .. }
                if *op != CastOp::Bitcast && (gives || self.is_quad(*value)) =>
            {
                self.conversion(*op, *value, &instr, gives)?;
            }
            _ => self.out.push(instr),
        }
        Ok(())
    }

    /// A conversion to `__float128` (`gives`) or from it.
    fn conversion(
        &mut self,
        op: CastOp,
        value: Operand,
        instr: &Instr,
        gives: bool,
    ) -> Result<(), &'static str> {
        let Change { pair, wide, double, .. } = *self.change;
        let (result, args) = (instr.result, vec![value]);
        let from = self.was(value).ok_or("a conversion of nothing")?;
        let other = if gives { from } else { instr.ty };
        let bits = self.module.types.int_bits(other);
        match (op, gives, self.module.types.get(other)) {
            (CastOp::FpExt, true, Type::X86Fp80) => {
                self.library(OF_LONG, pair, args, &[other], result)?;
            }
            (CastOp::FpExt, true, Type::Double) => {
                self.library(OF_DOUBLE, pair, args, &[double], result)?;
            }
            (CastOp::FpExt, true, _) => {
                let value = self.cast(CastOp::FpExt, value, double, None);
                self.library(OF_DOUBLE, pair, vec![value], &[double], result)?;
            }
            (CastOp::FpTrunc, false, narrow) => {
                let name = match narrow {
                    Type::X86Fp80 => TO_LONG,
                    Type::Double => TO_DOUBLE,
                    Type::Float => TO_FLOAT,
                    Type::Half => TO_HALF,
                    _ => TO_BRAIN,
                };
                self.library(name, other, args, &[pair], result)?;
            }
            (CastOp::SiToFp | CastOp::UiToFp, true, _) if bits.is_some_and(|bits| bits <= 128) => {
                let signed = op == CastOp::SiToFp;
                let extend = if signed { CastOp::SExt } else { CastOp::ZExt };
                let value =
                    if other == wide { value } else { self.cast(extend, value, wide, None) };
                let name = if signed { OF_INT } else { OF_UNSIGNED };
                self.library(name, pair, vec![value], &[wide], result)?;
            }
            (CastOp::FpToSi | CastOp::FpToUi, false, _) if bits.is_some_and(|bits| bits <= 128) => {
                let name = if op == CastOp::FpToSi { TO_INT } else { TO_UNSIGNED };
                if other == wide {
                    self.library(name, wide, args, &[pair], result)?;
                } else {
                    let whole = self.library(name, wide, args, &[pair], None)?;
                    self.cast(CastOp::Trunc, whole, other, result);
                }
            }
            _ => return Err("a conversion between __float128 and integers of more than 128 bits"),
        }
        Ok(())
    }
}
