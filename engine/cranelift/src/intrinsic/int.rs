//! Integer intrinsics: counting bits, turning them, overflow, saturation, funnel shifts.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{BinaryOp, IntPredicate, Operand, TypeId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::missing;
use crate::lower::{Lower, Res, refuse};
use crate::shape::Shape;

impl Lower<'_, '_> {
    pub(crate) fn int_intrinsic(
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

    pub(super) fn three_way(&mut self, more: Value, less: Value, to: TypeId) -> Res<Value> {
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
}
