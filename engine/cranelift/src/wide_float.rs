//! Between floats and integers that no instruction and no library function converts: those of more
//! than 128 bits, and brain floats of more bits than a double holds.

use alloc::vec::Vec;

use cranelift_codegen::ir::condcodes::{FloatCC, IntCC};
use cranelift_codegen::ir::{InstBuilder, Value, types};

use crate::lower::{Lower, Res, refuse};
use crate::shape::Shape;

impl Lower<'_, '_> {
    /// An integer in limbs as a float, rounded once.
    ///
    /// Its highest 64 bits are taken, and the lowest of them collects whatever lies below: no format
    /// keeps so many, so that it rounds as the whole number would. Multiplying by a power of two then
    /// is exact, or gives infinity.
    pub(crate) fn limbs_to_float(
        &mut self,
        limbs: &[Value],
        bits: u32,
        signed: bool,
        to: Shape,
    ) -> Res<Value> {
        let mut limbs = limbs.to_vec();
        let mut sign = self.int(types::I64, 0);
        if signed {
            limbs = self.wide_sign_in(limbs, bits);
            sign = self.wide_sign(&limbs);
            limbs = self.wide_negate_if(&limbs, sign);
        }
        let zeros = self.wide_leading_zeros(&limbs);
        let mut head = self.wide_shl(&limbs, zeros);
        let mut top = head.pop().ok_or("an integer without limbs")?;
        for rest in head {
            let some = self.is_not_zero(rest);
            top = self.b.ins().bor(top, some);
        }
        let full = self.int(types::I64, limbs.len() as u64 * 64 - 64);
        let exponent = self.b.ins().isub(full, zeros);
        match to {
            Shape::Float(types::F64) => {
                let value = self.b.ins().fcvt_from_uint(types::F64, top);
                let value = self.times_power(value, exponent);
                let sign = self.sign_bit(sign, types::F64);
                Ok(self.b.ins().fcopysign(value, sign))
            }
            Shape::Float(_) => {
                let value = self.b.ins().fcvt_from_uint(types::F32, top);
                let value = self.times_power(value, exponent);
                let sign = self.sign_bit(sign, types::F32);
                Ok(self.b.ins().fcopysign(value, sign))
            }
            Shape::Half { brain } => {
                // 24 bits, which single precision holds, are more than either format keeps.
                let (shift, mask) = (self.int(types::I8, 40), self.int(types::I64, (1 << 40) - 1));
                let rest = self.b.ins().band(top, mask);
                let some = self.is_not_zero(rest);
                let short = self.b.ins().ushr(top, shift);
                let short = self.b.ins().bor(short, some);
                let value = self.b.ins().fcvt_from_sint(types::F32, short);
                let exponent = self.add_const(exponent, 40);
                let value = self.times_power(value, exponent);
                let sign = self.sign_bit(sign, types::F32);
                let value = self.b.ins().fcopysign(value, sign);
                Ok(self.single_to_half(value, brain))
            }
            _ => refuse("an odd conversion"),
        }
    }

