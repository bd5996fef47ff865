//! Float arithmetic on scalars, and on whole vectors where the instruction is the same.

use bareflow_ir::{BinaryOp, FloatPredicate};
use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::immediates::{Ieee32, Ieee64};
use cranelift_codegen::ir::{self as clif, InstBuilder, Value, types};

use crate::lower::{Lower, Res, refuse};

/// Cranelift's name of a comparison that depends on its operands.
pub(crate) fn float_cc(pred: FloatPredicate) -> Option<FloatCC> {
    Some(match pred {
        FloatPredicate::Oeq => FloatCC::Equal,
        FloatPredicate::Ogt => FloatCC::GreaterThan,
        FloatPredicate::Oge => FloatCC::GreaterThanOrEqual,
        FloatPredicate::Olt => FloatCC::LessThan,
        FloatPredicate::Ole => FloatCC::LessThanOrEqual,
        FloatPredicate::One => FloatCC::OrderedNotEqual,
        FloatPredicate::Ord => FloatCC::Ordered,
        FloatPredicate::Uno => FloatCC::Unordered,
        FloatPredicate::Ueq => FloatCC::UnorderedOrEqual,
        FloatPredicate::Ugt => FloatCC::UnorderedOrGreaterThan,
        FloatPredicate::Uge => FloatCC::UnorderedOrGreaterThanOrEqual,
        FloatPredicate::Ult => FloatCC::UnorderedOrLessThan,
        FloatPredicate::Ule => FloatCC::UnorderedOrLessThanOrEqual,
        FloatPredicate::Une => FloatCC::NotEqual,
        FloatPredicate::False | FloatPredicate::True => return None,
    })
}

impl Lower<'_, '_> {
    /// A float constant of scalar type `ty`.
    pub(crate) fn float(&mut self, ty: clif::Type, value: f64) -> Value {
        if ty == types::F32 {
            self.b.ins().f32const(Ieee32::with_float(value as f32))
        } else {
            self.b.ins().f64const(Ieee64::with_float(value))
        }
    }

    /// Arithmetic on floats, or on vectors of them (no remainder there).
    pub(crate) fn float_binary(&mut self, op: BinaryOp, a: Value, b: Value) -> Res<Value> {
        Ok(match op {
            BinaryOp::FAdd => self.b.ins().fadd(a, b),
            BinaryOp::FSub => self.b.ins().fsub(a, b),
            BinaryOp::FMul => self.b.ins().fmul(a, b),
            BinaryOp::FDiv => self.b.ins().fdiv(a, b),
            BinaryOp::FRem => self.float_library("fmod", &[a, b]),
            _ => return refuse("integer arithmetic on floats"),
        })
    }

    /// A function of the C library on scalar floats: `name`, or `namef` for single precision.
    pub(crate) fn float_library(&mut self, name: &str, args: &[Value]) -> Value {
        let ty = self.ty(args[0]);
        if ty == types::F32 {
            self.library(&alloc::format!("{name}f"), args, &[ty])[0]
        } else {
            self.library(name, args, &[ty])[0]
        }
    }

    /// Compares scalars; the result is 0 or 1 in an `I8`.
    pub(crate) fn float_compare(&mut self, pred: FloatPredicate, a: Value, b: Value) -> Value {
        match float_cc(pred) {
            Some(cc) => self.b.ins().fcmp(cc, a, b),
            None => self.int(types::I8, u64::from(pred == FloatPredicate::True)),
        }
    }

    /// `minnum` (or `maxnum`): of a number and a NaN, the number.
    pub(crate) fn float_min_num(&mut self, max: bool, a: Value, b: Value) -> Value {
        let cc = if max { FloatCC::GreaterThan } else { FloatCC::LessThan };
        // What `minss b, a` computes, and then the case that its first operand was no number.
        let ordered = self.b.ins().fcmp(cc, b, a);
        let least = self.select_float(ordered, b, a);
        let nan = self.b.ins().fcmp(FloatCC::Unordered, a, a);
        self.select_float(nan, b, least)
    }

    /// `minimum` (or `maximum`): NaN if there is one; -0 is less than +0.
    pub(crate) fn float_minimum(&mut self, max: bool, a: Value, b: Value) -> Value {
        if max { self.b.ins().fmax(a, b) } else { self.b.ins().fmin(a, b) }
    }

