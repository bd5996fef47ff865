//! Integer arithmetic on scalars of at most 128 bits.

use bareflow_ir::{BinaryOp, IntPredicate};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, Value, types};

use crate::lower::{Lower, Res, refuse};

/// Cranelift's name of a comparison.
pub(crate) fn int_cc(pred: IntPredicate) -> IntCC {
    match pred {
        IntPredicate::Eq => IntCC::Equal,
        IntPredicate::Ne => IntCC::NotEqual,
        IntPredicate::Ugt => IntCC::UnsignedGreaterThan,
        IntPredicate::Uge => IntCC::UnsignedGreaterThanOrEqual,
        IntPredicate::Ult => IntCC::UnsignedLessThan,
        IntPredicate::Ule => IntCC::UnsignedLessThanOrEqual,
        IntPredicate::Sgt => IntCC::SignedGreaterThan,
        IntPredicate::Sge => IntCC::SignedGreaterThanOrEqual,
        IntPredicate::Slt => IntCC::SignedLessThan,
        IntPredicate::Sle => IntCC::SignedLessThanOrEqual,
    }
}

/// Whether a comparison looks at the sign.
pub(crate) fn is_signed(pred: IntPredicate) -> bool {
    use IntPredicate::{Sge, Sgt, Sle, Slt};
    matches!(pred, Sgt | Sge | Slt | Sle)
}

impl Lower<'_, '_> {
    /// Clears the bits above `bits`.
    pub(crate) fn mask_to(&mut self, value: Value, bits: u32) -> Value {
        let ty = self.ty(value);
        if bits >= ty.lane_bits() {
            return value;
        }
        let mask = self.long(ty, (1u128 << bits) - 1);
        self.b.ins().band(value, mask)
    }

    /// Copies bit `bits - 1` into the bits above it.
    pub(crate) fn sign_in(&mut self, value: Value, bits: u32) -> Value {
        let ty = self.ty(value);
        if bits >= ty.lane_bits() {
            return value;
        }
        let distance = self.int(types::I8, u64::from(ty.bits() - bits));
        let up = self.b.ins().ishl(value, distance);
        self.b.ins().sshr(up, distance)
    }

    /// An integer of `from` bits as one of `to` bits, cut off or filled with zeros.
    pub(crate) fn fit_int(&mut self, value: Value, from: u32, to: u32, clif: clif::Type) -> Value {
        let resized = self.resize(value, clif);
        if to < from { self.mask_to(resized, to) } else { resized }
    }

    /// The low bits of an integer, or it and zeros.
    pub(crate) fn resize(&mut self, value: Value, to: clif::Type) -> Value {
        let from = self.ty(value);
        if from.bits() > to.bits() {
            self.b.ins().ireduce(to, value)
        } else if from.bits() < to.bits() {
            self.b.ins().uextend(to, value)
        } else {
            value
        }
    }

    /// An integer of `from` bits as one of `to` bits, filled with its sign.
    pub(crate) fn sign_extend(
        &mut self,
        value: Value,
        from: u32,
        to: u32,
        clif: clif::Type,
    ) -> Value {
        let signed = self.sign_in(value, from);
        let wide =
            if self.ty(signed) == clif { signed } else { self.b.ins().sextend(clif, signed) };
        self.mask_to(wide, to)
    }

    /// The amount of a shift of `ty` as Cranelift takes it, modulo the width.
    fn amount(&mut self, amount: Value, ty: clif::Type) -> Value {
        let amount = self.unmasked(amount, ty.bits());
        if self.ty(amount) == types::I128 {
            self.b.ins().ireduce(types::I64, amount)
        } else {
            amount
        }
    }

    pub(crate) fn int_binary(&mut self, op: BinaryOp, bits: u32, a: Value, b: Value) -> Res<Value> {
        let long = self.ty(a) == types::I128;
        let value = match op {
            BinaryOp::Add => self.b.ins().iadd(a, b),
            BinaryOp::Sub => self.b.ins().isub(a, b),
            BinaryOp::Mul => self.b.ins().imul(a, b),
            BinaryOp::And => return Ok(self.b.ins().band(a, b)),
            BinaryOp::Or => return Ok(self.b.ins().bor(a, b)),
            BinaryOp::Xor => return Ok(self.b.ins().bxor(a, b)),
            BinaryOp::Shl => {
                let amount = self.amount(b, self.ty(a));
                self.b.ins().ishl(a, amount)
            }
            BinaryOp::LShr => {
                let amount = self.amount(b, self.ty(a));
                return Ok(self.b.ins().ushr(a, amount));
            }
            BinaryOp::AShr => {
                let a = self.sign_in(a, bits);
                let amount = self.amount(b, self.ty(a));
                self.b.ins().sshr(a, amount)
            }
            BinaryOp::UDiv if long => return self.long_division("__udivti3", a, b),
            BinaryOp::URem if long => return self.long_division("__umodti3", a, b),
            BinaryOp::UDiv => return Ok(self.b.ins().udiv(a, b)),
            BinaryOp::URem => return Ok(self.b.ins().urem(a, b)),
            BinaryOp::SDiv | BinaryOp::SRem => {
                let a = self.sign_in(a, bits);
                let b = self.sign_in(b, bits);
                match (op, long) {
                    (BinaryOp::SDiv, false) => self.b.ins().sdiv(a, b),
                    (BinaryOp::SDiv, true) => self.long_division("__divti3", a, b)?,
                    // Cranelift's own has a remainder for the least number by -1, where the processor has none.
                    (_, false) => {
                        let quotient = self.b.ins().sdiv(a, b);
                        let whole = self.b.ins().imul(quotient, b);
                        self.b.ins().isub(a, whole)
                    }
                    (_, true) => self.long_division("__modti3", a, b)?,
                }
            }
            BinaryOp::FAdd | BinaryOp::FSub | BinaryOp::FMul | BinaryOp::FDiv | BinaryOp::FRem => {
                return refuse("float arithmetic on integers");
            }
        };
        Ok(self.mask_to(value, bits))
    }

    /// Division of 128 bits, by the compiler support library.
    fn long_division(&mut self, name: &str, a: Value, b: Value) -> Res<Value> {
        let (a_low, a_high) = self.b.ins().isplit(a);
        let (b_low, b_high) = self.b.ins().isplit(b);
        let word = types::I64;
        let result = self.library(name, &[a_low, a_high, b_low, b_high], &[word, word]);
        Ok(self.b.ins().iconcat(result[0], result[1]))
    }

    pub(crate) fn int_compare(
        &mut self,
        pred: IntPredicate,
        bits: u32,
        a: Value,
        b: Value,
    ) -> Value {
        let (a, b) =
            if is_signed(pred) { (self.sign_in(a, bits), self.sign_in(b, bits)) } else { (a, b) };
        self.b.ins().icmp(int_cc(pred), a, b)
    }
}
