//! Integers of more than 128 bits, in limbs of 64.

use alloc::vec::Vec;

use bareflow_ir::{BinaryOp, IntPredicate};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{BlockArg, InstBuilder, TrapCode, Value, types};

use crate::int::int_cc;
use crate::lower::{Lower, Res, refuse};

impl Lower<'_, '_> {
    /// Clears what lies above `bits` in the last limb.
    pub(crate) fn wide_mask(&mut self, mut limbs: Vec<Value>, bits: u32) -> Vec<Value> {
        let top = bits % 64;
        if top != 0
            && let Some(last) = limbs.pop()
        {
            limbs.push(self.mask_to(last, top));
        }
        limbs
    }

    /// Copies the sign of an integer of `bits` bits into the rest of its last limb.
    pub(crate) fn wide_sign_in(&mut self, mut limbs: Vec<Value>, bits: u32) -> Vec<Value> {
        let top = bits % 64;
        if top != 0
            && let Some(last) = limbs.pop()
        {
            limbs.push(self.sign_in(last, top));
        }
        limbs
    }

    /// All ones or all zeros, as the sign of the last limb says.
    pub(crate) fn wide_sign(&mut self, limbs: &[Value]) -> Value {
        let shift = self.int(types::I8, 63);
        self.b.ins().sshr(limbs[limbs.len() - 1], shift)
    }

    pub(crate) fn wide_binary(
        &mut self,
        op: BinaryOp,
        bits: u32,
        a: Vec<Value>,
        b: Vec<Value>,
    ) -> Res<Vec<Value>> {
        let result = match op {
            BinaryOp::Add => self.wide_add(&a, &b, None).0,
            BinaryOp::Sub => self.wide_sub(&a, &b).0,
            BinaryOp::Mul => self.wide_mul(&a, &b),
            BinaryOp::And => self.zip(&a, &b, |l, x, y| l.b.ins().band(x, y)),
            BinaryOp::Or => self.zip(&a, &b, |l, x, y| l.b.ins().bor(x, y)),
            BinaryOp::Xor => self.zip(&a, &b, |l, x, y| l.b.ins().bxor(x, y)),
            BinaryOp::Shl => self.wide_shl(&a, b[0]),
            BinaryOp::LShr => {
                let zero = self.int(types::I64, 0);
                self.wide_shr(&a, b[0], zero)
            }
            BinaryOp::AShr => {
                let a = self.wide_sign_in(a, bits);
                let sign = self.wide_sign(&a);
                self.wide_shr(&a, b[0], sign)
            }
            BinaryOp::UDiv => self.wide_divide(&a, &b, bits).0,
            BinaryOp::URem => self.wide_divide(&a, &b, bits).1,
            BinaryOp::SDiv | BinaryOp::SRem => {
                let a = self.wide_sign_in(a, bits);
                let b = self.wide_sign_in(b, bits);
                let (sign_a, sign_b) = (self.wide_sign(&a), self.wide_sign(&b));
                let a = self.wide_negate_if(&a, sign_a);
                let b = self.wide_negate_if(&b, sign_b);
                let (quotient, remainder) = self.wide_divide(&a, &b, bits);
                if op == BinaryOp::SDiv {
                    let sign = self.b.ins().bxor(sign_a, sign_b);
                    self.wide_negate_if(&quotient, sign)
                } else {
                    self.wide_negate_if(&remainder, sign_a)
                }
            }
            _ => return refuse("float arithmetic on integers"),
        };
        Ok(self.wide_mask(result, bits))
    }

    fn zip(
        &mut self,
        a: &[Value],
        b: &[Value],
        mut each: impl FnMut(&mut Self, Value, Value) -> Value,
    ) -> Vec<Value> {
        a.iter().zip(b).map(|(x, y)| each(self, *x, *y)).collect()
    }

