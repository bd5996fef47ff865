//! Integer intrinsics: counting bits, turning them, overflow, saturation, funnel shifts.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{BinaryOp, IntPredicate, Operand, TypeId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::intrinsic::missing;
use super::lower::{Lower, Res, refuse};
use super::shape::Shape;

impl Lower<'_, '_> {
    pub(super) fn int_intrinsic(
        &mut self,
        name: &str,
        args: &[Operand],
        ty: TypeId,
    ) -> Res<Option<Vec<Value>>> {
        let known = matches!(
            name,
            "abs"
                | "smax"
                | "smin"
                | "umax"
                | "umin"
                | "bswap"
                | "bitreverse"
                | "ctpop"
                | "ctlz"
                | "cttz"
                | "fshl"
                | "fshr"
                | "sadd.sat"
                | "uadd.sat"
                | "ssub.sat"
                | "usub.sat"
                | "sshl.sat"
                | "ushl.sat"
                | "ucmp"
                | "scmp"
        ) || name.ends_with(".with.overflow");
        if !known {
            return Ok(None);
        }
        let first = *args.first().ok_or_else(missing)?;
        let from = self.src.type_of(first);
        let mut operands = Vec::new();
        for arg in args {
            // Flags of `abs`, `ctlz` and `cttz` only make more input poison.
            if self.src.type_of(*arg) == from {
                operands.push(self.pieces(*arg)?);
            }
        }
        let rows: Vec<&[Value]> = operands.iter().map(|list| &list[..]).collect();
        if let Some(operation) = name.strip_suffix(".with.overflow") {
            return self.with_overflow(operation, from, &rows).map(Some);
        }
        self.int_function(name, from, ty, &rows).map(Some)
    }

    /// An integer intrinsic on values of type `from`.
    fn int_function(
        &mut self,
        name: &str,
        from: TypeId,
        to: TypeId,
        args: &[&[Value]],
    ) -> Res<Vec<Value>> {
        let order = match name {
            "smax" => Some(IntPredicate::Sgt),
            "smin" => Some(IntPredicate::Slt),
            "umax" => Some(IntPredicate::Ugt),
            "umin" => Some(IntPredicate::Ult),
            _ => None,
        };
        match self.shape(from)? {
            Shape::Lanes { chunk, .. } => {
                let narrow = chunk.lane_bits() <= 16;
                let mut out = Vec::new();
                for (index, a) in args[0].iter().enumerate() {
                    let b = args.get(1).map_or(*a, |b| b[index]);
                    out.push(match name {
                        "smax" => self.b.ins().smax(*a, b),
                        "smin" => self.b.ins().smin(*a, b),
                        "umax" => self.b.ins().umax(*a, b),
                        "umin" => self.b.ins().umin(*a, b),
                        "abs" => self.b.ins().iabs(*a),
                        "sadd.sat" if narrow => self.b.ins().sadd_sat(*a, b),
                        "uadd.sat" if narrow => self.b.ins().uadd_sat(*a, b),
                        "ssub.sat" if narrow => self.b.ins().ssub_sat(*a, b),
                        "usub.sat" if narrow => self.b.ins().usub_sat(*a, b),
                        "ctpop" if chunk == types::I8X16 => self.b.ins().popcnt(*a),
                        "bswap" if chunk.lane_bits() > 8 => self.swap_lanes(*a),
                        _ => return self.int_lanes(name, from, to, args),
                    });
                }
                Ok(out)
            }
            Shape::Mask { .. } | Shape::Scalars { .. } => self.int_lanes(name, from, to, args),
            Shape::Int { bits, .. } => match order {
                Some(pred) => {
                    let first = self.int_compare(pred, bits, args[0][0], args[1][0]);
                    Ok(vec![self.choose(first, args[0][0], args[1][0])])
                }
                None => {
                    let b = args.get(1).map_or(args[0][0], |list| list[0]);
                    let c = args.get(2).map_or(b, |list| list[0]);
                    Ok(vec![self.int_scalar(name, bits, to, args[0][0], b, c)?])
                }
            },
            Shape::Wide { bits, .. } => match order {
                Some(pred) => {
                    let first = self.wide_compare(pred, bits, args[0].to_vec(), args[1].to_vec());
                    let mut out = Vec::new();
                    for (a, b) in args[0].iter().zip(args[1]) {
                        out.push(self.choose(first, *a, *b));
                    }
                    Ok(out)
                }
                None => self.int_wide(name, bits, to, args),
            },
            _ => refuse("an integer intrinsic on such a type"),
        }
    }

