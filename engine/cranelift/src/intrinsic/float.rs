//! Float intrinsics: inline where the processor has an instruction, else the C library's
//! function.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{Operand, TypeId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, Value, types};

use super::missing;
use crate::lower::{Lower, Res, refuse};
use crate::memory::plain;
use crate::shape::Shape;

/// Functions of the C library with one or two float arguments that are called by name.
const LIBRARY: &[&str] = &[
    "pow", "exp", "exp2", "exp10", "log", "log2", "log10", "sin", "cos", "tan", "asin", "acos",
    "atan", "atan2", "sinh", "cosh", "tanh",
];

/// Intrinsics with float operands and a float result of the same type.
const FLOAT: &[&str] = &[
    "sqrt",
    "fabs",
    "floor",
    "ceil",
    "trunc",
    "rint",
    "nearbyint",
    "round",
    "roundeven",
    "copysign",
    "minnum",
    "maxnum",
    "minimum",
    "maximum",
    "minimumnum",
    "maximumnum",
    "fma",
    "fmuladd",
    "canonicalize",
];

impl Lower<'_, '_> {
    pub(crate) fn float_intrinsic(
        &mut self,
        name: &str,
        args: &[Operand],
        ty: TypeId,
    ) -> Res<Option<Vec<Value>>> {
        if LIBRARY.contains(&name) || FLOAT.contains(&name) {
            let mut operands = Vec::new();
            for arg in args {
                operands.push(self.pieces(*arg)?);
            }
            let rows: Vec<&[Value]> = operands.iter().map(|list| &list[..]).collect();
            return self.float_function(name, ty, &rows).map(Some);
        }
        // One without operands is none of these.
        let Some(first) = args.first().copied() else { return Ok(None) };
        let from = self.src.type_of(first);
        match name {
            "fptosi.sat" | "fptoui.sat" => {
                let pieces = self.pieces(first)?;
                let signed = name == "fptosi.sat";
                if self.types().vector(from).is_some() {
                    let (elem, to) = (self.types().scalar(from), self.types().scalar(ty));
                    let (from_elem, to_elem) = (self.shape(elem)?, self.shape(to)?);
                    return self
                        .by_lane(from, ty, &[&pieces], |l, row| {
                            l.cast_to_int(from_elem, to_elem, row[0][0], signed, true)
                        })
                        .map(Some);
                }
                let (from, to) = (self.shape(from)?, self.shape(ty)?);
                self.cast_to_int(from, to, pieces[0], signed, true).map(Some)
            }
            "convert.to.fp16" => {
                let value = self.one(first)?;
                Ok(Some(vec![if self.ty(value) == types::F32 {
                    self.single_to_half(value, false)
                } else {
                    self.double_to_half(value, false)
                }]))
            }
            "convert.from.fp16" => {
                let value = self.one(first)?;
                let single = self.half_to_single(value, false);
                let double = self.piece_types(ty)?[0] == types::F64;
                Ok(Some(vec![if double {
                    self.b.ins().fpromote(types::F64, single)
                } else {
                    single
                }]))
            }
            "lround" | "llround" | "lrint" | "llrint" => {
                let value = self.one(first)?;
                let rounded = if name.ends_with("round") {
                    self.float_round_any(value)
                } else {
                    self.b.ins().nearest(value)
                };
                let Shape::Int { bits, .. } = self.shape(ty)? else {
                    return refuse("rounding to such a type");
                };
                Ok(Some(vec![self.float_to_int(rounded, bits, true, false)?]))
            }
            "powi" | "ldexp" => self.float_with_int(name, from, ty, args).map(Some),
            "sincos" => {
                let value = self.pieces(first)?;
                let mut out = self.float_function("sin", from, &[&value])?;
                out.extend(self.float_function("cos", from, &[&value])?);
                Ok(Some(out))
            }
            "modf" | "frexp" => self.float_parts(name, from, ty, first).map(Some),
            "is.fpclass" => {
                let Some(classes) = args.get(1).and_then(|arg| self.src.const_int(*arg)) else {
                    return refuse("a variable float class");
                };
                let pieces = self.pieces(first)?;
                if let Some((elem, len)) = self.types().vector(from) {
                    let elem = self.shape(elem)?;
                    let mut bits = Vec::new();
                    for lane in self.lanes(from, &pieces)? {
                        bits.push(self.is_class(elem, lane[0], classes)?);
                    }
                    return Ok(Some(self.bools_to_mask(len, &bits)));
                }
                let shape = self.shape(from)?;
                Ok(Some(vec![self.is_class(shape, pieces[0], classes)?]))
            }
            _ => Ok(None),
        }
    }

