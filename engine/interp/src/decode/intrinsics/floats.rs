//! Calls of `llvm.*` functions on floats.

use alloc::vec;

use bareflow_ir::layout::{alloc_size, member_offset};
use bareflow_ir::{CastOp, Instr, Operand};

use super::{is, lanes_of};
use crate::decode::{Decoder, Kind, kind_of};
use crate::op::lanes::{LaneDesc, LaneOp};
use crate::op::shape::{Reg, pick_unary};
use crate::op::{float, fused, simd};
use crate::value::float::{Pair, Unary as FloatUnary};
use crate::value::{Format, Lane};

fn float_unary(name: &str) -> Option<FloatUnary> {
    Some(match name.split('.').next()? {
        "fabs" => FloatUnary::Absolute,
        "sqrt" => FloatUnary::Sqrt,
        "floor" => FloatUnary::Floor,
        "ceil" => FloatUnary::Ceil,
        "trunc" => FloatUnary::Trunc,
        "rint" | "nearbyint" => FloatUnary::Rint,
        "round" => FloatUnary::Round,
        "roundeven" => FloatUnary::RoundEven,
        "canonicalize" => FloatUnary::Canonicalize,
        "sin" => FloatUnary::Sin,
        "cos" => FloatUnary::Cos,
        "tan" => FloatUnary::Tan,
        "asin" => FloatUnary::Asin,
        "acos" => FloatUnary::Acos,
        "atan" => FloatUnary::Atan,
        "sinh" => FloatUnary::Sinh,
        "cosh" => FloatUnary::Cosh,
        "tanh" => FloatUnary::Tanh,
        "exp" => FloatUnary::Exp,
        "exp2" => FloatUnary::Exp2,
        "exp10" => FloatUnary::Exp10,
        "log" => FloatUnary::Log,
        "log2" => FloatUnary::Log2,
        "log10" => FloatUnary::Log10,
        _ => return None,
    })
}

fn float_pair(name: &str) -> Option<Pair> {
    Some(match name.split('.').next()? {
        "copysign" => Pair::CopySign,
        "minnum" => Pair::MinNum,
        "maxnum" => Pair::MaxNum,
        "minimum" => Pair::Minimum,
        "maximum" => Pair::Maximum,
        "minimumnum" => Pair::MinimumNum,
        "maximumnum" => Pair::MaximumNum,
        "pow" => Pair::Pow,
        "atan2" => Pair::Atan2,
        _ => return None,
    })
}