    fn int_lanes(
        &mut self,
        name: &str,
        from: TypeId,
        to: TypeId,
        args: &[&[Value]],
    ) -> Res<Vec<Value>> {
        let (elem, to_elem) = (self.types().scalar(from), self.types().scalar(to));
        self.by_lane(from, to, args, |l, row| l.int_function(name, elem, to_elem, row))
    }

    /// Reverses the bytes of every lane.
    fn swap_lanes(&mut self, a: Value) -> Value {
        let ty = self.ty(a);
        let width = (ty.lane_bits() / 8) as usize;
        let mut bytes = [0u8; 16];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = (at / width * width + width - 1 - at % width) as u8;
        }
        let a = self.cast_bits(types::I8X16, a);
        let swapped = self.shuffle_bytes(a, a, bytes);
        self.cast_bits(ty, swapped)
    }

    fn int_scalar(
        &mut self,
        name: &str,
        bits: u32,
        to: TypeId,
        a: Value,
        b: Value,
        c: Value,
    ) -> Res<Value> {
        let ty = self.ty(a);
        let unused = ty.bits() - bits;
        let shift = self.int(types::I8, u64::from(unused));
        Ok(match name {
            "abs" => {
                let signed = self.sign_in(a, bits);
                let magnitude = self.b.ins().iabs(signed);
                self.mask_to(magnitude, bits)
            }
            "bswap" | "bitreverse" => {
                let turned = if name == "bswap" && ty != types::I8 {
                    self.b.ins().bswap(a)
                } else if name == "bswap" {
                    a
                } else {
                    self.turn_bits(a)
                };
                if unused == 0 { turned } else { self.b.ins().ushr(turned, shift) }
            }
            "ctpop" => self.b.ins().popcnt(a),
            "ctlz" => {
                let zeros = self.b.ins().clz(a);
                self.add_const(zeros, -i64::from(unused))
            }
            "cttz" => {
                let stop = if unused == 0 { 0 } else { 1u128 << bits };
                let a = if unused == 0 {
                    a
                } else {
                    let stop = self.long(ty, stop);
                    self.b.ins().bor(a, stop)
                };
                self.b.ins().ctz(a)
            }
            "fshl" | "fshr" => self.funnel_shift(name == "fshl", bits, a, b, c)?,
            "sadd.sat" | "uadd.sat" | "ssub.sat" | "usub.sat" => {
                let (result, overflow) = self.overflowing(&name[..4], bits, &[a], &[b])?;
                let limit = match name {
                    "uadd.sat" => self.long(ty, u128::MAX >> (128 - bits)),
                    "usub.sat" => self.int(ty, 0),
                    _ => self.limit_like(a, bits),
                };
                self.choose(overflow, limit, result[0])
            }
            "ushl.sat" | "sshl.sat" => {
                let signed = name == "sshl.sat";
                let moved = self.int_binary(BinaryOp::Shl, bits, a, b)?;
                let back = if signed { BinaryOp::AShr } else { BinaryOp::LShr };
                let back = self.int_binary(back, bits, moved, b)?;
                let same = self.b.ins().icmp(IntCC::Equal, back, a);
                let limit = if signed {
                    self.limit_like(a, bits)
                } else {
                    self.long(ty, u128::MAX >> (128 - bits))
                };
                self.choose(same, moved, limit)
            }
            "ucmp" | "scmp" => {
                let (more, less) = if name == "ucmp" {
                    (IntPredicate::Ugt, IntPredicate::Ult)
                } else {
                    (IntPredicate::Sgt, IntPredicate::Slt)
                };
                let more = self.int_compare(more, bits, a, b);
                let less = self.int_compare(less, bits, a, b);
                self.three_way(more, less, to)?
            }
            _ => return refuse("an integer intrinsic"),
        })
    }

    /// Reverses the bits: bytes by `bswap`, then the halves, quarters and bits in each byte.
    fn turn_bits(&mut self, a: Value) -> Value {
        let ty = self.ty(a);
        if ty != types::I32 && ty != types::I64 {
            return self.b.ins().bitrev(a);
        }
        let mut value = self.b.ins().bswap(a);
        for (distance, low) in [(4, 0x0f), (2, 0x33), (1, 0x55)] {
            let mask = self.int(ty, low * 0x0101_0101_0101_0101);
            let distance = self.int(types::I8, distance);
            let down = self.b.ins().ushr(value, distance);
            let down = self.b.ins().band(down, mask);
            let up = self.b.ins().band(value, mask);
            let up = self.b.ins().ishl(up, distance);
            value = self.b.ins().bor(down, up);
        }
        value
    }

    fn three_way(&mut self, more: Value, less: Value, to: TypeId) -> Res<Value> {
        let Shape::Int { bits, clif } = self.shape(to)? else { return refuse("a comparison") };
        let order = self.b.ins().isub(more, less);
        Ok(self.sign_extend(order, 8, bits, clif))
    }

    /// The largest number, or the smallest if `a` is negative.
    fn limit_like(&mut self, a: Value, bits: u32) -> Value {
        let ty = self.ty(a);
        let signed = self.sign_in(a, bits);
        let zero = self.int(ty, 0);
        let negative = self.b.ins().icmp(IntCC::SignedLessThan, signed, zero);
        let least = self.long(ty, 1u128 << (bits - 1));
        let most = self.long(ty, (1u128 << (bits - 1)) - 1);
        self.choose(negative, least, most)
    }

    fn funnel_shift(
        &mut self,
        left: bool,
        bits: u32,
        a: Value,
        b: Value,
        amount: Value,
    ) -> Res<Value> {
        let ty = self.ty(a);
        if ty.bits() != bits {
            let modulus = self.long(ty, u128::from(bits));
            let amount = self.int_binary(BinaryOp::URem, bits, amount, modulus)?;
            let rest = self.b.ins().isub(modulus, amount);
            let zero = self.int(ty, 0);
            let (high, low) = if left { (amount, rest) } else { (rest, amount) };
            let high = self.int_binary(BinaryOp::Shl, bits, a, high)?;
            let low = self.int_binary(BinaryOp::LShr, bits, b, low)?;
            // A shift by all bits is none at all here, so the other half is the result.
            let none = self.b.ins().icmp(IntCC::Equal, amount, zero);
            let both = self.b.ins().bor(high, low);
            let whole = if left { a } else { b };
            return Ok(self.choose(none, whole, both));
        }
        let amount = if ty == types::I128 { self.resize(amount, types::I64) } else { amount };
        if a == b {
            return Ok(if left {
                self.b.ins().rotl(a, amount)
            } else {
                self.b.ins().rotr(a, amount)
            });
        }
        let one = self.int(types::I8, 1);
        let inverse = self.b.ins().bnot(amount);
        Ok(if left {
            let high = self.b.ins().ishl(a, amount);
            let low = self.b.ins().ushr(b, one);
            let low = self.b.ins().ushr(low, inverse);
            self.b.ins().bor(high, low)
        } else {
            let low = self.b.ins().ushr(b, amount);
            let high = self.b.ins().ishl(a, one);
            let high = self.b.ins().ishl(high, inverse);
            self.b.ins().bor(high, low)
        })
    }

    fn with_overflow(
        &mut self,
        operation: &str,
        from: TypeId,
        args: &[&[Value]],
    ) -> Res<Vec<Value>> {
        if let Some((elem, len)) = self.types().vector(from) {
            let a = self.lanes(from, args[0])?;
            let b = self.lanes(from, args[1])?;
            let mut results = Vec::new();
            let mut overflows = Vec::new();
            for (a, b) in a.iter().zip(&b) {
                let bits = self.types().int_bits(elem).unwrap_or(64);
                let (result, overflow) = self.overflowing(operation, bits, a, b)?;
                results.push(result);
                overflows.push(overflow);
            }
            let mut out = self.from_lanes(from, &results)?;
            out.extend(self.bools_to_mask(len, &overflows));
            return Ok(out);
        }
        let bits = self.types().int_bits(from).unwrap_or(64);
        let (mut result, overflow) = self.overflowing(operation, bits, args[0], args[1])?;
        result.push(overflow);
        Ok(result)
    }

    /// `sadd`, `uadd`, `ssub`, `usub`, `smul` or `umul`: the wrapped result, and whether it
    /// wrapped.
    fn overflowing(
        &mut self,
        operation: &str,
        bits: u32,
        a: &[Value],
        b: &[Value],
    ) -> Res<(Vec<Value>, Value)> {
        let signed = operation.starts_with('s');
        let op = match &operation[1..] {
            "add" => BinaryOp::Add,
            "sub" => BinaryOp::Sub,
            "mul" => BinaryOp::Mul,
            _ => return refuse("an operation with overflow"),
        };
        let multiplies = op == BinaryOp::Mul;
        let exact = matches!(bits, 8 | 16 | 32 | 64) || (bits == 128 && !multiplies);
        if exact {
            let (a, b) = (a[0], b[0]);
            let (result, overflow) = match operation {
                "sadd" => self.b.ins().sadd_overflow(a, b),
                "uadd" => self.b.ins().uadd_overflow(a, b),
                "ssub" => self.b.ins().ssub_overflow(a, b),
                "usub" => self.b.ins().usub_overflow(a, b),
                "smul" => self.b.ins().smul_overflow(a, b),
                _ => self.b.ins().umul_overflow(a, b),
            };
            return Ok((vec![result], overflow));
        }
        // In a width that no result exceeds; then see whether cutting it off loses anything.
        let wide = (if multiplies { 2 * bits } else { bits + 1 }).max(129);
        let extend = |l: &mut Self, value: &[Value]| {
            if bits > 128 {
                return l.wide_resize(value.to_vec(), bits, wide, signed);
            }
            let full = if bits > 64 { 128 } else { 64 };
            let clif = super::shape::container(full);
            let value = if signed {
                l.sign_extend(value[0], bits, full, clif)
            } else {
                l.resize(value[0], clif)
            };
            let limbs = l.to_limbs(value);
            l.wide_resize(limbs, full, wide, signed)
        };
        let (x, y) = (extend(self, a), extend(self, b));
        let result = self.wide_binary(op, wide, x, y)?;
        let narrow = if bits > 128 {
            self.wide_resize(result.clone(), wide, bits, false)
        } else {
            vec![self.narrow_limbs(&result, bits)]
        };
        let back = extend(self, &narrow);
        let overflow = self.wide_compare(IntPredicate::Ne, wide, result, back);
        Ok((narrow, overflow))
    }

    fn int_wide(
        &mut self,
        name: &str,
        bits: u32,
        to: TypeId,
        args: &[&[Value]],
    ) -> Res<Vec<Value>> {
        let a = args[0].to_vec();
        let full = a.len() as u32 * 64;
        let unused = self.int(types::I64, u64::from(full - bits));
        let zero = self.int(types::I64, 0);
        match name {
            "bswap" | "bitreverse" => {
                let mut turned = Vec::new();
                for limb in a.iter().rev() {
                    turned.push(if name == "bswap" {
                        self.b.ins().bswap(*limb)
                    } else {
                        self.b.ins().bitrev(*limb)
                    });
                }
                let mut amount = vec![unused];
                amount.resize(a.len(), zero);
                self.wide_binary(BinaryOp::LShr, full, turned, amount)
            }
            "ctpop" => {
                let mut sum = zero;
                for limb in &a {
                    let ones = self.b.ins().popcnt(*limb);
                    sum = self.b.ins().iadd(sum, ones);
                }
                Ok(self.number(sum, a.len()))
            }
            "ctlz" => {
                let mut count = zero;
                for (at, limb) in a.iter().enumerate() {
                    // The lowest limb first: a higher one that is not zero overrides it.
                    let zeros = self.b.ins().clz(*limb);
                    let above = (a.len() - 1 - at) as i64 * 64;
                    let here = self.add_const(zeros, above);
                    let base = if at == 0 { here } else { count };
                    count = self.choose(*limb, here, base);
                }
                let count = self.b.ins().isub(count, unused);
                Ok(self.number(count, a.len()))
            }
            "cttz" => {
                let mut count = self.int(types::I64, u64::from(bits));
                for (at, limb) in a.iter().enumerate().rev() {
                    let zeros = self.b.ins().ctz(*limb);
                    let here = self.add_const(zeros, at as i64 * 64);
                    count = self.choose(*limb, here, count);
                }
                Ok(self.number(count, a.len()))
            }
            "abs" => {
                let zeros: Vec<Value> = a.iter().map(|_| zero).collect();
                let negative = self.wide_compare(IntPredicate::Slt, bits, a.clone(), zeros.clone());
                let negated = self.wide_binary(BinaryOp::Sub, bits, zeros, a.clone())?;
                Ok(self.choose_all(negative, &negated, &a))
            }
            "sadd.sat" | "uadd.sat" | "ssub.sat" | "usub.sat" => {
                let (result, overflow) = self.overflowing(&name[..4], bits, &a, args[1])?;
                let mut limit: Vec<Value> = a.iter().map(|_| zero).collect();
                if name != "usub.sat" {
                    let ones = self.int(types::I64, u64::MAX);
                    limit.fill(ones);
                    limit = self.wide_mask(limit, bits);
                }
                if name.starts_with('s') {
                    // The largest number is all ones but the sign; the smallest its inverse.
                    let zeros: Vec<Value> = a.iter().map(|_| zero).collect();
                    let negative = self.wide_compare(IntPredicate::Slt, bits, a, zeros);
                    let last = limit.len() - 1;
                    let sign = self.int(types::I64, 1 << ((bits - 1) % 64));
                    let mut most = limit.clone();
                    most[last] = self.b.ins().bxor(limit[last], sign);
                    let mut least = limit;
                    least.fill(zero);
                    least[last] = sign;
                    limit = self.choose_all(negative, &least, &most);
                }
                Ok(self.choose_all(overflow, &limit, &result))
            }
            "fshl" | "fshr" => {
                let modulus = self.int(types::I64, u64::from(bits));
                let modulus = self.number(modulus, a.len());
                let amount =
                    self.wide_binary(BinaryOp::URem, bits, args[2].to_vec(), modulus.clone())?;
                let rest = self.wide_binary(BinaryOp::Sub, full, modulus, amount.clone())?;
                let left = name == "fshl";
                let (high, low) =
                    if left { (amount.clone(), rest) } else { (rest, amount.clone()) };
                let high = self.wide_binary(BinaryOp::Shl, bits, a.clone(), high)?;
                let low = self.wide_binary(BinaryOp::LShr, bits, args[1].to_vec(), low)?;
                let both = self.wide_binary(BinaryOp::Or, bits, high, low)?;
                let none = self.b.ins().icmp(IntCC::Equal, amount[0], zero);
                let whole = if left { a } else { args[1].to_vec() };
                Ok(self.choose_all(none, &whole, &both))
            }
            "ucmp" | "scmp" => {
                let (more, less) = if name == "ucmp" {
                    (IntPredicate::Ugt, IntPredicate::Ult)
                } else {
                    (IntPredicate::Sgt, IntPredicate::Slt)
                };
                let more = self.wide_compare(more, bits, a.clone(), args[1].to_vec());
                let less = self.wide_compare(less, bits, a, args[1].to_vec());
                Ok(vec![self.three_way(more, less, to)?])
            }
            _ => refuse(alloc::format!("{name} on more than 128 bits")),
        }
    }

    /// A small number as limbs.
    fn number(&mut self, low: Value, limbs: usize) -> Vec<Value> {
        let zero = self.int(types::I64, 0);
        let mut out = vec![low];
        out.resize(limbs, zero);
        out
    }

    fn choose_all(&mut self, cond: Value, then: &[Value], other: &[Value]) -> Vec<Value> {
        then.iter().zip(other).map(|(t, o)| self.choose(cond, *t, *o)).collect()
    }
}