    /// `minimumnum` (or `maximumnum`): of a number and a NaN the number; -0 is less than +0.
    pub(crate) fn float_minimum_num(&mut self, max: bool, a: Value, b: Value) -> Value {
        let both = self.float_minimum(max, a, b);
        let b_nan = self.b.ins().fcmp(FloatCC::Unordered, b, b);
        let either = self.select_float(b_nan, a, both);
        let a_nan = self.b.ins().fcmp(FloatCC::Unordered, a, a);
        self.select_float(a_nan, b, either)
    }

    /// A choice by what `fcmp` gave, for scalars and vectors alike.
    pub(crate) fn select_float(&mut self, cond: Value, then: Value, other: Value) -> Value {
        let ty = self.ty(then);
        if ty.is_vector() {
            let cond = self.cast_bits(ty, cond);
            self.b.ins().bitselect(cond, then, other)
        } else {
            self.b.ins().select(cond, then, other)
        }
    }

    /// Rounds half away from zero.
    pub(crate) fn float_round(&mut self, value: Value) -> Value {
        let ty = self.ty(value);
        let lane = ty.lane_type();
        // The largest number below one half: with one half itself, its predecessor would be
        // rounded up by the addition.
        let half =
            if lane == types::F32 { 0.499_999_97_f32 as f64 } else { 0.499_999_999_999_999_94 };
        let half = self.float(lane, half);
        let half = if ty.is_vector() { self.b.ins().splat(ty, half) } else { half };
        let half = self.copysign(half, value);
        let sum = self.b.ins().fadd(value, half);
        self.b.ins().trunc(sum)
    }

    /// The magnitude of `a` with the sign of `b`.
    pub(crate) fn copysign(&mut self, a: Value, b: Value) -> Value {
        let ty = self.ty(a);
        if !ty.is_vector() {
            return self.b.ins().fcopysign(a, b);
        }
        let minus_zero = self.float(ty.lane_type(), -0.0);
        let sign = self.b.ins().splat(ty, minus_zero);
        self.b.ins().bitselect(sign, b, a)
    }

    // Conversions between scalars.

    /// A float as a signed or unsigned integer of `bits` bits. What does not fit gives the
    /// nearest value that does, and NaN gives 0: `fptosi.sat`. For plain `fptosi` such input
    /// is poison.
    pub(crate) fn float_to_int(
        &mut self,
        value: Value,
        bits: u32,
        signed: bool,
        saturate: bool,
    ) -> Res<Value> {
        let clif = crate::shape::container(bits);
        if clif == types::I128 {
            return self.float_to_long(value, bits, signed, saturate);
        }
        let result = match (signed, bits) {
            (true, 32 | 64) => self.b.ins().fcvt_to_sint_sat(clif, value),
            (false, 64) => self.b.ins().fcvt_to_uint_sat(clif, value),
            (false, 32) if saturate => self.b.ins().fcvt_to_uint_sat(clif, value),
            _ => {
                // Through a wider signed integer, which holds every value that fits.
                let wide = if bits < 32 { types::I32 } else { types::I64 };
                let whole = if signed || bits < 64 {
                    self.b.ins().fcvt_to_sint_sat(wide, value)
                } else {
                    self.b.ins().fcvt_to_uint_sat(wide, value)
                };
                let whole = if saturate { self.clamp(whole, bits, signed) } else { whole };
                self.resize(whole, clif)
            }
        };
        Ok(self.mask_to(result, bits))
    }

    /// A signed integer limited to what fits `bits` bits.
    fn clamp(&mut self, value: Value, bits: u32, signed: bool) -> Value {
        let ty = self.ty(value);
        let (low, high) = if signed {
            (-(1i64 << (bits - 1)), (1i64 << (bits - 1)) - 1)
        } else {
            (0, ((1u64 << bits) - 1) as i64)
        };
        let low = self.int(ty, low as u64);
        let high = self.int(ty, high as u64);
        let above = self.b.ins().icmp(IntCC::SignedLessThan, value, low);
        let value = self.b.ins().select(above, low, value);
        let below = self.b.ins().icmp(IntCC::SignedGreaterThan, value, high);
        self.b.ins().select(below, high, value)
    }