impl Decoder<'_> {
    pub(super) fn emit_float_intrinsic(
        &mut self,
        instr: &Instr,
        name: &str,
        args: &[Operand],
        to: u32,
    ) -> bool {
        let [first, ..] = *args else { return false };
        let kind = self.kind(first);
        let out = lanes_of(kind_of(self.types(), instr.ty));
        if is(name, "convert.from.fp16") {
            let Some((out, _)) = out else { return false };
            let half = Lane::Float(Format::Half);
            self.lane_unary(LaneOp::Cast(CastOp::FpExt), half, out, 1, first, to);
            return true;
        }
        let Some((lane @ Lane::Float(_), lanes)) = lanes_of(kind) else { return false };
        let double = kind == Kind::F64;
        let scalar = matches!(kind, Kind::F32 | Kind::F64);
        if is(name, "convert.to.fp16") {
            let half = Lane::Float(Format::Half);
            self.lane_unary(LaneOp::Cast(CastOp::FpTrunc), lane, half, 1, first, to);
            return true;
        }
        if scalar && matches!(float_unary(name), Some(FloatUnary::Absolute | FloatUnary::Sqrt)) {
            let from = self.source_float(first, double);
            let handler = match (is(name, "fabs"), double) {
                (true, true) => pick_unary::<float::Absolute<f64>>(from),
                (true, false) => pick_unary::<float::Absolute<f32>>(from),
                (false, true) => pick_unary::<float::Root<f64>>(from),
                (false, false) => pick_unary::<float::Root<f32>>(from),
            };
            self.result(kind, handler, to, from.field(), 0, 0);
            return true;
        }
        if let Some(op) = float_unary(name) {
            let bytes = self.vector_bytes(lane, lanes);
            let picked = simd::float_unary(op, lane, bytes).filter(|_| lanes > 1);
            if self.simd_unary(picked, first, bytes, to) {
                return true;
            }
            self.lane_unary(LaneOp::FloatUnary(op), lane, lane, lanes, first, to);
            return true;
        }
        if let (Some(op), [_, second]) = (float_pair(name), args) {
            self.lane_binary(LaneOp::FloatPair(op), lane, lane, lanes, first, *second, to);
            return true;
        }
        match (name.split('.').next().unwrap_or(name), args) {
            ("fmuladd", [a, b, c]) if scalar => {
                let places = [*a, *b, *c].map(|operand| self.place(operand));
                let handler: crate::machine::Handler = if double {
                    fused::three::<fused::MulAdd<f64>, Reg, Reg>
                } else {
                    fused::three::<fused::MulAdd<f32>, Reg, Reg>
                };
                self.result(kind, handler, to, places[0], places[1], places[2]);
            }
            ("fma" | "fmuladd", [a, b, c]) => {
                let places = [*a, *b, *c].map(|operand| self.place(operand));
                let ins = vec![(lane, false); 3];
                let op = LaneOp::MultiplyAdd(is(name, "fma"));
                self.lanes(LaneDesc { op, lanes, ins, out: lane, second: 0 }, to, &places);
            }
            ("powi" | "ldexp", [a, b]) => {
                let places = [self.place(*a), self.place(*b)];
                let Some((exponent, count)) = lanes_of(self.kind(*b)) else { return false };
                let ins = vec![(lane, false), (exponent, count == 1)];
                let op = if is(name, "powi") { LaneOp::Power } else { LaneOp::Scale };
                self.lanes(LaneDesc { op, lanes, ins, out: lane, second: 0 }, to, &places);
            }
            ("frexp" | "modf" | "sincos", [a]) => {
                let types = self.types();
                let parts = (types.member(instr.ty, 0), types.member(instr.ty, 1));
                let (Some(_), Some(part)) = parts else { return false };
                let (op, wanted) = match name.split('.').next() {
                    Some("frexp") => (LaneOp::FractionExponent, Lane::Int(32)),
                    Some("modf") => (LaneOp::FractionWhole, lane),
                    _ => (LaneOp::SineCosine, lane),
                };
                if lanes_of(kind_of(types, part)) != Some((wanted, lanes)) {
                    return false;
                }
                let second = member_offset(types, instr.ty, 1) as u32;
                let place = self.place(*a);
                let ins = vec![(lane, false)];
                self.lanes(LaneDesc { op, lanes, ins, out: lane, second }, to, &[place]);
            }
            ("is", [a, mask]) if name.starts_with("is.fpclass") => {
                let Some(mask) = self.number_of(*mask, 32) else { return false };
                let op = LaneOp::Class(mask as u32);
                self.lane_unary(op, lane, Lane::Int(1), lanes, *a, to);
            }
            ("fptosi" | "fptoui", [a]) if name.contains(".sat.") => {
                let cast = if name.starts_with("fptosi") { CastOp::FpToSi } else { CastOp::FpToUi };
                if self.emit_huge_float(cast, *a, to, kind, kind_of(self.types(), instr.ty)) {
                    return true;
                }
                let Some((out, _)) = out else { return false };
                let op = LaneOp::ToIntSaturating(name.starts_with("fptosi"));
                self.lane_unary(op, lane, out, lanes, *a, to);
            }
            ("lrint" | "llrint" | "lround" | "llround", [a]) => {
                let Some((out, _)) = out else { return false };
                let rounded = self.scratch(alloc_size(self.types(), self.type_of(*a)) as u32);
                let round =
                    if name.contains("rint") { FloatUnary::Rint } else { FloatUnary::Round };
                self.lane_unary(LaneOp::FloatUnary(round), lane, lane, lanes, *a, rounded);
                let ins = vec![(lane, false)];
                let op = LaneOp::Cast(CastOp::FpToSi);
                self.lanes(LaneDesc { op, lanes, ins, out, second: 0 }, to, &[rounded]);
            }
            _ => return false,
        }
        true
    }
}