    fn float_function(&mut self, name: &str, ty: TypeId, args: &[&[Value]]) -> Res<Vec<Value>> {
        match self.shape(ty)? {
            Shape::Float(_) => {
                let row: Vec<Value> = args.iter().map(|list| list[0]).collect();
                Ok(vec![self.float_scalar(name, &row)?])
            }
            Shape::Half { brain } => {
                let mut row = Vec::new();
                for list in args {
                    row.push(self.half_to_single(list[0], brain));
                }
                // A product of halves is exact in single precision; the sum of a `fma` is
                // not, but is in double precision, up to the last rounding.
                let result = if matches!(name, "fma" | "fmuladd") {
                    let wide: Vec<Value> =
                        row.iter().map(|v| self.b.ins().fpromote(types::F64, *v)).collect();
                    let product = self.b.ins().fmul(wide[0], wide[1]);
                    let sum = self.b.ins().fadd(product, wide[2]);
                    return Ok(vec![self.double_to_half(sum, brain)]);
                } else {
                    self.float_scalar(name, &row)?
                };
                Ok(vec![self.single_to_half(result, brain)])
            }
            Shape::Lanes { .. } if self.has_vector_form(name) => {
                let mut out = Vec::new();
                for index in 0..args[0].len() {
                    let row: Vec<Value> = args.iter().map(|list| list[index]).collect();
                    out.push(self.float_scalar(name, &row)?);
                }
                Ok(out)
            }
            Shape::Lanes { .. } | Shape::Scalars { .. } => {
                let elem = self.types().scalar(ty);
                self.by_lane(ty, ty, args, |l, row| l.float_function(name, elem, row))
            }
            _ => refuse("a float intrinsic on such a type"),
        }
    }

    fn has_vector_form(&self, name: &str) -> bool {
        match name {
            "floor" | "ceil" | "trunc" | "rint" | "nearbyint" | "round" | "roundeven" => {
                self.cpu.has("sse41")
            }
            "fma" => self.cpu.has("fma"),
            _ => FLOAT.contains(&name),
        }
    }

    /// A function of scalars, or of whole chunks if it has a vector form.
    fn float_scalar(&mut self, name: &str, args: &[Value]) -> Res<Value> {
        let a = args[0];
        let b = args.get(1).copied().unwrap_or(a);
        Ok(match name {
            "sqrt" => self.b.ins().sqrt(a),
            "fabs" => self.b.ins().fabs(a),
            "floor" => self.b.ins().floor(a),
            "ceil" => self.b.ins().ceil(a),
            "trunc" => self.b.ins().trunc(a),
            // The rounding mode is always to the nearest, ties to even.
            "rint" | "nearbyint" | "roundeven" => self.b.ins().nearest(a),
            "round" => self.float_round_any(a),
            "copysign" => self.copysign(a, b),
            "minnum" | "maxnum" => self.float_min_num(name == "maxnum", a, b),
            "minimum" | "maximum" => self.float_minimum(name == "maximum", a, b),
            "minimumnum" | "maximumnum" => self.float_minimum_num(name == "maximumnum", a, b),
            "fma" => self.b.ins().fma(a, b, args[2]),
            // It may be fused or not: not, so that every level gives the same result.
            "fmuladd" => {
                let product = self.b.ins().fmul(a, b);
                self.b.ins().fadd(product, args[2])
            }
            "canonicalize" => {
                let ty = self.ty(a);
                let one = self.float(ty.lane_type(), 1.0);
                let one = if ty.is_vector() { self.b.ins().splat(ty, one) } else { one };
                self.b.ins().fmul(a, one)
            }
            _ => self.float_library(name, args),
        })
    }

    fn float_round_any(&mut self, value: Value) -> Value {
        if self.cpu.has("sse41") {
            self.float_round(value)
        } else {
            self.float_library("round", &[value])
        }
    }

    /// `powi` and `ldexp`: a float and an integer.
    fn float_with_int(
        &mut self,
        name: &str,
        from: TypeId,
        ty: TypeId,
        args: &[Operand],
    ) -> Res<Vec<Value>> {
        let power = *args.get(1).ok_or_else(missing)?;
        let power_ty = self.src.type_of(power);
        let pieces = self.pieces(args[0])?;
        let powers = self.pieces(power)?;
        let lanes = if self.types().vector(from).is_some() {
            self.lanes(from, &pieces)?
        } else {
            vec![pieces]
        };
        let power_lanes = if self.types().vector(power_ty).is_some() {
            self.lanes(power_ty, &powers)?
        } else {
            lanes.iter().map(|_| powers.clone()).collect()
        };
        let bits = self.types().int_bits(self.types().scalar(power_ty)).unwrap_or(32);
        let elem = self.shape(self.types().scalar(from))?;
        let mut results = Vec::new();
        for (value, power) in lanes.iter().zip(&power_lanes) {
            let power = self.sign_extend(power[0], bits, 32, types::I32);
            let value = match elem {
                Shape::Half { brain } => self.half_to_single(value[0], brain),
                _ => value[0],
            };
            let float = self.ty(value);
            let function = match (name, float == types::F32) {
                ("powi", true) => "__powisf2",
                ("powi", false) => "__powidf2",
                (_, true) => "ldexpf",
                (_, false) => "ldexp",
            };
            let result = self.library(function, &[value, power], &[float])[0];
            results.push(vec![match elem {
                Shape::Half { brain } => self.single_to_half(result, brain),
                _ => result,
            }]);
        }
        if self.types().vector(ty).is_some() {
            self.from_lanes(ty, &results)
        } else {
            Ok(results.remove(0))
        }
    }