    fn float_to_long(
        &mut self,
        value: Value,
        bits: u32,
        signed: bool,
        saturate: bool,
    ) -> Res<Value> {
        let single = self.ty(value) == types::F32;
        let name = match (signed, single) {
            (true, true) => "__fixsfti",
            (true, false) => "__fixdfti",
            (false, true) => "__fixunssfti",
            (false, false) => "__fixunsdfti",
        };
        let halves = self.library(name, &[value], &[types::I64, types::I64]);
        let whole = self.b.ins().iconcat(halves[0], halves[1]);
        let whole = self.mask_to(whole, bits);
        if !saturate {
            return Ok(whole);
        }
        let ty = self.ty(value);
        let (low, high) = if signed {
            (1u128 << (bits - 1), (1u128 << (bits - 1)) - 1)
        } else {
            (0, u128::MAX >> (128 - bits))
        };
        let exponent = if signed { bits - 1 } else { bits };
        // 2^exponent, which both formats hold exactly or as infinity.
        let power = f64::from_bits(u64::from(1023 + exponent) << 52);
        let limit = self.float(ty, power);
        let bottom = self.float(ty, if signed { -power } else { 0.0 });
        let above = self.b.ins().fcmp(FloatCC::GreaterThanOrEqual, value, limit);
        let below = self.b.ins().fcmp(FloatCC::LessThan, value, bottom);
        let nan = self.b.ins().fcmp(FloatCC::Unordered, value, value);
        let (low, high) = (self.long(types::I128, low), self.long(types::I128, high));
        let zero = self.int(types::I128, 0);
        let whole = self.choose(above, high, whole);
        let whole = self.choose(below, low, whole);
        Ok(self.choose(nan, zero, whole))
    }

    /// An integer of `bits` bits as a float.
    pub(crate) fn int_to_float(
        &mut self,
        value: Value,
        bits: u32,
        signed: bool,
        to: clif::Type,
    ) -> Value {
        let value = if signed { self.sign_in(value, bits) } else { value };
        if self.ty(value) == types::I128 {
            let name = match (signed, to == types::F32) {
                (true, true) => "__floattisf",
                (true, false) => "__floattidf",
                (false, true) => "__floatuntisf",
                (false, false) => "__floatuntidf",
            };
            let (low, high) = self.b.ins().isplit(value);
            return self.library(name, &[low, high], &[to])[0];
        }
        if signed {
            let value = match self.ty(value).bits() {
                8 | 16 => self.b.ins().sextend(types::I32, value),
                _ => value,
            };
            return self.b.ins().fcvt_from_sint(to, value);
        }
        if bits < 64 {
            // It fits a signed integer of the next width.
            let wide = if bits < 32 { types::I32 } else { types::I64 };
            let value = self.resize(value, wide);
            return self.b.ins().fcvt_from_sint(to, value);
        }
        self.b.ins().fcvt_from_uint(to, value)
    }

    // 16-bit floats, which are computed with in single precision: for one operation the
    // result is the same.

