//! Arithmetic, comparisons and conversions of `long double`.

use alloc::vec;

use bareflow_ir::{BinaryOp, CastOp, Instr, IntPredicate, Op, Operand, Type, TypeId};

use super::function::Rewriting;
use super::{
    ADD, COMPARE, DIV, MUL, OF_DOUBLE, OF_INT, OF_UNSIGNED, REM, SUB, TO_DOUBLE, TO_FLOAT, TO_INT,
    TO_UNSIGNED,
};
use crate::comparison::outcomes;

/// The sign of a value.
pub(super) const SIGN: u128 = 1 << 79;

impl Rewriting<'_, '_> {
    /// An operation of some type; `was` is the one that its result had.
    pub(super) fn operation(&mut self, instr: Instr, was: TypeId) -> Result<(), &'static str> {
        let (wide, result) = (self.change.wide, instr.result);
        let of_vector = |code: &Self, operand: Operand| {
            let old = code.change.was(&code.old, operand);
            old.and_then(|ty| code.module.types.vector(ty))
                .is_some_and(|(elem, _)| code.change.is_long(elem))
        };
        let gives = self.change.is_long(was);
        match &instr.op {
            Op::Binary { op, lhs, rhs, .. } if gives => {
                let name = match op {
                    BinaryOp::FAdd => ADD,
                    BinaryOp::FSub => SUB,
                    BinaryOp::FMul => MUL,
                    BinaryOp::FDiv => DIV,
                    _ => REM,
                };
                self.library(name, wide, vec![*lhs, *rhs], &[wide, wide], result)?;
            }
            Op::FNeg { value, .. } if gives => {
                let sign = self.wide(SIGN);
                self.binary(BinaryOp::Xor, *value, sign, result);
            }
            Op::FCmp { pred, lhs, rhs, .. } if self.is_long(*lhs) => {
                let int = self.change.int;
                let args = vec![*lhs, *rhs];
                let outcome = self.library(COMPARE, int, args, &[wide, wide], None)?;
                let mask = self.number(int, outcomes(*pred));
                let (wrap, fast) = Default::default();
                let op = Op::Binary { op: BinaryOp::And, lhs: outcome, rhs: mask, wrap, fast };
                let lhs = self.push(op, int, None);
                let rhs = self.number(int, 0);
                let bit = self.change.bit;
                self.push(Op::ICmp { pred: IntPredicate::Ne, lhs, rhs }, bit, result);
            }
            Op::Cast { op, value, .. } if gives || self.is_long(*value) => {
                self.conversion(*op, *value, &instr, gives)?;
            }
            Op::Binary { lhs: value, .. }
            | Op::FNeg { value, .. }
            | Op::FCmp { lhs: value, .. }
            | Op::Cast { value, .. }
                if of_vector(self, *value) =>
            {
                return Err("a vector of long double");
            }
            _ => self.out.push(instr),
        }
        Ok(())
    }

    /// A conversion to `long double` (`gives`) or from it.
    fn conversion(
        &mut self,
        op: CastOp,
        value: Operand,
        instr: &Instr,
        gives: bool,
    ) -> Result<(), &'static str> {
        let (wide, double, float) = (self.change.wide, self.change.double, self.change.float);
        let result = instr.result;
        let from = self.change.was(&self.old, value).ok_or("a conversion of nothing")?;
        let other = if gives { from } else { instr.ty };
        let bits = self.module.types.int_bits(other);
        match (op, gives) {
            (CastOp::FpExt, true) if other == double || other == float => {
                let value = if other == float {
                    self.cast(CastOp::FpExt, value, double, None)
                } else {
                    value
                };
                self.library(OF_DOUBLE, wide, vec![value], &[double], result)?;
            }
            (CastOp::FpTrunc, false) if other == double => {
                self.library(TO_DOUBLE, double, vec![value], &[wide], result)?;
            }
            (CastOp::FpTrunc, false) if other == float => {
                self.library(TO_FLOAT, float, vec![value], &[wide], result)?;
            }
            (CastOp::SiToFp | CastOp::UiToFp, true) if bits.is_some_and(|bits| bits <= 128) => {
                let signed = op == CastOp::SiToFp;
                let extend = if signed { CastOp::SExt } else { CastOp::ZExt };
                let value =
                    if other == wide { value } else { self.cast(extend, value, wide, None) };
                let name = if signed { OF_INT } else { OF_UNSIGNED };
                self.library(name, wide, vec![value], &[wide], result)?;
            }
            (CastOp::FpToSi | CastOp::FpToUi, false) if bits.is_some_and(|bits| bits <= 128) => {
                let name = if op == CastOp::FpToSi { TO_INT } else { TO_UNSIGNED };
                if other == wide {
                    self.library(name, wide, vec![value], &[wide], result)?;
                } else {
                    let whole = self.library(name, wide, vec![value], &[wide], None)?;
                    self.cast(CastOp::Trunc, whole, other, result);
                }
            }
            (CastOp::Bitcast, true) if *self.module.types.get(other) == Type::Int(80) => {
                self.cast(CastOp::ZExt, value, wide, result);
            }
            (CastOp::Bitcast, false) if *self.module.types.get(other) == Type::Int(80) => {
                self.cast(CastOp::Trunc, value, other, result);
            }
            _ => return Err("a conversion between long double and halves, vectors or _Float128"),
        }
        Ok(())
    }
}
