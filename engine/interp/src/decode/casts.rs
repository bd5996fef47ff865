//! Conversions. Those that change nothing in the frame are no code at all.

use alloc::vec;

use bareflow_ir::layout::{alloc_size, bit_size};
use bareflow_ir::{CastOp, Instr, Op, Operand};

use super::arith::pick_sign_extend;
use super::{Decoder, Kind, kind_of, regular};
use crate::machine::OsrMove;
use crate::op::float;
use crate::op::int;
use crate::op::lanes::{LaneDesc, LaneOp};
use crate::op::limbs::{LimbDesc, LimbOp};
use crate::op::shape::{Last, Place, Reg, pick_unary};
use crate::value::Lane;

impl Decoder<'_> {
    pub(super) fn emit_cast(&mut self, instr: &Instr, op: CastOp, value: Operand, to: u32) {
        let (from, into) = (self.kind(value), kind_of(self.types(), instr.ty));
        match (op, from, into) {
            (CastOp::Bitcast, _, _) => self.emit_bitcast(instr, value, to),
            (_, Kind::Vector(a, lanes), Kind::Vector(b, _)) => {
                self.emit_vector_cast(op, value, a, b, lanes, to);
            }
            (CastOp::ZExt | CastOp::PtrToInt | CastOp::IntToPtr, Kind::Int(a), Kind::Int(b))
                if a <= b =>
            {
                self.alias(instr, value, to);
            }
            (CastOp::Trunc | CastOp::PtrToInt | CastOp::IntToPtr, Kind::Int(_), Kind::Int(b))
            | (CastOp::Trunc, Kind::Big(_) | Kind::Huge(_), Kind::Int(b)) => {
                self.emit_trunc(instr, value, b, to);
            }
            (CastOp::SExt, Kind::Int(a), Kind::Int(b)) => {
                let from = self.source(value);
                match int::extend(a, b, from) {
                    Some(handler) => self.int_result(handler, to, from.field(), 0, 0),
                    None => self.int_result(pick_sign_extend(from), to, from.field(), a, b),
                }
            }
            (CastOp::FpTrunc, Kind::F64, Kind::F32) => {
                let from = self.source_float(value, true);
                let handler = pick_unary::<float::Narrow>(from);
                self.result(Kind::F32, handler, to, from.field(), 0, 0);
            }
            (CastOp::FpExt, Kind::F32, Kind::F64) => {
                let from = self.source_float(value, false);
                let handler = pick_unary::<float::Widen>(from);
                self.result(Kind::F64, handler, to, from.field(), 0, 0);
            }
            (CastOp::FpToSi | CastOp::FpToUi, Kind::F32 | Kind::F64, Kind::Int(bits))
                if regular(bits) =>
            {
                let double = from == Kind::F64;
                let from = self.source_float(value, double);
                let handler = float::to_int(double, op == CastOp::FpToSi, bits, from);
                self.int_result(handler, to, from.field(), 0, 0);
            }
            (CastOp::SiToFp | CastOp::UiToFp, Kind::Int(bits), Kind::F32 | Kind::F64)
                if regular(bits) || (op == CastOp::UiToFp && bits < 64) =>
            {
                let bits = if regular(bits) { bits } else { 64 };
                let double = into == Kind::F64;
                let from = self.source(value);
                let handler = float::from_int(double, op == CastOp::SiToFp, bits, from);
                self.result(into, handler, to, from.field(), 0, 0);
            }
            (_, Kind::Huge(_), Kind::Int(_) | Kind::Big(_) | Kind::Huge(_))
            | (_, Kind::Int(_) | Kind::Big(_), Kind::Huge(_)) => {
                let bits = bit_size(self.types(), self.type_of(value)) as u32;
                let out = bit_size(self.types(), instr.ty) as u32;
                let place = self.place(value);
                let op = LimbOp::Resize(op == CastOp::SExt);
                self.limbs(LimbDesc { op, bits, out }, to, &[place]);
            }
            _ if self.emit_huge_float(op, value, to, from, into) => {}
            _ => {
                let lanes = (scalar_lane(from), scalar_lane(into));
                if let (Some(a), Some(b)) = lanes {
                    self.lane_unary(LaneOp::Cast(op), a, b, 1, value, to);
                } else {
                    let types = self.types();
                    let from = super::consts::describe(types, self.type_of(value));
                    let into = super::consts::describe(types, instr.ty);
                    self.refuse(alloc::format!("a conversion from {from} to {into}"));
                }
            }
        }
    }

    /// Between floats and integers of more than 128 bits, if it is that.
    pub(super) fn emit_huge_float(
        &mut self,
        op: CastOp,
        value: Operand,
        to: u32,
        from: Kind,
        into: Kind,
    ) -> bool {
        let is_signed = matches!(op, CastOp::SiToFp | CastOp::FpToSi);
        let desc = match (op, from, into) {
            (CastOp::SiToFp | CastOp::UiToFp, Kind::Huge(bits), _) => {
                let Some(lane @ Lane::Float(format)) = scalar_lane(into) else { return false };
                LimbDesc { op: LimbOp::ToFloat(is_signed, format), bits, out: lane.bits() }
            }
            (CastOp::FpToSi | CastOp::FpToUi, _, Kind::Huge(out)) => {
                let Some(lane @ Lane::Float(format)) = scalar_lane(from) else { return false };
                LimbDesc { op: LimbOp::FromFloat(is_signed, format), bits: lane.bits(), out }
            }
            _ => return false,
        };
        let place = self.place(value);
        self.limbs(desc, to, &[place]);
        true
    }

    /// Keeps the low bits. Where every user looks at those only, the result stays in the
    /// operand's place.
    fn emit_trunc(&mut self, instr: &Instr, value: Operand, bits: u32, to: u32) {
        let from = self.source(value);
        if !regular(bits) {
            let handler = match from {
                Place::Last(_) => int::cut::<Last>,
                _ => int::cut::<Reg>,
            };
            self.int_result(handler, to, from.field(), bits, 0);
            return;
        }
        if let (Some(result), Operand::Value(_)) = (instr.result, value)
            && self.plan.shares[result.index()].is_none()
            && self.only_low_bits(result, bits)
        {
            self.places[result.index()] = from.field();
            self.osr_moves.push(OsrMove::Copy { to, from: from.field(), bytes: bits / 8 });
            return;
        }
        self.int_result(int::copy(bits, from), to, from.field(), 0, 0);
    }

    /// Whether no user of a value looks at more than its low `bits`.
    fn only_low_bits(&self, value: bareflow_ir::ValueId, bits: u32) -> bool {
        let this = Operand::Value(value);
        self.plan.users(value).iter().all(|user| {
            let user = &self.func.instrs[*user as usize];
            match &user.op {
                Op::Binary { .. } => true,
                Op::ICmp { .. } => true,
                Op::Store { value, atomic: None, .. } => *value == this,
                Op::Cast { op: CastOp::SExt | CastOp::SiToFp | CastOp::UiToFp, .. } => {
                    matches!(
                        kind_of(self.types(), user.ty),
                        Kind::Int(to) if regular(to) && to > bits
                    ) || matches!(kind_of(self.types(), user.ty), Kind::F32 | Kind::F64)
                }
                _ => false,
            }
        })
    }

    fn emit_bitcast(&mut self, instr: &Instr, value: Operand, to: u32) {
        let (from, into) = (self.kind(value), kind_of(self.types(), instr.ty));
        match (from, into) {
            (Kind::F32, Kind::Int(_)) => {
                let from = self.source_float(value, false);
                let handler = pick_unary::<float::F32ToBits>(from);
                self.int_result(handler, to, from.field(), 0, 0);
            }
            (Kind::F64, Kind::Int(_)) => {
                let from = self.source_float(value, true);
                let handler = pick_unary::<float::F64ToBits>(from);
                self.int_result(handler, to, from.field(), 0, 0);
            }
            (Kind::Int(_), Kind::F32) => {
                let from = self.source(value);
                let handler = pick_unary::<float::BitsToF32>(from);
                self.result(Kind::F32, handler, to, from.field(), 0, 0);
            }
            (Kind::Int(_), Kind::F64) => {
                let from = self.source(value);
                let handler = pick_unary::<float::BitsToF64>(from);
                self.result(Kind::F64, handler, to, from.field(), 0, 0);
            }
            _ => {
                let bits = bit_size(self.types(), instr.ty) as u32;
                // What lies behind the bits in their last word is not defined.
                if bits.is_multiple_of(64) {
                    self.alias(instr, value, to);
                } else if bits > 128 {
                    let place = self.place(value);
                    self.limbs(
                        LimbDesc { op: LimbOp::Resize(false), bits, out: bits },
                        to,
                        &[place],
                    );
                } else {
                    let lane = Lane::Int(bits);
                    self.lane_unary(LaneOp::Cast(CastOp::Trunc), lane, lane, 1, value, to);
                }
            }
        }
    }

    pub(super) fn emit_vector_cast(
        &mut self,
        op: CastOp,
        value: Operand,
        from: Lane,
        into: Lane,
        lanes: u32,
        to: u32,
    ) {
        let bytes = self.vector_bytes(into, lanes);
        let picked = crate::op::simd::conversion(op, from, into, lanes);
        if self.simd_unary(picked, value, bytes, to) {
            return;
        }
        let place = self.place(value);
        let ins = vec![(from, false)];
        self.lanes(
            LaneDesc { op: LaneOp::Cast(op), lanes, ins, out: into, second: 0 },
            to,
            &[place],
        );
    }

    /// Bytes that a value takes in the frame.
    pub(super) fn frame_bytes(&self, ty: bareflow_ir::TypeId) -> u32 {
        (alloc_size(self.types(), ty) as u32).next_multiple_of(8)
    }
}

/// A scalar as the only lane of a vector.
pub(super) fn scalar_lane(kind: Kind) -> Option<Lane> {
    use crate::value::Format;
    Some(match kind {
        Kind::Int(bits) | Kind::Big(bits) => Lane::Int(bits),
        Kind::F32 => Lane::Float(Format::F32),
        Kind::F64 => Lane::Float(Format::F64),
        Kind::Short(format) => Lane::Float(format),
        _ => return None,
    })
}
