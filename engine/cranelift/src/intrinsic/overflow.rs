//! Arithmetic that says whether it overflowed.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{BinaryOp, IntPredicate, TypeId};
use cranelift_codegen::ir::{InstBuilder, Value};

use crate::lower::{Lower, Res, refuse};

impl Lower<'_, '_> {
    pub(super) fn with_overflow(
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
    pub(super) fn overflowing(
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
            let clif = crate::shape::container(full);
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
}