    /// A 16-bit float as single precision.
    pub(crate) fn half_to_single(&mut self, half: Value, brain: bool) -> Value {
        let wide = self.b.ins().uextend(types::I32, half);
        if brain {
            let shift = self.int(types::I8, 16);
            let bits = self.b.ins().ishl(wide, shift);
            return self.cast_bits(types::F32, bits);
        }
        let magnitude = self.int(types::I32, 0x7fff);
        let magnitude = self.b.ins().band(wide, magnitude);
        let shift = self.int(types::I8, 13);
        let moved = self.b.ins().ishl(magnitude, shift);
        // Multiplying by 2^112 corrects the exponent, and makes small numbers normal.
        let moved = self.cast_bits(types::F32, moved);
        let scale = self.b.ins().f32const(Ieee32::with_bits(0x7780_0000));
        let scaled = self.b.ins().fmul(moved, scale);
        let scaled = self.cast_bits(types::I32, scaled);
        // Infinities and NaN keep the largest exponent; NaN becomes quiet.
        let infinity = self.int(types::I32, 0x7c00);
        let special = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, magnitude, infinity);
        let nan = self.b.ins().icmp(IntCC::UnsignedGreaterThan, magnitude, infinity);
        let exponent = self.int(types::I32, 0x7f80_0000);
        let quiet = self.int(types::I32, 0x7fc0_0000);
        let zero = self.int(types::I32, 0);
        let or = self.b.ins().select(nan, quiet, exponent);
        let or = self.b.ins().select(special, or, zero);
        let bits = self.b.ins().bor(scaled, or);
        let sign = self.int(types::I32, 0x8000);
        let sign = self.b.ins().band(wide, sign);
        let shift = self.int(types::I8, 16);
        let sign = self.b.ins().ishl(sign, shift);
        let bits = self.b.ins().bor(bits, sign);
        self.cast_bits(types::F32, bits)
    }

    /// Single precision as a 16-bit float, rounded to the nearest, ties to even.
    pub(crate) fn single_to_half(&mut self, value: Value, brain: bool) -> Value {
        let bits = self.cast_bits(types::I32, value);
        let rounded = if brain { self.round_to_brain(bits) } else { self.round_to_half(bits) };
        self.b.ins().ireduce(types::I16, rounded)
    }

    fn round_to_brain(&mut self, bits: Value) -> Value {
        let shift = self.int(types::I8, 16);
        let high = self.b.ins().ushr(bits, shift);
        let one = self.int(types::I32, 1);
        let odd = self.b.ins().band(high, one);
        let bias = self.int(types::I32, 0x7fff);
        let bias = self.b.ins().iadd(odd, bias);
        let sum = self.b.ins().iadd(bits, bias);
        let rounded = self.b.ins().ushr(sum, shift);
        let quiet = self.int(types::I32, 0x40);
        let quiet = self.b.ins().bor(high, quiet);
        let nan = self.is_nan_bits(bits);
        self.b.ins().select(nan, quiet, rounded)
    }

    fn is_nan_bits(&mut self, bits: Value) -> Value {
        let mask = self.int(types::I32, 0x7fff_ffff);
        let magnitude = self.b.ins().band(bits, mask);
        let infinity = self.int(types::I32, 0x7f80_0000);
        self.b.ins().icmp(IntCC::UnsignedGreaterThan, magnitude, infinity)
    }

    fn round_to_half(&mut self, bits: Value) -> Value {
        let i32_ = types::I32;
        let mask = self.int(i32_, 0x7fff_ffff);
        let magnitude = self.b.ins().band(bits, mask);
        let sixteen = self.int(types::I8, 16);
        let sign = self.b.ins().ushr(bits, sixteen);
        let mask = self.int(i32_, 0x8000);
        let sign = self.b.ins().band(sign, mask);

        // Normal numbers: rebias the exponent, and round at bit 13.
        let thirteen = self.int(types::I8, 13);
        let one = self.int(i32_, 1);
        let odd = self.b.ins().ushr(magnitude, thirteen);
        let odd = self.b.ins().band(odd, one);
        let bias = self.int(i32_, 0xc800_0fff);
        let sum = self.b.ins().iadd(magnitude, bias);
        let sum = self.b.ins().iadd(sum, odd);
        let normal = self.b.ins().ushr(sum, thirteen);

        // Small numbers: adding one half aligns the bits that stay, and rounds.
        let single = self.cast_bits(types::F32, magnitude);
        let magic = self.b.ins().f32const(Ieee32::with_bits(0x3f00_0000));
        let aligned = self.b.ins().fadd(single, magic);
        let aligned = self.cast_bits(i32_, aligned);
        let magic = self.int(i32_, 0x3f00_0000);
        let small = self.b.ins().isub(aligned, magic);

        let least_normal = self.int(i32_, 0x3880_0000);
        let is_small = self.b.ins().icmp(IntCC::UnsignedLessThan, magnitude, least_normal);
        let finite = self.b.ins().select(is_small, small, normal);

        let infinity = self.int(i32_, 0x7c00);
        let overflow = self.int(i32_, 0x4780_0000);
        let too_large = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, magnitude, overflow);
        let result = self.b.ins().select(too_large, infinity, finite);

        let payload = self.b.ins().ushr(magnitude, thirteen);
        let mask = self.int(i32_, 0x1ff);
        let payload = self.b.ins().band(payload, mask);
        let quiet = self.int(i32_, 0x7e00);
        let quiet = self.b.ins().bor(payload, quiet);
        let nan = self.is_nan_bits(bits);
        let result = self.b.ins().select(nan, quiet, result);
        self.b.ins().bor(result, sign)
    }

    /// Double precision as a 16-bit float. Rounding twice could go wrong at a tie, so the
    /// step to single precision rounds to odd.
    pub(crate) fn double_to_half(&mut self, value: Value, brain: bool) -> Value {
        let near = self.b.ins().fdemote(types::F32, value);
        let back = self.b.ins().fpromote(types::F64, near);
        let bits = self.cast_bits(types::I32, near);
        let near_abs = self.b.ins().fabs(back);
        let value_abs = self.b.ins().fabs(value);
        // Truncate what was rounded up, then mark what was lost in the last bit.
        let one = self.int(types::I32, 1);
        let up = self.b.ins().fcmp(FloatCC::GreaterThan, near_abs, value_abs);
        let up = self.b.ins().uextend(types::I32, up);
        let truncated = self.b.ins().isub(bits, up);
        let inexact = self.b.ins().fcmp(FloatCC::OrderedNotEqual, back, value);
        let odd = self.b.ins().bor(truncated, one);
        let bits = self.b.ins().select(inexact, odd, bits);
        let single = self.cast_bits(types::F32, bits);
        self.single_to_half(single, brain)
    }
}
