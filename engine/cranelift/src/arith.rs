//! Arithmetic, comparison and choice on values of any type: takes vectors apart as far as
//! the processor cannot do them whole.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{BinaryOp, FloatPredicate, IntPredicate, Operand, TypeId};
use cranelift_codegen::ir::condcodes::FloatCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, Value, types};

use crate::float::float_cc;
use crate::int::int_cc;
use crate::lower::{Lower, Res, refuse};
use crate::shape::Shape;

impl Lower<'_, '_> {
    pub(crate) fn binary(
        &mut self,
        op: BinaryOp,
        lhs: Operand,
        rhs: Operand,
        ty: TypeId,
    ) -> Res<Vec<Value>> {
        if let Shape::Lanes { chunk, .. } = self.shape(ty)?
            && matches!(op, BinaryOp::Shl | BinaryOp::LShr | BinaryOp::AShr)
            && let Some(amount) = self.splat_value(rhs)
        {
            let a = self.pieces(lhs)?;
            return Ok(a.iter().map(|a| self.shift_chunk(op, chunk, *a, amount)).collect());
        }
        let a = self.pieces(lhs)?;
        let b = self.pieces(rhs)?;
        self.binary_pieces(op, ty, &a, &b)
    }

    pub(crate) fn binary_pieces(
        &mut self,
        op: BinaryOp,
        ty: TypeId,
        a: &[Value],
        b: &[Value],
    ) -> Res<Vec<Value>> {
        match self.shape(ty)? {
            Shape::Int { bits, .. } => Ok(vec![self.int_binary(op, bits, a[0], b[0])?]),
            Shape::Ptr => Ok(vec![self.int_binary(op, 64, a[0], b[0])?]),
            Shape::Wide { bits, .. } => self.wide_binary(op, bits, a.to_vec(), b.to_vec()),
            Shape::Float(_) => Ok(vec![self.float_binary(op, a[0], b[0])?]),
            Shape::Half { brain } => {
                let a = self.half_to_single(a[0], brain);
                let b = self.half_to_single(b[0], brain);
                let result = self.float_binary(op, a, b)?;
                Ok(vec![self.single_to_half(result, brain)])
            }
            Shape::Lanes { lane, chunk, .. } => {
                let whole = match op {
                    BinaryOp::Add
                    | BinaryOp::Sub
                    | BinaryOp::And
                    | BinaryOp::Or
                    | BinaryOp::Xor => true,
                    BinaryOp::FAdd | BinaryOp::FSub | BinaryOp::FMul | BinaryOp::FDiv => true,
                    BinaryOp::Mul => chunk != types::I8X16,
                    _ => false,
                };
                if !whole {
                    return self.lane_binary(op, ty, lane, a, b);
                }
                let mut out = Vec::with_capacity(a.len());
                for (a, b) in a.iter().zip(b) {
                    out.push(if lane.is_float() {
                        self.float_binary(op, *a, *b)?
                    } else {
                        self.int_binary(op, lane.bits(), *a, *b)?
                    });
                }
                Ok(out)
            }
            Shape::Mask { .. } => Ok(a
                .iter()
                .zip(b)
                .map(|(a, b)| match op {
                    BinaryOp::Add | BinaryOp::Sub | BinaryOp::Xor => self.b.ins().bxor(*a, *b),
                    BinaryOp::Or => self.b.ins().bor(*a, *b),
                    BinaryOp::And | BinaryOp::Mul => self.b.ins().band(*a, *b),
                    // A remainder by the only number there is besides zero.
                    BinaryOp::URem | BinaryOp::SRem => self.b.ins().bxor(*a, *a),
                    // A division by it, or a shift by less than one bit.
                    _ => *a,
                })
                .collect()),
            Shape::Scalars { elem, .. } => {
                self.by_lane(ty, ty, &[a, b], |l, row| l.binary_pieces(op, elem, row[0], row[1]))
            }
            Shape::Void | Shape::Aggregate => refuse("arithmetic on an aggregate"),
        }
    }

    fn lane_binary(
        &mut self,
        op: BinaryOp,
        ty: TypeId,
        lane: clif::Type,
        a: &[Value],
        b: &[Value],
    ) -> Res<Vec<Value>> {
        self.by_lane(ty, ty, &[a, b], |l, row| {
            Ok(vec![if lane.is_float() {
                l.float_binary(op, row[0][0], row[1][0])?
            } else {
                l.int_binary(op, lane.bits(), row[0][0], row[1][0])?
            }])
        })
    }

