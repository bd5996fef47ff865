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
