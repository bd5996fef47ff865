//! Arithmetic, comparisons and choices.

use alloc::vec;

use bareflow_ir::layout::alloc_size;
use bareflow_ir::{BinaryOp, FloatPredicate, Instr, IntPredicate, Operand, TypeId};

use super::fits::commutes;
use super::{Decoder, Kind, kind_of, regular};
use crate::op::float;
use crate::op::int;
use crate::op::lanes::{LaneDesc, LaneOp};
use crate::op::limbs::{LimbDesc, LimbOp};
use crate::op::moves;
use crate::op::shape::{Last, Place, Reg};
use crate::op::simd;
use crate::value::{Lane, float as value_float};

/// The predicate for operands that have changed sides.
pub(super) fn turned(pred: IntPredicate) -> IntPredicate {
    match pred {
        IntPredicate::Eq | IntPredicate::Ne => pred,
        IntPredicate::Ugt => IntPredicate::Ult,
        IntPredicate::Uge => IntPredicate::Ule,
        IntPredicate::Ult => IntPredicate::Ugt,
        IntPredicate::Ule => IntPredicate::Uge,
        IntPredicate::Sgt => IntPredicate::Slt,
        IntPredicate::Sge => IntPredicate::Sle,
        IntPredicate::Slt => IntPredicate::Sgt,
        IntPredicate::Sle => IntPredicate::Sge,
    }
}

/// Whether a comparison looks at the sign.
pub(super) fn is_signed(pred: IntPredicate) -> bool {
    matches!(pred, IntPredicate::Sgt | IntPredicate::Sge | IntPredicate::Slt | IntPredicate::Sle)
}