    /// The number that all lanes of a constant vector are.
    fn splat_value(&mut self, operand: Operand) -> Option<u64> {
        let Operand::Const(id) = operand else { return None };
        let ty = self.src.constant(id).ty;
        let size = bareflow_ir::layout::store_size(self.types(), self.types().vector(ty)?.0);
        if id.index() >= self.src.module.consts.len() || size > 8 {
            return None;
        }
        let data = bareflow_ir::data::lower(self.src.module, id).ok()?;
        let mut lanes = data.bytes.chunks_exact(size as usize);
        let first = lanes.next()?;
        if !data.relocs.is_empty() || lanes.any(|lane| lane != first) {
            return None;
        }
        let mut word = [0; 8];
        word[..first.len()].copy_from_slice(first);
        Some(u64::from_le_bytes(word))
    }

    /// Shifts all lanes by one number.
    fn shift_chunk(&mut self, op: BinaryOp, chunk: clif::Type, a: Value, amount: u64) -> Value {
        if amount >= u64::from(chunk.lane_bits()) {
            return self.zero(chunk);
        }
        let amount = self.int(types::I32, amount);
        match op {
            BinaryOp::Shl => self.b.ins().ishl(a, amount),
            BinaryOp::LShr => self.b.ins().ushr(a, amount),
            _ => self.b.ins().sshr(a, amount),
        }
    }

    pub(crate) fn icmp(
        &mut self,
        pred: IntPredicate,
        lhs: Operand,
        rhs: Operand,
    ) -> Res<Vec<Value>> {
        let ty = self.src.type_of(lhs);
        let a = self.pieces(lhs)?;
        let b = self.pieces(rhs)?;
        self.icmp_pieces(pred, ty, &a, &b)
    }

    pub(crate) fn icmp_pieces(
        &mut self,
        pred: IntPredicate,
        ty: TypeId,
        a: &[Value],
        b: &[Value],
    ) -> Res<Vec<Value>> {
        match self.shape(ty)? {
            Shape::Int { bits, .. } => Ok(vec![self.int_compare(pred, bits, a[0], b[0])]),
            Shape::Ptr => Ok(vec![self.b.ins().icmp(int_cc(pred), a[0], b[0])]),
            Shape::Wide { bits, .. } => {
                Ok(vec![self.wide_compare(pred, bits, a.to_vec(), b.to_vec())])
            }
            Shape::Lanes { len, .. } => {
                let mut chunks = Vec::with_capacity(a.len());
                for (a, b) in a.iter().zip(b) {
                    chunks.push(self.b.ins().icmp(int_cc(pred), *a, *b));
                }
                Ok(self.mask_from(len, chunks))
            }
            Shape::Mask { .. } => {
                // Lanes are all ones or all zeros, which compare like the bits they stand for.
                let mut out = Vec::with_capacity(a.len());
                for (a, b) in a.iter().zip(b) {
                    out.push(self.b.ins().icmp(int_cc(pred), *a, *b));
                }
                Ok(out)
            }
            Shape::Scalars { elem, len } => {
                let lanes_a = self.lanes(ty, a)?;
                let lanes_b = self.lanes(ty, b)?;
                let mut bits = Vec::new();
                for (a, b) in lanes_a.iter().zip(&lanes_b) {
                    bits.push(self.icmp_pieces(pred, elem, a, b)?[0]);
                }
                Ok(self.bools_to_mask(len, &bits))
            }
            _ => refuse("a comparison of aggregates"),
        }
    }

    /// A mask from one `I8` of 0 or 1 a lane.
    pub(crate) fn bools_to_mask(&mut self, len: u32, bits: &[Value]) -> Vec<Value> {
        let Shape::Mask { chunk, .. } = crate::shape::mask(len) else { return Vec::new() };
        let mut out = Vec::new();
        for group in bits.chunks(chunk.lane_count() as usize) {
            let lanes: Vec<Value> =
                group.iter().map(|bit| self.b.ins().bmask(chunk.lane_type(), *bit)).collect();
            out.push(self.build(chunk, &lanes));
        }
        out
    }