    /// The sum, and the carry out of the last limb (0 or 1, 64 bits).
    fn wide_add(&mut self, a: &[Value], b: &[Value], carry: Option<Value>) -> (Vec<Value>, Value) {
        let mut carry = carry.unwrap_or_else(|| self.int(types::I64, 0));
        let mut sum = Vec::with_capacity(a.len());
        for (x, y) in a.iter().zip(b) {
            let partial = self.b.ins().iadd(*x, *y);
            let first = self.b.ins().icmp(IntCC::UnsignedLessThan, partial, *x);
            let whole = self.b.ins().iadd(partial, carry);
            let second = self.b.ins().icmp(IntCC::UnsignedLessThan, whole, partial);
            let out = self.b.ins().bor(first, second);
            carry = self.b.ins().uextend(types::I64, out);
            sum.push(whole);
        }
        (sum, carry)
    }

    /// The difference, and 1 if `b` is the larger one.
    fn wide_sub(&mut self, a: &[Value], b: &[Value]) -> (Vec<Value>, Value) {
        let inverted: Vec<Value> = b.iter().map(|limb| self.b.ins().bnot(*limb)).collect();
        let one = self.int(types::I64, 1);
        let (difference, carry) = self.wide_add(a, &inverted, Some(one));
        (difference, self.b.ins().bxor(carry, one))
    }

    /// Negated where `sign` is all ones, the same where it is zero.
    pub(crate) fn wide_negate_if(&mut self, a: &[Value], sign: Value) -> Vec<Value> {
        let flipped: Vec<Value> = a.iter().map(|limb| self.b.ins().bxor(*limb, sign)).collect();
        let signs: Vec<Value> = a.iter().map(|_| sign).collect();
        self.wide_sub(&flipped, &signs).0
    }

    /// How many bits above the highest one that is set there are in all limbs.
    pub(crate) fn wide_leading_zeros(&mut self, limbs: &[Value]) -> Value {
        let mut count = self.int(types::I64, 0);
        for (at, limb) in limbs.iter().enumerate() {
            // The lowest limb first: a higher one that is not zero overrides it.
            let zeros = self.b.ins().clz(*limb);
            let here = self.add_const(zeros, (limbs.len() - 1 - at) as i64 * 64);
            let base = if at == 0 { here } else { count };
            count = self.choose(*limb, here, base);
        }
        count
    }

    /// The low limbs of the product, by the school method.
    fn wide_mul(&mut self, a: &[Value], b: &[Value]) -> Vec<Value> {
        let zero = self.int(types::I64, 0);
        let mut sum: Vec<Value> = a.iter().map(|_| zero).collect();
        for (low, x) in a.iter().enumerate() {
            let mut carry = zero;
            for at in low..a.len() {
                let y = b[at - low];
                // x * y + sum + carry fits 128 bits.
                let product = self.b.ins().imul(*x, y);
                let high = self.b.ins().umulhi(*x, y);
                let (mut limbs, out) = self.wide_add(&[product], &[sum[at]], None);
                let high = self.b.ins().iadd(high, out);
                let (whole, out) = self.wide_add(&limbs, &[carry], None);
                limbs = whole;
                carry = self.b.ins().iadd(high, out);
                sum[at] = limbs[0];
            }
        }
        sum
    }

    /// Whole limbs by a chain of selections, the rest by shifting pairs of limbs.
    pub(crate) fn wide_shl(&mut self, a: &[Value], amount: Value) -> Vec<Value> {
        let reversed: Vec<Value> = a.iter().rev().copied().collect();
        let zero = self.int(types::I64, 0);
        let moved = self.wide_move(&reversed, amount, zero);
        let mut out = Vec::with_capacity(a.len());
        for at in 0..moved.len() {
            let below = moved.get(at + 1).copied().unwrap_or(zero);
            out.push(self.funnel(moved[at], below, amount, true));
        }
        out.reverse();
        out
    }

    fn wide_shr(&mut self, a: &[Value], amount: Value, fill: Value) -> Vec<Value> {
        let moved = self.wide_move(a, amount, fill);
        let mut out = Vec::with_capacity(a.len());
        for at in 0..moved.len() {
            let above = moved.get(at + 1).copied().unwrap_or(fill);
            out.push(self.funnel(moved[at], above, amount, false));
        }
        out
    }

