//! Calls of `llvm.*` functions on integers.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::member_offset;
use bareflow_ir::{Instr, IntPredicate, Op, Operand, Type};

use super::{choice, is, lanes_of};
use crate::decode::{Decoder, Kind, kind_of, regular};
use crate::op::int;
use crate::op::lanes::{LaneDesc, LaneOp};
use crate::op::limbs::{LimbDesc, LimbOp};
use crate::op::shape::{Place, pick_binary, pick_unary};
use crate::op::simd;
use crate::value::Lane;
use crate::value::Overflow;
use crate::value::int::Unary as IntUnary;

fn int_unary(name: &str) -> Option<(IntUnary, LimbOp)> {
    Some(match name.split('.').next()? {
        "ctpop" => (IntUnary::Ones, LimbOp::Ones),
        "ctlz" => (IntUnary::Leading, LimbOp::Leading),
        "cttz" => (IntUnary::Trailing, LimbOp::Trailing),
        "bswap" => (IntUnary::Swap, LimbOp::Swap),
        "bitreverse" => (IntUnary::Reverse, LimbOp::Reverse),
        "abs" => (IntUnary::Absolute, LimbOp::Absolute),
        _ => return None,
    })
}

fn overflow_of(name: &str) -> Option<Overflow> {
    Some(match name.split('.').next()? {
        "uadd" => Overflow::UAdd,
        "usub" => Overflow::USub,
        "umul" => Overflow::UMul,
        "sadd" => Overflow::SAdd,
        "ssub" => Overflow::SSub,
        "smul" => Overflow::SMul,
        _ => return None,
    })
}

/// Whether the operation comes in this form (`sadd.sat`, `sadd.with.overflow`), and not in one on
/// fixed-point numbers (`smul.fix.sat`).
fn is_form(name: &str, form: &str) -> bool {
    name.split('.').nth(1) == Some(form)
}

