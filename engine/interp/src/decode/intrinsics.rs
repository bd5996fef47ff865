//! Calls of `llvm.*` functions.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::{alloc_size, member_offset};
use bareflow_ir::{CallInfo, CastOp, Instr, IntPredicate, Op, Operand, Type};

use super::casts::scalar_lane;
use super::{Decoder, Kind, kind_of, regular};
use crate::op::int::{self, Overflow};
use crate::op::lanes::{LaneDesc, LaneOp};
use crate::op::limbs::{LimbDesc, LimbOp};
use crate::op::shape::{Place, Reg, pick_binary, pick_unary};
use crate::op::{bulk, float, fused, masked, simd, slow, stack, varargs, vector};
use crate::value::float::{Pair, Unary as FloatUnary};
use crate::value::int::Unary as IntUnary;
use crate::value::{Format, Lane};

/// Intrinsics that change nothing a program can see.
const NOTHING: &[&str] = &[
    "lifetime.",
    "assume",
    "donothing",
    "dbg.",
    "experimental.noalias.scope.decl",
    "sideeffect",
    "prefetch",
    "invariant.end",
    "var.annotation",
    "codeview.annotation",
    "pseudoprobe",
    "fake.use",
    "va_end",
    "x86.sse2.pause",
];

/// Intrinsics that give their first operand back.
const SAME: &[&str] = &[
    "expect",
    "launder.invariant.group",
    "strip.invariant.group",
    "ptr.annotation",
    "annotation",
    "ssa.copy",
    "arithmetic.fence",
    "threadlocal.address",
];