    pub(crate) fn fcmp(
        &mut self,
        pred: FloatPredicate,
        lhs: Operand,
        rhs: Operand,
    ) -> Res<Vec<Value>> {
        let ty = self.src.type_of(lhs);
        let a = self.pieces(lhs)?;
        let b = self.pieces(rhs)?;
        match self.shape(ty)? {
            Shape::Float(_) => Ok(vec![self.float_compare(pred, a[0], b[0])]),
            Shape::Half { brain } => {
                let a = self.half_to_single(a[0], brain);
                let b = self.half_to_single(b[0], brain);
                Ok(vec![self.float_compare(pred, a, b)])
            }
            Shape::Lanes { len, .. } => {
                let mut chunks = Vec::with_capacity(a.len());
                for (a, b) in a.iter().zip(&b) {
                    let mask = self.fcmp_chunk(pred, *a, *b);
                    chunks.push(mask);
                }
                Ok(self.mask_from(len, chunks))
            }
            Shape::Scalars { elem, len } => {
                let Shape::Half { brain } = self.shape(elem)? else {
                    return refuse("a float comparison of integers");
                };
                let mut bits = Vec::new();
                for (a, b) in a.iter().zip(&b) {
                    let a = self.half_to_single(*a, brain);
                    let b = self.half_to_single(*b, brain);
                    bits.push(self.float_compare(pred, a, b));
                }
                Ok(self.bools_to_mask(len, &bits))
            }
            _ => refuse("a float comparison of integers"),
        }
    }

    fn fcmp_chunk(&mut self, pred: FloatPredicate, a: Value, b: Value) -> Value {
        match float_cc(pred) {
            // Two that the processor does not have for vectors.
            Some(FloatCC::OrderedNotEqual) => {
                let less = self.b.ins().fcmp(FloatCC::LessThan, a, b);
                let greater = self.b.ins().fcmp(FloatCC::GreaterThan, a, b);
                self.b.ins().bor(less, greater)
            }
            Some(FloatCC::UnorderedOrEqual) => {
                let equal = self.b.ins().fcmp(FloatCC::Equal, a, b);
                let unordered = self.b.ins().fcmp(FloatCC::Unordered, a, b);
                self.b.ins().bor(equal, unordered)
            }
            Some(cc) => self.b.ins().fcmp(cc, a, b),
            None => {
                let fill = if pred == FloatPredicate::True { 0xff } else { 0 };
                let ty = self.ty(a).as_truthy();
                self.vector(ty, [fill; 16])
            }
        }
    }

    pub(crate) fn select(
        &mut self,
        cond: Operand,
        then: Operand,
        other: Operand,
        ty: TypeId,
    ) -> Res<Vec<Value>> {
        let cond_ty = self.src.type_of(cond);
        let cond = self.pieces(cond)?;
        let then = self.pieces(then)?;
        let other = self.pieces(other)?;
        self.select_pieces(cond_ty, &cond, &then, &other, ty)
    }

    /// One of two values, by a boolean.
    ///
    /// Cranelift takes a choice by an order of the two for a minimum or maximum, which it
    /// cannot make of 128 bits; it does not see through halves.
    pub(crate) fn choose(&mut self, cond: Value, then: Value, other: Value) -> Value {
        if self.ty(then) != types::I128 {
            return self.b.ins().select(cond, then, other);
        }
        let (then_low, then_high) = self.b.ins().isplit(then);
        let (other_low, other_high) = self.b.ins().isplit(other);
        let low = self.b.ins().select(cond, then_low, other_low);
        let high = self.b.ins().select(cond, then_high, other_high);
        self.b.ins().iconcat(low, high)
    }

    pub(crate) fn select_pieces(
        &mut self,
        cond_ty: TypeId,
        cond: &[Value],
        then: &[Value],
        other: &[Value],
        ty: TypeId,
    ) -> Res<Vec<Value>> {
        let Some((_, len)) = self.types().vector(cond_ty) else {
            let choose = |(then, other): (&Value, &Value)| self.choose(cond[0], *then, *other);
            return Ok(then.iter().zip(other).map(choose).collect());
        };
        let masks = match self.shape(ty)? {
            Shape::Lanes { chunk, .. } => self.mask_lanes(len, chunk.lane_bits(), cond),
            Shape::Mask { .. } => cond.to_vec(),
            _ => {
                let bits = self.lanes(cond_ty, cond)?;
                let then = self.lanes(ty, then)?;
                let other = self.lanes(ty, other)?;
                let mut out = Vec::new();
                for ((bit, then), other) in bits.iter().zip(&then).zip(&other) {
                    for (then, other) in then.iter().zip(other) {
                        out.push(self.choose(bit[0], *then, *other));
                    }
                }
                return Ok(out);
            }
        };
        let mut out = Vec::new();
        for ((mask, then), other) in masks.iter().zip(then).zip(other) {
            let mask = self.cast_bits(self.ty(*then), *mask);
            out.push(self.b.ins().bitselect(mask, *then, *other));
        }
        Ok(out)
    }
}