    /// `modf` and `frexp`: two results, of which the C library writes the second to memory.
    fn float_parts(
        &mut self,
        name: &str,
        from: TypeId,
        ty: TypeId,
        value: Operand,
    ) -> Res<Vec<Value>> {
        let pieces = self.pieces(value)?;
        let Some((elem, _)) = self.types().vector(from) else {
            let elem = self.shape(from)?;
            let (first, second) = self.float_part(name, elem, pieces[0])?;
            if self.piece_types(ty)?.get(1) != Some(&self.ty(second)) {
                return refuse("an exponent of other than 32 bits");
            }
            return Ok(vec![first, second]);
        };
        let elem = self.shape(elem)?;
        let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
        for lane in self.lanes(from, &pieces)? {
            let (first, second) = self.float_part(name, elem, lane[0])?;
            firsts.push(vec![first]);
            seconds.push(vec![second]);
        }
        let second = self.types().member(ty, 1).ok_or("the parts of a float")?;
        let mut out = self.from_lanes(from, &firsts)?;
        out.extend(self.from_lanes(second, &seconds)?);
        Ok(out)
    }

    fn float_part(&mut self, name: &str, shape: Shape, value: Value) -> Res<(Value, Value)> {
        let value = match shape {
            Shape::Float(_) => value,
            Shape::Half { brain } => self.half_to_single(value, brain),
            _ => return refuse("the parts of what is no float"),
        };
        let float = self.ty(value);
        let second = if name == "modf" { float } else { types::I32 };
        let slot = self.stack_slot(8, 8)?;
        let place = self.b.ins().stack_addr(types::I64, slot, 0);
        let function = alloc::format!("{name}{}", if float == types::F32 { "f" } else { "" });
        let first = self.library(&function, &[value, place], &[float])[0];
        let second = self.b.ins().load(second, plain(), place, 0);
        let short = |l: &mut Self, part: Value| match shape {
            Shape::Half { brain } if l.ty(part) == float => l.single_to_half(part, brain),
            _ => part,
        };
        Ok((short(self, first), short(self, second)))
    }

    /// Whether a float is of one of these classes (LLVM Language Reference, `is.fpclass`).
    fn is_class(&mut self, shape: Shape, value: Value, classes: u64) -> Res<Value> {
        let (int, mantissa): (clif::Type, u32) = match shape {
            Shape::Float(types::F32) => (types::I32, 23),
            Shape::Float(_) => (types::I64, 52),
            Shape::Half { brain: false } => (types::I16, 10),
            Shape::Half { brain: true } => (types::I16, 7),
            _ => return refuse("the class of what is no float"),
        };
        let bits = self.cast_bits(int, value);
        let sign = 1u64 << (int.bits() - 1);
        let infinity = (sign - 1) >> mantissa << mantissa;
        let quiet = infinity | 1 << (mantissa - 1);
        let normal = 1u64 << mantissa;
        let magnitude = {
            let mask = self.int(int, sign - 1);
            self.b.ins().band(bits, mask)
        };
        let negative = {
            let zero = self.int(int, 0);
            self.b.ins().icmp(IntCC::SignedLessThan, bits, zero)
        };
        // Each class as a range of magnitudes, with its bit for either sign.
        let ranges = [
            (infinity + 1, quiet - 1, 0, 0),
            (quiet, sign - 1, 1, 1),
            (infinity, infinity, 2, 9),
            (normal, infinity - 1, 3, 8),
            (1, normal - 1, 4, 7),
            (0, 0, 5, 6),
        ];
        let mut result = self.int(types::I8, 0);
        for (low, high, minus, plus) in ranges {
            let (minus, plus) = (classes >> minus & 1, classes >> plus & 1);
            if minus == 0 && plus == 0 {
                continue;
            }
            let from = self.int(int, low);
            let distance = self.b.ins().isub(magnitude, from);
            let width = self.int(int, high - low);
            let mut inside = self.b.ins().icmp(IntCC::UnsignedLessThanOrEqual, distance, width);
            if minus != plus {
                let wanted = self.int(types::I8, minus);
                let sign = self.b.ins().icmp(IntCC::Equal, negative, wanted);
                inside = self.b.ins().band(inside, sign);
            }
            result = self.b.ins().bor(result, inside);
        }
        Ok(result)
    }
}