    /// Drops `amount / 64` limbs at the front and fills up at the back.
    fn wide_move(&mut self, a: &[Value], amount: Value, fill: Value) -> Vec<Value> {
        let mut limbs = a.to_vec();
        let mut step = 1;
        while step < a.len() {
            let bit = self.int(types::I64, 64 * step as u64);
            let wanted = self.b.ins().band(amount, bit);
            for at in 0..limbs.len() {
                let from = limbs.get(at + step).copied().unwrap_or(fill);
                limbs[at] = self.b.ins().select(wanted, from, limbs[at]);
            }
            step *= 2;
        }
        limbs
    }

    /// `limb` shifted by `amount % 64`, filled from its neighbour.
    fn funnel(&mut self, limb: Value, next: Value, amount: Value, left: bool) -> Value {
        let one = self.int(types::I64, 1);
        // The neighbour moves by 64 minus the amount, in two steps since that may be 64.
        let inverse = self.b.ins().bnot(amount);
        if left {
            let main = self.b.ins().ishl(limb, amount);
            let half = self.b.ins().ushr(next, one);
            let rest = self.b.ins().ushr(half, inverse);
            self.b.ins().bor(main, rest)
        } else {
            let main = self.b.ins().ushr(limb, amount);
            let half = self.b.ins().ishl(next, one);
            let rest = self.b.ins().ishl(half, inverse);
            self.b.ins().bor(main, rest)
        }
    }

    /// Quotient and remainder of unsigned numbers, bit by bit from the top. Slow, but wide
    /// division is rare, and LLVM itself does no better.
    fn wide_divide(&mut self, a: &[Value], b: &[Value], bits: u32) -> (Vec<Value>, Vec<Value>) {
        let count = a.len();
        let any = b.iter().copied().reduce(|any, limb| self.b.ins().bor(any, limb));
        if let Some(any) = any {
            self.b.ins().trapz(any, TrapCode::INTEGER_DIVISION_BY_ZERO);
        }
        // The limbs may be used to their full width once signs have been taken off.
        let steps = u64::from(bits.div_ceil(64) * 64);
        let head = self.b.create_block();
        let done = self.b.create_block();
        // Parameters: the step, the dividend that becomes the quotient, the remainder.
        self.b.append_block_param(head, types::I64);
        for _ in 0..2 * count {
            self.b.append_block_param(head, types::I64);
            self.b.append_block_param(done, types::I64);
        }
        let zero = self.int(types::I64, 0);
        let one = self.int(types::I64, 1);
        let mut args: Vec<BlockArg> = alloc::vec![BlockArg::Value(zero)];
        args.extend(a.iter().map(|limb| BlockArg::Value(*limb)));
        args.extend(a.iter().map(|_| BlockArg::Value(zero)));
        self.b.ins().jump(head, &args);

        self.b.switch_to_block(head);
        let params = self.b.block_params(head).to_vec();
        let step = params[0];
        let (dividend, remainder) = params[1..].split_at(count);
        let carry = self.wide_sign(dividend);
        let carry = self.b.ins().band(carry, one);
        let (dividend, _) = self.wide_add(dividend, dividend, None);
        let (remainder, overflow) = self.wide_add(remainder, remainder, Some(carry));
        let (reduced, borrow) = self.wide_sub(&remainder, b);
        // It fits if the doubled remainder left its limbs or is not smaller than the divisor.
        let fits = self.b.ins().bxor(borrow, one);
        let fits = self.b.ins().bor(fits, overflow);
        let remainder =
            self.zip(&reduced, &remainder, |l, new, old| l.b.ins().select(fits, new, old));
        let mut quotient = dividend;
        quotient[0] = self.b.ins().bor(quotient[0], fits);
        let step = self.b.ins().iadd(step, one);
        let limit = self.int(types::I64, steps);
        let more = self.b.ins().icmp(IntCC::NotEqual, step, limit);
        let results = quotient.iter().chain(&remainder).map(|value| BlockArg::Value(*value));
        let results: Vec<BlockArg> = results.collect();
        let mut again = alloc::vec![BlockArg::Value(step)];
        again.extend_from_slice(&results);
        self.b.ins().brif(more, head, &again, done, &results);
        self.b.seal_block(head);
        self.b.seal_block(done);

        self.b.switch_to_block(done);
        let params = self.b.block_params(done).to_vec();
        let (quotient, remainder) = params.split_at(count);
        (quotient.to_vec(), remainder.to_vec())
    }