    /// A float as an integer of `bits` bits in limbs. What does not fit gives the nearest number
    /// that does, and NaN gives 0.
    pub(crate) fn float_to_limbs(&mut self, value: Value, bits: u32, signed: bool) -> Vec<Value> {
        let value = if self.ty(value) == types::F32 {
            self.b.ins().fpromote(types::F64, value)
        } else {
            value
        };
        let count = bits.div_ceil(64) as usize;
        let zero = self.int(types::I64, 0);
        let raw = self.cast_bits(types::I64, value);
        let place = self.int(types::I8, 52);
        let exponent = self.b.ins().ushr(raw, place);
        let mask = self.int(types::I64, 0x7ff);
        let exponent = self.b.ins().band(exponent, mask);
        let (mask, one) = (self.int(types::I64, (1 << 52) - 1), self.int(types::I64, 1 << 52));
        let mantissa = self.b.ins().band(raw, mask);
        let mantissa = self.b.ins().bor(mantissa, one);
        // The mantissa moves left by this, or right by its negative.
        let left = self.add_const(exponent, -1075);
        let right = self.b.ins().ineg(left);
        let is_left = self.b.ins().icmp(IntCC::SignedGreaterThanOrEqual, left, zero);
        let down = self.b.ins().ushr(mantissa, right);
        let low = self.b.ins().select(is_left, mantissa, down);
        let by = self.b.ins().select(is_left, left, zero);
        let limbs = self.number(low, count);
        let limbs = self.wide_shl(&limbs, by);

        let raw_sign = self.int(types::I8, 63);
        let sign = self.b.ins().sshr(raw, raw_sign);
        let limbs = if signed { self.wide_negate_if(&limbs, sign) } else { limbs };
        let limbs = self.wide_mask(limbs, bits);
        // Too large from a power of two on; infinity is, whatever the width.
        let room = if signed { bits - 1 } else { bits };
        let limit = self.int(types::I64, u64::from(1023 + room).min(0x7ff));
        let large = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, exponent, limit);
        let ones = self.int(types::I64, u64::MAX);
        let most = (0..count).map(|_| ones).collect();
        let mut most = self.wide_mask(most, bits);
        let mut least = self.number(zero, count);
        if signed {
            let sign = self.int(types::I64, 1 << ((bits - 1) % 64));
            most[count - 1] = self.b.ins().bxor(most[count - 1], sign);
            least[count - 1] = sign;
        }
        let limits = self.choose_all(sign, &least, &most);
        let limbs = self.choose_all(large, &limits, &limbs);
        // Below one, no number, or below zero where there is no sign.
        let one = self.float(types::F64, if signed { 1.0 } else { 0.0 });
        let magnitude = if signed { self.b.ins().fabs(value) } else { value };
        let none = self.b.ins().fcmp(FloatCC::UnorderedOrLessThan, magnitude, one);
        let bias = self.int(types::I64, 1023);
        let small = self.b.ins().icmp(IntCC::UnsignedLessThan, exponent, bias);
        let none = self.b.ins().bor(none, small);
        let zeros = self.number(zero, count);
        self.choose_all(none, &zeros, &limbs)
    }

    /// 1 if any bit is set.
    fn is_not_zero(&mut self, value: Value) -> Value {
        let zero = self.int(types::I64, 0);
        let some = self.b.ins().icmp(IntCC::NotEqual, value, zero);
        self.b.ins().uextend(types::I64, some)
    }

    /// A float of one of two signs, by a word of all zeros or all ones.
    fn sign_bit(&mut self, sign: Value, ty: cranelift_codegen::ir::Type) -> Value {
        if ty == types::F64 {
            return self.cast_bits(types::F64, sign);
        }
        let sign = self.b.ins().ireduce(types::I32, sign);
        self.cast_bits(types::F32, sign)
    }

    /// A float times 2 to the power of an integer from -64 on. The float has no more than 64 places
    /// before its point, and surely 23 if the power is beyond the greatest there is.
    fn times_power(&mut self, value: Value, exponent: Value) -> Value {
        let double = self.ty(value) == types::F64;
        let (bias, place) = if double { (1023, 52) } else { (127, 23) };
        let most = self.int(types::I64, bias);
        let large = self.b.ins().icmp(IntCC::SignedGreaterThan, exponent, most);
        let exponent = self.b.ins().select(large, most, exponent);
        let biased = self.add_const(exponent, bias as i64);
        let place = self.int(types::I8, place);
        let bits = self.b.ins().ishl(biased, place);
        let power = if double {
            self.cast_bits(types::F64, bits)
        } else {
            let bits = self.b.ins().ireduce(types::I32, bits);
            self.cast_bits(types::F32, bits)
        };
        self.b.ins().fmul(value, power)
    }
}
