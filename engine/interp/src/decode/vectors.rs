//! Operations on vectors.

use alloc::vec;

use bareflow_ir::{BinaryOp, FloatPredicate, Instr, IntPredicate, Operand, TypeId};

use super::fits::Shape;
use super::{Decoder, Kind, lane_of};
use crate::op::lanes::{LaneDesc, LaneOp};
use crate::op::simd;
use crate::value::Lane;

impl Decoder<'_> {
    pub(super) fn emit_vector_binary(
        &mut self,
        op: BinaryOp,
        lane: Lane,
        lanes: u32,
        lhs: Operand,
        rhs: Operand,
        to: u32,
    ) {
        let bytes = self.vector_bytes(lane, lanes);
        // Logic on bits: a word of lanes is an integer.
        let logic = matches!(op, BinaryOp::And | BinaryOp::Or | BinaryOp::Xor);
        let lane_now = if logic && lane.bits() < 8 && bytes == 8 { Lane::Int(64) } else { lane };
        if let Some((handler, d)) = simd::arithmetic(op, lane_now, bytes) {
            let (l, r) = (self.place(lhs), self.place(rhs));
            self.other_result(handler, to, l, r, d, bytes);
            return;
        }
        let op = match lane {
            Lane::Int(_) => LaneOp::Int(op),
            Lane::Float(_) => LaneOp::Float(op),
        };
        self.lane_binary(op, lane, lane, lanes, lhs, rhs, to);
    }

    pub(super) fn emit_vector_icmp(
        &mut self,
        pred: IntPredicate,
        lane: Lane,
        lanes: u32,
        lhs: Operand,
        rhs: Operand,
        to: u32,
    ) {
        let bytes = self.vector_bytes(lane, lanes);
        if lanes <= 64
            && let Some(handler) = simd::int_compare(pred, lane.bits(), bytes)
        {
            let (l, r) = (self.place(lhs), self.place(rhs));
            self.int_result(handler, to, l, r, lanes);
            return;
        }
        self.lane_binary(LaneOp::IntCompare(pred), lane, Lane::Int(1), lanes, lhs, rhs, to);
    }

    pub(super) fn emit_vector_select(
        &mut self,
        cond: Operand,
        then: Operand,
        other: Operand,
        lanes: u32,
        ty: TypeId,
        to: u32,
    ) {
        let Some(lane) = lane_of(self.types(), self.types().scalar(ty)) else {
            self.refuse("a select of lanes that cannot be computed with");
            return;
        };
        let places = [self.place(cond), self.place(then), self.place(other)];
        let bytes = self.vector_bytes(lane, lanes);
        if lanes <= 64
            && let Some(handler) = simd::selection(lane.bits(), bytes)
        {
            self.other_result(handler, to, places[0], places[1], places[2], bytes);
            self.push_operands(&[lanes]);
            return;
        }
        let ins = vec![(Lane::Int(1), false), (lane, false), (lane, false)];
        self.lanes(LaneDesc { op: LaneOp::Select, lanes, ins, out: lane, second: 0 }, to, &places);
    }

    pub(super) fn emit_vector_fcmp(
        &mut self,
        pred: FloatPredicate,
        lane: Lane,
        lanes: u32,
        lhs: Operand,
        rhs: Operand,
        to: u32,
    ) {
        let bytes = self.vector_bytes(lane, lanes);
        if lanes <= 64
            && let Some(handler) = simd::float_compare(pred, lane, bytes)
        {
            let (l, r) = (self.place(lhs), self.place(rhs));
            self.int_result(handler, to, l, r, lanes);
            return;
        }
        self.lane_binary(LaneOp::FloatCompare(pred), lane, Lane::Int(1), lanes, lhs, rhs, to);
    }

    /// Bytes that a vector takes in the frame.
    pub(super) fn vector_bytes(&self, lane: Lane, lanes: u32) -> u32 {
        let bytes = (lane.bits() * lanes).div_ceil(8);
        bytes.next_power_of_two().max(8)
    }

    /// A vector operation on one operand by a handler, if there is one.
    pub(super) fn simd_unary(
        &mut self,
        picked: Option<simd::Picked>,
        value: Operand,
        bytes: u32,
        to: u32,
    ) -> bool {
        let Some((handler, d)) = picked else { return false };
        let from = self.place(value);
        self.other_result(handler, to, from, 0, d, bytes);
        true
    }

    /// A vector operation on two operands by a handler, if there is one.
    pub(super) fn simd_binary(
        &mut self,
        picked: Option<simd::Picked>,
        [lhs, rhs]: [Operand; 2],
        bytes: u32,
        to: u32,
    ) -> bool {
        let Some((handler, d)) = picked else { return false };
        let (l, r) = (self.place(lhs), self.place(rhs));
        self.other_result(handler, to, l, r, d, bytes);
        true
    }

    /// A vector of addresses.
    pub(super) fn emit_vector_gep(&mut self, instr: &Instr, base: Operand, shape: &Shape, to: u32) {
        let Some((_, lanes)) = self.types().vector(instr.ty) else { return };
        let scalar = !matches!(self.kind(base), Kind::Vector(..));
        let mut operands = vec![lanes, self.place(base), u32::from(scalar)];
        operands.extend([shape.disp as u32, (shape.disp as u64 >> 32) as u32]);
        operands.push(shape.steps.len() as u32);
        for (index, scale) in &shape.steps {
            let (bits, scalar) = match self.kind(*index) {
                Kind::Vector(Lane::Int(bits), _) => (bits, 0),
                Kind::Int(bits) => (bits, 1),
                _ => {
                    self.refuse("an index that is no integer");
                    return;
                }
            };
            let place = self.place(*index);
            operands.extend([place, bits, scalar, *scale as u32, (*scale as u64 >> 32) as u32]);
        }
        self.function(crate::op::vector::addresses, to, &operands);
    }
}