impl Decoder<'_> {
    pub(super) fn emit_int_intrinsic(
        &mut self,
        instr: &Instr,
        name: &str,
        args: &[Operand],
        to: u32,
    ) -> bool {
        let [first, ..] = *args else { return false };
        let kind = self.kind(first);
        if let Kind::Huge(bits) = kind {
            return self.emit_huge_intrinsic(instr, name, bits, args, to);
        }
        let Some((lane @ Lane::Int(bits), lanes)) = lanes_of(kind) else { return false };
        let scalar = matches!(kind, Kind::Int(_)) && regular(bits);
        if let Some((op, _)) = int_unary(name) {
            if !scalar {
                let bytes = self.vector_bytes(lane, lanes);
                let picked = simd::int_unary(op, bits, bytes).filter(|_| lanes > 1);
                if self.simd_unary(picked, first, bytes, to) {
                    return true;
                }
                self.lane_unary(LaneOp::IntUnary(op), lane, lane, lanes, first, to);
                return true;
            }
            let from = self.source(first);
            use int::{Absolute, Leading, Ones, Reverse, Swap, Trailing, by_width};
            let handler = match op {
                IntUnary::Ones => by_width!(bits, pick_unary, Ones, from),
                IntUnary::Leading => by_width!(bits, pick_unary, Leading, from),
                IntUnary::Trailing => by_width!(bits, pick_unary, Trailing, from),
                IntUnary::Swap => by_width!(bits, pick_unary, Swap, from),
                IntUnary::Reverse => by_width!(bits, pick_unary, Reverse, from),
                IntUnary::Absolute => by_width!(bits, pick_unary, Absolute, from),
            };
            self.int_result(handler, to, from.field(), 0, 0);
            return true;
        }
        let [_, second, rest @ ..] = args else { return false };
        if let Some(pred) = choice(name) {
            if !scalar {
                let bytes = self.vector_bytes(lane, lanes);
                let picked = simd::choice(pred, bits, bytes).filter(|_| lanes > 1);
                if self.simd_binary(picked, [first, *second], bytes, to) {
                    return true;
                }
                self.lane_binary(LaneOp::Choose(pred), lane, lane, lanes, first, *second, to);
                return true;
            }
            let (l, r) = (self.source(first), self.source_or_number(*second, bits));
            use int::{SMax, SMin, UMax, UMin, by_width};
            let handler = match pred {
                IntPredicate::Sle => by_width!(bits, pick_binary, SMin, l, r),
                IntPredicate::Sge => by_width!(bits, pick_binary, SMax, l, r),
                IntPredicate::Ule => by_width!(bits, pick_binary, UMin, l, r),
                _ => by_width!(bits, pick_binary, UMax, l, r),
            };
            self.int_result(handler, to, l.field(), r.field(), 0);
            return true;
        }
        if is(name, "fshl") || is(name, "fshr") {
            let [third] = rest else { return false };
            self.emit_funnel(is(name, "fshl"), kind, [first, *second, *third], to);
            return true;
        }
        if is(name, "ucmp") || is(name, "scmp") {
            let out = match lanes_of(kind_of(self.types(), instr.ty)) {
                Some((out, _)) => out,
                None => return false,
            };
            let op = LaneOp::Order(is(name, "scmp"));
            self.lane_binary(op, lane, out, lanes, first, *second, to);
            return true;
        }
        if is(name, "sshl.sat") || is(name, "ushl.sat") {
            let op = LaneOp::ShiftSaturating(is(name, "sshl.sat"));
            self.lane_binary(op, lane, lane, lanes, first, *second, to);
            return true;
        }
        let Some(op) = overflow_of(name) else { return false };
        if is_form(name, "sat") {
            self.emit_saturating(op, lane, lanes, scalar, [first, *second], to);
            return true;
        }
        if is_form(name, "with") {
            self.emit_overflow(instr, op, lane, lanes, scalar, [first, *second], to);
            return true;
        }
        false
    }

    fn emit_huge_intrinsic(
        &mut self,
        instr: &Instr,
        name: &str,
        bits: u32,
        args: &[Operand],
        to: u32,
    ) -> bool {
        let out = match self.types().get(instr.ty) {
            Type::Int(out) => *out,
            _ => bits,
        };
        let (op, count) = match name.split('.').next().unwrap_or(name) {
            "fshl" => (LimbOp::Funnel(true), 3),
            "fshr" => (LimbOp::Funnel(false), 3),
            "scmp" => (LimbOp::Order(true), 2),
            "ucmp" => (LimbOp::Order(false), 2),
            "sshl" if is_form(name, "sat") => (LimbOp::ShiftSaturating(true), 2),
            "ushl" if is_form(name, "sat") => (LimbOp::ShiftSaturating(false), 2),
            _ => match (int_unary(name), choice(name), overflow_of(name)) {
                (Some((_, op)), ..) => (op, 1),
                (_, Some(pred), _) => (LimbOp::Choose(pred), 2),
                (.., Some(op)) if is_form(name, "sat") => (LimbOp::Saturating(op), 2),
                (.., Some(op)) if is_form(name, "with") => (LimbOp::Overflow(op), 2),
                _ => return false,
            },
        };
        let Some(args) = args.get(..count) else { return false };
        let mut places: Vec<u32> = args.iter().map(|arg| self.place(*arg)).collect();
        if let LimbOp::Overflow(_) = op {
            places.push(to + member_offset(self.types(), instr.ty, 1) as u32);
        }
        self.limbs(LimbDesc { op, bits, out }, to, &places);
        true
    }

    fn emit_funnel(&mut self, left: bool, kind: Kind, args: [Operand; 3], to: u32) {
        let [high, low, by] = args;
        if let Kind::Int(bits) = kind
            && regular(bits)
        {
            if high == low {
                let (l, r) = (self.source(high), self.source_or_number(by, bits));
                use int::{RotateLeft, RotateRight, by_width};
                let handler = if left {
                    by_width!(bits, pick_binary, RotateLeft, l, r)
                } else {
                    by_width!(bits, pick_binary, RotateRight, l, r)
                };
                self.int_result(handler, to, l.field(), r.field(), 0);
                return;
            }
            use int::{funnel_left, funnel_right};
            let handler: crate::machine::Handler = match (left, bits) {
                (true, 8) => funnel_left::<u8>,
                (true, 16) => funnel_left::<u16>,
                (true, 32) => funnel_left::<u32>,
                (true, _) => funnel_left::<u64>,
                (false, 8) => funnel_right::<u8>,
                (false, 16) => funnel_right::<u16>,
                (false, 32) => funnel_right::<u32>,
                (false, _) => funnel_right::<u64>,
            };
            let places = [high, low, by].map(|operand| self.place(operand));
            self.int_result(handler, to, places[0], places[1], places[2]);
            return;
        }
        let Some((lane, lanes)) = lanes_of(kind) else { return };
        let places = [high, low, by].map(|operand| self.place(operand));
        let ins = vec![(lane, false); 3];
        self.lanes(
            LaneDesc { op: LaneOp::Funnel(left), lanes, ins, out: lane, second: 0 },
            to,
            &places,
        );
    }

    fn emit_saturating(
        &mut self,
        op: Overflow,
        lane: Lane,
        lanes: u32,
        scalar: bool,
        args: [Operand; 2],
        to: u32,
    ) {
        let [first, second] = args;
        let bits = lane.bits();
        if scalar && !matches!(op, Overflow::UMul | Overflow::SMul) {
            let (l, r) = (self.source(first), self.source_or_number(second, bits));
            use int::{SAddSat, SSubSat, UAddSat, USubSat, by_width};
            let handler = match op {
                Overflow::UAdd => by_width!(bits, pick_binary, UAddSat, l, r),
                Overflow::USub => by_width!(bits, pick_binary, USubSat, l, r),
                Overflow::SAdd => by_width!(bits, pick_binary, SAddSat, l, r),
                _ => by_width!(bits, pick_binary, SSubSat, l, r),
            };
            self.int_result(handler, to, l.field(), r.field(), 0);
            return;
        }
        let bytes = self.vector_bytes(lane, lanes);
        let picked = simd::saturating(op, bits, bytes).filter(|_| lanes > 1);
        if !self.simd_binary(picked, args, bytes, to) {
            self.lane_binary(LaneOp::Saturating(op), lane, lane, lanes, first, second, to);
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a description of one operation")]
    fn emit_overflow(
        &mut self,
        instr: &Instr,
        op: Overflow,
        lane: Lane,
        lanes: u32,
        scalar: bool,
        args: [Operand; 2],
        to: u32,
    ) {
        let [first, second] = args;
        let bits = lane.bits();
        if let Some(result) = instr.result
            && scalar
            && self.plan.splits[result.index()]
        {
            let part = |this: &mut Self, index: u32| match this.first_extract(result, index) {
                Some(value) => this.value(value),
                None => this.scratch(8),
            };
            let (value, flag) = (part(self, 0), part(self, 1));
            let from = self.place(first);
            let r = match self.source_or_number(second, bits) {
                Place::Last(at) => Place::Reg(at),
                place => place,
            };
            let handler = int::overflowing(op, bits, r);
            self.push(handler, value, from, r.field(), flag);
            self.wrote(value, 8);
            self.wrote(flag, 8);
            self.last_int = Some(flag);
            return;
        }
        let second_at = member_offset(self.types(), instr.ty, 1) as u32;
        let places = [self.place(first), self.place(second)];
        let ins = vec![(lane, false), (lane, false)];
        let op = LaneOp::Overflow(op);
        self.lanes(LaneDesc { op, lanes, ins, out: lane, second: second_at }, to, &places);
    }

    /// The first `extractvalue` of a member of a value.
    pub(in crate::decode) fn first_extract(
        &self,
        value: bareflow_ir::ValueId,
        index: u32,
    ) -> Option<bareflow_ir::ValueId> {
        self.plan.users(value).iter().find_map(|user| {
            let user = &self.func.instrs[*user as usize];
            match &user.op {
                Op::ExtractValue { path, .. } if **path == [index] => user.result,
                _ => None,
            }
        })
    }
}