impl Decoder<'_> {
    pub(super) fn emit_binary(
        &mut self,
        op: BinaryOp,
        lhs: Operand,
        rhs: Operand,
        ty: TypeId,
        to: u32,
    ) {
        let kind = kind_of(self.types(), ty);
        if self.emit_fused(op, kind, lhs, rhs, to) {
            return;
        }
        match kind {
            Kind::Int(bits) if regular(bits) => self.emit_regular(op, lhs, rhs, bits, to),
            Kind::Int(bits) => self.emit_odd(op, lhs, rhs, bits, to),
            Kind::Big(bits) => self.emit_big(op, lhs, rhs, bits, to),
            Kind::Huge(bits) => {
                let places = [self.place(lhs), self.place(rhs)];
                self.limbs(LimbDesc { op: LimbOp::Binary(op), bits, out: bits }, to, &places);
            }
            kind @ (Kind::F32 | Kind::F64) => {
                let double = kind == Kind::F64;
                let (l, r) = (self.source_float(lhs, double), self.source_float(rhs, double));
                if let Some(handler) = float::arithmetic(op, double, l, r) {
                    self.result(kind, handler, to, l.field(), r.field(), 0);
                }
            }
            Kind::Short(format) => {
                let lane = Lane::Float(format);
                self.lane_binary(LaneOp::Float(op), lane, lane, 1, lhs, rhs, to);
            }
            Kind::Vector(lane, lanes) => self.emit_vector_binary(op, lane, lanes, lhs, rhs, to),
            _ => self.refuse("arithmetic on a type that has none"),
        }
    }

    fn emit_regular(&mut self, op: BinaryOp, lhs: Operand, rhs: Operand, bits: u32, to: u32) {
        let (mut lhs, mut rhs) = (lhs, rhs);
        if commutes(op) && matches!(lhs, Operand::Const(_)) {
            core::mem::swap(&mut lhs, &mut rhs);
        }
        let l = self.source(lhs);
        let r = self.source_or_number(rhs, bits);
        if let Some(handler) = int::arithmetic(op, bits, l, r) {
            self.int_result(handler, to, l.field(), r.field(), 0);
        }
    }

    /// Widths that no register has, below 64: computed in 64 bits and cut.
    fn emit_odd(&mut self, op: BinaryOp, lhs: Operand, rhs: Operand, bits: u32, to: u32) {
        let (l, r) = (self.source(lhs), self.source(rhs));
        let (l, r) = match op {
            BinaryOp::SDiv | BinaryOp::SRem => {
                let lane = Lane::Int(bits);
                self.lane_binary(LaneOp::Int(op), lane, lane, 1, lhs, rhs, to);
                return;
            }
            BinaryOp::AShr => {
                let wide = self.scratch(8);
                let handler = pick_sign_extend(l);
                self.int_result(handler, wide, l.field(), bits, 64);
                (Place::Last(wide), Place::Reg(r.field()))
            }
            _ => (l, r),
        };
        let Some(handler) = int::arithmetic(op, 64, l, r) else { return };
        self.int_result(handler, to, l.field(), r.field(), 0);
        let exact = matches!(
            op,
            BinaryOp::And
                | BinaryOp::Or
                | BinaryOp::Xor
                | BinaryOp::LShr
                | BinaryOp::UDiv
                | BinaryOp::URem
        );
        if !exact {
            self.int_result(int::cut::<Last>, to, to, bits, 0);
        }
    }

    fn emit_big(&mut self, op: BinaryOp, lhs: Operand, rhs: Operand, bits: u32, to: u32) {
        let lane = Lane::Int(bits);
        self.lane_binary(LaneOp::Int(op), lane, lane, 1, lhs, rhs, to);
    }

    /// An operation on two operands of one type, lane by lane.
    #[expect(clippy::too_many_arguments, reason = "a description of one operation")]
    pub(super) fn lane_binary(
        &mut self,
        op: LaneOp,
        from: Lane,
        out: Lane,
        lanes: u32,
        lhs: Operand,
        rhs: Operand,
        to: u32,
    ) {
        let places = [self.place(lhs), self.place(rhs)];
        let ins = vec![(from, false), (from, false)];
        self.lanes(LaneDesc { op, lanes, ins, out, second: 0 }, to, &places);
    }

    /// An operation on one operand, lane by lane.
    pub(super) fn lane_unary(
        &mut self,
        op: LaneOp,
        from: Lane,
        out: Lane,
        lanes: u32,
        value: Operand,
        to: u32,
    ) {
        let places = [self.place(value)];
        let ins = vec![(from, false)];
        self.lanes(LaneDesc { op, lanes, ins, out, second: 0 }, to, &places);
    }

    pub(super) fn emit_negate(&mut self, value: Operand, ty: TypeId, to: u32) {
        let op = LaneOp::FloatUnary(value_float::Unary::Negate);
        match kind_of(self.types(), ty) {
            Kind::F64 => {
                let from = self.source_float(value, true);
                let handler = crate::op::shape::pick_unary::<float::Negate<f64>>(from);
                self.result(Kind::F64, handler, to, from.field(), 0, 0);
            }
            Kind::F32 => {
                let from = self.source_float(value, false);
                let handler = crate::op::shape::pick_unary::<float::Negate<f32>>(from);
                self.result(Kind::F32, handler, to, from.field(), 0, 0);
            }
            Kind::Short(format) => {
                let lane = Lane::Float(format);
                self.lane_unary(op, lane, lane, 1, value, to);
            }
            Kind::Vector(lane, lanes) => {
                let bytes = self.vector_bytes(lane, lanes);
                if !self.simd_unary(simd::negate(lane, bytes), value, bytes, to) {
                    self.lane_unary(op, lane, lane, lanes, value, to);
                }
            }
            _ => self.refuse("fneg of a type that is no float"),
        }
    }

    pub(super) fn emit_icmp(&mut self, pred: IntPredicate, lhs: Operand, rhs: Operand, to: u32) {
        match self.kind(lhs) {
            Kind::Int(bits) => {
                let (pred, l, r, bits) = self.comparison(pred, lhs, rhs, bits);
                let handler = int::compare(pred, bits, l, r);
                self.int_result(handler, to, l.field(), r.field(), 0);
            }
            Kind::Big(bits) => {
                let (from, out) = (Lane::Int(bits), Lane::Int(1));
                self.lane_binary(LaneOp::IntCompare(pred), from, out, 1, lhs, rhs, to);
            }
            Kind::Huge(bits) => {
                let places = [self.place(lhs), self.place(rhs)];
                self.limbs(LimbDesc { op: LimbOp::Compare(pred), bits, out: 1 }, to, &places);
            }
            Kind::Vector(lane, lanes) => {
                self.emit_vector_icmp(pred, lane, lanes, lhs, rhs, to);
            }
            _ => self.refuse("icmp of a type that is no integer"),
        }
    }

    /// The operands of a comparison and the register width it is done in.
    pub(super) fn comparison(
        &mut self,
        pred: IntPredicate,
        lhs: Operand,
        rhs: Operand,
        bits: u32,
    ) -> (IntPredicate, Place, Place, u32) {
        let (mut pred, mut lhs, mut rhs) = (pred, lhs, rhs);
        if matches!(lhs, Operand::Const(_)) && matches!(rhs, Operand::Value(_)) {
            core::mem::swap(&mut lhs, &mut rhs);
            pred = turned(pred);
        }
        if regular(bits) {
            let l = self.source(lhs);
            let r = self.source_or_number(rhs, bits);
            return (pred, l, r, bits);
        }
        if is_signed(pred) {
            let (l, r) = (self.place(lhs), self.place(rhs));
            let (x, y) = (self.scratch(8), self.scratch(8));
            self.int_result(int::sign_extend::<Reg>, x, l, bits, 64);
            self.int_result(int::sign_extend::<Reg>, y, r, bits, 64);
            return (pred, Place::Reg(x), Place::Last(y), 64);
        }
        (pred, self.source(lhs), self.source(rhs), 64)
    }

    pub(super) fn emit_fcmp(&mut self, pred: FloatPredicate, lhs: Operand, rhs: Operand, to: u32) {
        match self.kind(lhs) {
            kind @ (Kind::F32 | Kind::F64) => {
                let double = kind == Kind::F64;
                let (l, r) = (self.source_float(lhs, double), self.source_float(rhs, double));
                let handler = float::compare(pred, double, l, r);
                self.int_result(handler, to, l.field(), r.field(), 0);
            }
            Kind::Short(format) => {
                let (from, out) = (Lane::Float(format), Lane::Int(1));
                self.lane_binary(LaneOp::FloatCompare(pred), from, out, 1, lhs, rhs, to);
            }
            Kind::Vector(lane, lanes) => {
                self.emit_vector_fcmp(pred, lane, lanes, lhs, rhs, to);
            }
            _ => self.refuse("fcmp of a type that cannot be compared (x86_fp80 or fp128)"),
        }
    }

    pub(super) fn emit_select(
        &mut self,
        cond: Operand,
        then: Operand,
        other: Operand,
        ty: TypeId,
        to: u32,
    ) {
        if let Kind::Vector(Lane::Int(1), lanes) = self.kind(cond) {
            self.emit_vector_select(cond, then, other, lanes, ty, to);
            return;
        }
        let bytes = alloc_size(self.types(), ty) as u32;
        let (t, o) = (self.place(then), self.place(other));
        let c = self.source(cond);
        if bytes <= 8 {
            let handler = match c {
                Place::Last(_) => moves::select::<Last>,
                _ => moves::select::<Reg>,
            };
            // Whatever it is, the register holds its whole word.
            self.int_result(handler, to, c.field(), t, o);
        } else {
            let words = bytes.next_multiple_of(8);
            self.other_result(moves::select_bytes, to, c.field(), t, o, words);
            self.push_operands(&[words]);
        }
    }

    pub(super) fn emit_same(&mut self, instr: &Instr, value: Operand, to: u32) {
        self.alias(instr, value, to);
    }

    /// The result is the operand itself: no code, if the result may live there.
    pub(super) fn alias(&mut self, instr: &Instr, value: Operand, to: u32) {
        let from = self.place(value);
        let bytes = (alloc_size(self.types(), instr.ty) as u32).next_multiple_of(8);
        match (instr.result, value) {
            (Some(result), Operand::Value(_)) if self.plan.shares[result.index()].is_none() => {
                self.places[result.index()] = from;
                self.osr_moves.push(crate::machine::OsrMove::Copy { to, from, bytes });
            }
            _ => self.copy(to, from, bytes),
        }
    }
}

/// The handler of a sign extension of any width.
pub(super) fn pick_sign_extend(value: Place) -> crate::machine::Handler {
    match value {
        Place::Last(_) => int::sign_extend::<Last>,
        _ => int::sign_extend::<Reg>,
    }
}