    pub(crate) fn wide_compare(
        &mut self,
        pred: IntPredicate,
        bits: u32,
        a: Vec<Value>,
        b: Vec<Value>,
    ) -> Value {
        use IntPredicate::{Eq, Ne, Sge, Sgt, Sle, Slt, Uge, Ugt, Ule, Ult};
        if matches!(pred, Eq | Ne) {
            let differences = self.zip(&a, &b, |l, x, y| l.b.ins().bxor(x, y));
            let mut any = differences[0];
            for limb in &differences[1..] {
                any = self.b.ins().bor(any, *limb);
            }
            let zero = self.int(types::I64, 0);
            return self.b.ins().icmp(int_cc(pred), any, zero);
        }
        let (mut a, mut b) = if matches!(pred, Ugt | Ule | Sgt | Sle) { (b, a) } else { (a, b) };
        if crate::int::is_signed(pred) {
            // With the sign bits turned around, signed order is unsigned order.
            a = self.wide_sign_in(a, bits);
            b = self.wide_sign_in(b, bits);
            let flip = self.int(types::I64, 1 << 63);
            for limbs in [&mut a, &mut b] {
                let last = limbs.len() - 1;
                limbs[last] = self.b.ins().bxor(limbs[last], flip);
            }
        }
        // Now the question is whether `a` is less than `b`, or not less.
        let (_, less) = self.wide_sub(&a, &b);
        let less = self.b.ins().ireduce(types::I8, less);
        if matches!(pred, Uge | Ule | Sge | Sle) {
            let one = self.int(types::I8, 1);
            return self.b.ins().bxor(less, one);
        }
        debug_assert!(matches!(pred, Ult | Ugt | Slt | Sgt));
        less
    }

    /// An integer of `from` bits in limbs as one of `to` bits in limbs.
    pub(crate) fn wide_resize(
        &mut self,
        limbs: Vec<Value>,
        from: u32,
        to: u32,
        signed: bool,
    ) -> Vec<Value> {
        let mut limbs = if signed { self.wide_sign_in(limbs, from) } else { limbs };
        let count = to.div_ceil(64) as usize;
        if count > limbs.len() {
            let fill = if signed { self.wide_sign(&limbs) } else { self.int(types::I64, 0) };
            limbs.resize(count, fill);
        }
        limbs.truncate(count);
        self.wide_mask(limbs, to)
    }

    /// An integer of at most 128 bits as limbs.
    pub(crate) fn to_limbs(&mut self, value: Value) -> Vec<Value> {
        if self.ty(value) == types::I128 {
            let (low, high) = self.b.ins().isplit(value);
            return alloc::vec![low, high];
        }
        alloc::vec![self.resize(value, types::I64)]
    }

    /// Limbs as an integer of at most 128 bits.
    pub(crate) fn narrow_limbs(&mut self, limbs: &[Value], bits: u32) -> Value {
        let clif = crate::shape::container(bits);
        if clif == types::I128 {
            let high = match limbs.get(1) {
                Some(high) => *high,
                None => self.int(types::I64, 0),
            };
            let whole = self.b.ins().iconcat(limbs[0], high);
            return self.mask_to(whole, bits);
        }
        let value = self.resize(limbs[0], clif);
        self.mask_to(value, bits)
    }
}
