//! Calls of `llvm.*` functions on vectors as wholes: lanes that move, reductions, masked memory.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::member_offset;
use bareflow_ir::{Instr, Operand};

use super::{choice, is};
use crate::decode::{Decoder, Kind, kind_of};
use crate::op::lanes::{LaneDesc, LaneOp};
use crate::op::{masked, simd, vector};
use crate::value::Lane;
use crate::value::float::Pair;

impl Decoder<'_> {
    pub(super) fn emit_vector_intrinsic(
        &mut self,
        instr: &Instr,
        name: &str,
        args: &[Operand],
        to: u32,
    ) -> bool {
        let bare = name.strip_prefix("experimental.").unwrap_or(name);
        if let Some(rest) = bare.strip_prefix("vector.reduce.") {
            return self.emit_reduce(instr, rest, args, to);
        }
        if let Some(rest) = bare.strip_prefix("masked.") {
            return self.emit_masked(rest, args, to);
        }
        if is(bare, "get.active.lane.mask") {
            let ([a, b], Kind::Vector(_, lanes)) = (args, kind_of(self.types(), instr.ty)) else {
                return false;
            };
            let operands = [lanes, self.place(*a), self.place(*b)];
            self.function(vector::active_lanes, to, &operands);
            return true;
        }
        if is(bare, "cttz.elts") {
            let [a, _] = args else { return false };
            let Kind::Vector(lane, lanes) = self.kind(*a) else { return false };
            let operands = [lane.bits(), lanes, self.place(*a)];
            self.function(vector::first_set, to, &operands);
            return true;
        }
        if is(bare, "stepvector") {
            let Kind::Vector(lane, lanes) = kind_of(self.types(), instr.ty) else { return false };
            self.function(vector::steps, to, &[lane.bits(), lanes]);
            return true;
        }
        if bare.starts_with("vector.partial.reduce.add") {
            let [acc, vec] = args else { return false };
            let (Kind::Vector(lane, few), Kind::Vector(_, many)) =
                (self.kind(*acc), self.kind(*vec))
            else {
                return false;
            };
            let operands = [lane.bits(), few, many, self.place(*acc), self.place(*vec)];
            self.function(vector::partial_sum, to, &operands);
            return true;
        }
        match bare.strip_prefix("vector.") {
            Some(rest) => self.emit_lane_moves(instr, rest, args, to),
            None => false,
        }
    }

    /// Intrinsics that only move lanes, as shuffles.
    fn emit_lane_moves(&mut self, instr: &Instr, name: &str, args: &[Operand], to: u32) -> bool {
        let shuffle = |this: &mut Self, a: Operand, b: Operand, mask: Vec<u32>| {
            let mask: Vec<Option<u32>> = mask.into_iter().map(Some).collect();
            this.emit_shuffle(instr, a, b, &mask, to);
            true
        };
        let lanes = |this: &Self, operand: Operand| match this.kind(operand) {
            Kind::Vector(_, lanes) => lanes,
            _ => 0,
        };
        match args {
            [a] if is(name, "reverse") => {
                let count = lanes(self, *a);
                shuffle(self, *a, *a, (0..count).rev().collect())
            }
            [a, b] if is(name, "interleave2") => {
                let count = lanes(self, *a);
                shuffle(self, *a, *b, (0..count).flat_map(|lane| [lane, lane + count]).collect())
            }
            [a, index] if is(name, "extract") => {
                let Some(first) = self.number_of(*index, 64) else { return false };
                let Kind::Vector(_, count) = kind_of(self.types(), instr.ty) else { return false };
                shuffle(self, *a, *a, (0..count).map(|lane| lane + first as u32).collect())
            }
            [a, b, by] if is(name, "splice") => {
                let Some(by) = self.number_of(*by, 32) else { return false };
                let count = lanes(self, *a);
                // Before LLVM 22 one name was for both sides.
                let from_end = name.starts_with("splice.right") || by < 0;
                let by = by.unsigned_abs() as u32;
                let first = if from_end { count.saturating_sub(by) } else { by };
                if first > count {
                    return false;
                }
                shuffle(self, *a, *b, (0..count).map(|lane| lane + first).collect())
            }
            [a, b, index] if is(name, "insert") => {
                let Some(first) = self.number_of(*index, 64) else { return false };
                let Kind::Vector(lane, _) = self.kind(*a) else { return false };
                if !lane.bits().is_multiple_of(8) {
                    return false;
                }
                let words = self.frame_bytes(instr.ty);
                let (from, part) = (self.place(*a), self.place(*b));
                let bytes = lanes(self, *b) * lane.bits() / 8;
                let at = first as u32 * lane.bits() / 8;
                self.function(vector::overwrite, to, &[from, words, part, bytes, at]);
                true
            }
            [a] if is(name, "deinterleave2") => {
                let Kind::Vector(lane, count) = self.kind(*a) else { return false };
                let second = member_offset(self.types(), instr.ty, 1) as u32;
                let place = self.place(*a);
                self.function(vector::deinterleave, to, &[lane.bits(), count, place, second]);
                true
            }
            _ => false,
        }
    }

    fn emit_reduce(&mut self, instr: &Instr, name: &str, args: &[Operand], to: u32) -> bool {
        use bareflow_ir::BinaryOp as B;
        let op = match name.split('.').next().unwrap_or(name) {
            "add" => LaneOp::Int(B::Add),
            "mul" => LaneOp::Int(B::Mul),
            "and" => LaneOp::Int(B::And),
            "or" => LaneOp::Int(B::Or),
            "xor" => LaneOp::Int(B::Xor),
            "fadd" => LaneOp::Float(B::FAdd),
            "fmul" => LaneOp::Float(B::FMul),
            "fmax" => LaneOp::FloatPair(Pair::MaxNum),
            "fmin" => LaneOp::FloatPair(Pair::MinNum),
            "fmaximum" => LaneOp::FloatPair(Pair::Maximum),
            "fminimum" => LaneOp::FloatPair(Pair::Minimum),
            other => match choice(other) {
                Some(pred) => LaneOp::Choose(pred),
                None => return false,
            },
        };
        let (Some(vec), start) = (args.last(), (args.len() > 1).then(|| args[0])) else {
            return false;
        };
        let Kind::Vector(lane, lanes) = self.kind(*vec) else { return false };
        if start.is_none()
            && let Some(handler) = simd::int_reduction(op, lane.bits())
            && matches!(lane, Lane::Int(_))
        {
            let from = self.place(*vec);
            self.int_result(handler, to, from, 0, lanes);
            return true;
        }
        if let Some(start) = start
            && let Some(handler) = simd::float_reduction(op, lane)
        {
            let (from, start) = (self.place(*vec), self.place(start));
            self.result(kind_of(self.types(), instr.ty), handler, to, from, start, lanes);
            return true;
        }
        let mut places = vec![self.place(*vec)];
        let mut ins = vec![(lane, false)];
        if let Some(start) = start {
            places.push(self.place(start));
            ins.push((lane, true));
        }
        self.reduce(LaneDesc { op, lanes, ins, out: lane, second: 0 }, to, &places);
        true
    }

    fn emit_masked(&mut self, name: &str, args: &[Operand], to: u32) -> bool {
        let is_mask =
            |operand: &Operand| matches!(self.kind(*operand), Kind::Vector(Lane::Int(1), _));
        // Between address and mask, older forms have an alignment.
        let Some(mask_at) = args.iter().rposition(is_mask) else { return false };
        let mask = args[mask_at];
        let what = name.split('.').next().unwrap_or(name);
        let is_store = matches!(what, "store" | "scatter" | "compressstore");
        let (data, ptr) = match (is_store, args) {
            (true, [value, ptr, ..]) => (*value, *ptr),
            (false, [ptr, ..]) => match args.get(mask_at + 1).or(args.last()) {
                Some(through) => (*through, *ptr),
                None => return false,
            },
            _ => return false,
        };
        let Kind::Vector(lane, lanes) = self.kind(data) else { return false };
        if !lane.bits().is_multiple_of(8) {
            return false;
        }
        let operands =
            [lane.bits() / 8, lanes, self.place(ptr), self.place(mask), self.place(data)];
        let function = match what {
            "load" => masked::load,
            "store" => masked::store,
            "gather" => masked::gather,
            "scatter" => masked::scatter,
            "expandload" => masked::expand,
            "compressstore" => masked::compress,
            _ => return false,
        };
        self.function(function, to, &operands);
        true
    }

    /// A reduction: its description is that of the operation between two lanes.
    fn reduce(&mut self, desc: LaneDesc, to: u32, places: &[u32]) {
        let desc = crate::code::Kept::new(desc);
        let address = desc.address();
        self.lane_descs.push(desc);
        let mut operands = vec![address as u32, (address >> 32) as u32];
        operands.extend_from_slice(places);
        self.function(crate::op::lanes::reduce, to, &operands);
    }
}
