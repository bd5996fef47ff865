//! Operations on vectors.

use alloc::vec;

use bareflow_ir::{BinaryOp, Instr, IntPredicate, Operand, TypeId};

use super::address::Shape;
use super::{Decoder, Kind, lane_of};
use crate::op::lanes::{LaneDesc, LaneOp};
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
        let ins = vec![(Lane::Int(1), false), (lane, false), (lane, false)];
        self.lanes(LaneDesc { op: LaneOp::Select, lanes, ins, out: lane, second: 0 }, to, &places);
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