/// Whether an intrinsic is called `what`, its type suffixes aside.
fn is(name: &str, what: &str) -> bool {
    name.strip_prefix(what).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

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

fn choice(name: &str) -> Option<IntPredicate> {
    Some(match name.split('.').next()? {
        "smin" => IntPredicate::Sle,
        "smax" => IntPredicate::Sge,
        "umin" => IntPredicate::Ule,
        "umax" => IntPredicate::Uge,
        _ => return None,
    })
}

/// Lane and number of lanes of what an operation works on.
fn lanes_of(kind: Kind) -> Option<(Lane, u32)> {
    match kind {
        Kind::Vector(lane, lanes) => Some((lane, lanes)),
        _ => scalar_lane(kind).map(|lane| (lane, 1)),
    }
}

impl Decoder<'_> {
    pub(super) fn emit_intrinsic(&mut self, instr: &Instr, name: &str, info: &CallInfo, to: u32) {
        if NOTHING.iter().any(|known| name == *known || name.starts_with(known)) {
            return;
        }
        let args = info.args.as_slice();
        if SAME.iter().any(|known| is(name, known) || name.starts_with("expect."))
            && let [first, ..] = args
        {
            self.alias(instr, *first, to);
            return;
        }
        let done = self.emit_memory_intrinsic(name, args, to)
            || self.emit_machine_intrinsic(instr, name, args, to)
            || self.emit_vector_intrinsic(instr, name, args, to)
            || self.emit_int_intrinsic(instr, name, args, to)
            || self.emit_float_intrinsic(instr, name, args, to);
        if !done {
            self.refuse(alloc::format!("the intrinsic llvm.{name}"));
        }
    }

    fn emit_memory_intrinsic(&mut self, name: &str, args: &[Operand], to: u32) -> bool {
        let [a, b, c, ..] = *args else { return false };
        let handler = if is(name, "memcpy") || is(name, "memmove") {
            bulk::copy_memory
        } else if is(name, "memset") {
            bulk::fill_memory
        } else {
            return false;
        };
        let _ = to;
        let (a, b, c) = (self.place(a), self.place(b), self.place(c));
        self.push(handler, a, b, c, 0);
        true
    }

    fn emit_machine_intrinsic(
        &mut self,
        instr: &Instr,
        name: &str,
        args: &[Operand],
        to: u32,
    ) -> bool {
        match (name.split('.').next().unwrap_or(name), args) {
            ("trap" | "debugtrap" | "ubsantrap", _) => self.fault(slow::Fault::Trapped),
            ("stacksave", _) => self.int_result(stack::save, to, 0, 0, 0),
            ("stackrestore", [from]) => {
                let from = self.place(*from);
                self.push(stack::restore, 0, from, 0, 0);
            }
            ("frameaddress", _) => self.int_result(stack::frame, to, 0, 0, 0),
            ("returnaddress", _) => self.constant_result(to, 0),
            ("va_start", [list]) => {
                let list = self.place(*list);
                let (ints, floats) = self.named_registers();
                self.function(varargs::start, to, &[list, ints, floats]);
            }
            ("va_copy", [into, from]) => {
                let operands = [self.place(*into), self.place(*from)];
                self.function(varargs::copy, to, &operands);
            }
            ("readcyclecounter" | "readsteadycounter", _) => {
                self.function(bulk::cycles, to, &[]);
                self.last_int = None;
            }
            ("objectsize", [_, least, ..]) => {
                let least = self.number_of(*least, 1).unwrap_or(0) != 0;
                let bits = self.bits_of(instr.ty);
                self.constant_result(to, if least { 0 } else { u64::MAX >> (64 - bits.min(64)) });
            }
            ("is", [_]) if name.starts_with("is.constant") => self.constant_result(to, 0),
            ("invariant", _) if name.starts_with("invariant.start") => self.constant_result(to, 0),
            ("allow", _) if name.starts_with("allow.") => self.constant_result(to, 1),
            ("ptrmask", [ptr, mask]) if self.kind(*ptr) == Kind::Int(64) => {
                let (l, r) = (self.source(*ptr), self.source(*mask));
                let handler = pick_binary::<int::And<u64>>(l, r);
                self.int_result(handler, to, l.field(), r.field(), 0);
            }
            ("load", [base, offset]) if name.starts_with("load.relative") => {
                let operands =
                    [self.place(*base), self.place(*offset), self.bits_of(self.type_of(*offset))];
                self.function(bulk::load_relative, to, &operands);
            }
            ("x86", [vector]) => match name {
                "x86.sse2.pmovmskb.128" | "x86.sse.movmsk.ps" | "x86.sse2.movmsk.pd" => {
                    let Kind::Vector(lane, lanes) = self.kind(*vector) else { return false };
                    let operands = [self.place(*vector), lane.bits() / 8, lanes];
                    self.function(bulk::high_bits, to, &operands);
                }
                _ => return false,
            },
            ("x86", []) => match name {
                "x86.sse2.lfence" | "x86.sse2.mfence" | "x86.sse.sfence" => {
                    self.function(crate::op::atomic::fence, to, &[]);
                }
                _ => return false,
            },
            ("eh", _) if name.starts_with("eh.typeid.for") => self.constant_result(to, 0),
            _ => return false,
        }
        true
    }

    /// A result that is known.
    fn constant_result(&mut self, to: u32, value: u64) {
        let op = crate::op::moves::number;
        self.int_result(op, to, 0, value as u32, (value >> 32) as u32);
    }

    /// Registers that the named parameters take.
    fn named_registers(&self) -> (u32, u32) {
        let types = self.types();
        let Some((ret, params, _)) = types.signature(self.func.ty) else { return (0, 0) };
        match bareflow_ir::abi::lower(types, ret, params, &self.func.params, true) {
            Ok(signature) => (u32::from(signature.ints), u32::from(signature.floats)),
            Err(_) => (0, 0),
        }
    }

    fn emit_int_intrinsic(&mut self, instr: &Instr, name: &str, args: &[Operand], to: u32) -> bool {
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
        if name.contains(".sat.") {
            self.emit_saturating(op, lane, lanes, scalar, [first, *second], to);
            return true;
        }
        if name.contains(".with.overflow") {
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
            "sshl" => (LimbOp::ShiftSaturating(true), 2),
            "ushl" => (LimbOp::ShiftSaturating(false), 2),
            _ => match (int_unary(name), choice(name), overflow_of(name)) {
                (Some((_, op)), ..) => (op, 1),
                (_, Some(pred), _) => (LimbOp::Choose(pred), 2),
                (.., Some(op)) if name.contains(".sat.") => (LimbOp::Saturating(op), 2),
                (.., Some(op)) if name.contains(".with.overflow.") => (LimbOp::Overflow(op), 2),
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
            let handler: crate::code::Handler = match (left, bits) {
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
    pub(super) fn first_extract(
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

    fn emit_float_intrinsic(
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
                let handler: crate::code::Handler = if double {
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
            ("frexp" | "modf", [a]) if scalar => {
                let second = member_offset(self.types(), instr.ty, 1) as u32;
                let place = self.place(*a);
                let ins = vec![(lane, false)];
                let frexp = is(name, "frexp");
                let op = if frexp { LaneOp::FractionExponent } else { LaneOp::FractionWhole };
                self.lanes(LaneDesc { op, lanes, ins, out: lane, second }, to, &[place]);
            }
            ("is", [a, mask]) if name.starts_with("is.fpclass") => {
                let Some(mask) = self.number_of(*mask, 32) else { return false };
                let op = LaneOp::Class(mask as u32);
                self.lane_unary(op, lane, Lane::Int(1), lanes, *a, to);
            }
            ("fptosi" | "fptoui", [a]) if name.contains(".sat.") => {
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

    fn emit_vector_intrinsic(
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
                let first = if by < 0 { (i64::from(count) + by) as u32 } else { by as u32 };
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
