//! Intrinsics on integers of more than 128 bits.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{BinaryOp, IntPredicate, TypeId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use crate::lower::{Lower, Res, refuse};

impl Lower<'_, '_> {
    pub(super) fn int_wide(
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
                let count = self.wide_leading_zeros(&a);
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
                let limit = match name {
                    "usub.sat" => self.number(zero, a.len()),
                    _ => self.wide_limit(bits, &a, name.starts_with('s')),
                };
                Ok(self.choose_all(overflow, &limit, &result))
            }
            "sshl.sat" | "ushl.sat" => {
                let signed = name == "sshl.sat";
                let amount = args[1].to_vec();
                let moved = self.wide_binary(BinaryOp::Shl, bits, a.clone(), amount.clone())?;
                let back = if signed { BinaryOp::AShr } else { BinaryOp::LShr };
                let back = self.wide_binary(back, bits, moved.clone(), amount)?;
                let same = self.wide_compare(IntPredicate::Eq, bits, back, a.clone());
                let limit = self.wide_limit(bits, &a, signed);
                Ok(self.choose_all(same, &moved, &limit))
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

    /// The largest number; where there is a sign and `a` is negative, the smallest.
    fn wide_limit(&mut self, bits: u32, a: &[Value], signed: bool) -> Vec<Value> {
        let ones = self.int(types::I64, u64::MAX);
        let most = self.wide_mask(a.iter().map(|_| ones).collect(), bits);
        if !signed {
            return most;
        }
        // The largest number is all ones but the sign; the smallest its inverse.
        let zero = self.int(types::I64, 0);
        let zeros = self.number(zero, a.len());
        let negative = self.wide_compare(IntPredicate::Slt, bits, a.to_vec(), zeros.clone());
        let (mut most, mut least, last) = (most, zeros, a.len() - 1);
        let sign = self.int(types::I64, 1 << ((bits - 1) % 64));
        most[last] = self.b.ins().bxor(most[last], sign);
        least[last] = sign;
        self.choose_all(negative, &least, &most)
    }

    /// A small number as limbs.
    pub(crate) fn number(&mut self, low: Value, limbs: usize) -> Vec<Value> {
        let zero = self.int(types::I64, 0);
        let mut out = vec![low];
        out.resize(limbs, zero);
        out
    }

    pub(crate) fn choose_all(
        &mut self,
        cond: Value,
        then: &[Value],
        other: &[Value],
    ) -> Vec<Value> {
        then.iter().zip(other).map(|(t, o)| self.choose(cond, *t, *o)).collect()
    }
}
