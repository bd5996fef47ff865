//! Atomic read-modify-write and compare-exchange.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{Operand, RmwOp};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, AtomicRmwOp, InstBuilder, Value, types};

use crate::lower::{Lower, Res, refuse};
use crate::memory::plain;
use crate::shape::Shape;

impl Lower<'_, '_> {
    pub(crate) fn atomic_rmw(
        &mut self,
        op: RmwOp,
        ptr: Operand,
        value: Operand,
    ) -> Res<Vec<Value>> {
        let ty = self.src.type_of(value);
        let shape = self.shape(ty)?;
        let word = match shape {
            Shape::Int { clif, bits } if clif.bits() == bits => clif,
            Shape::Ptr => types::I64,
            Shape::Float(types::F32) => types::I32,
            Shape::Float(_) => types::I64,
            Shape::Half { .. } => types::I16,
            _ => return refuse("an atomic operation on such a type"),
        };
        if word == types::I128 && !self.cpu.has("cmpxchg16b") {
            return refuse("an atomic operation on 128 bits without cmpxchg16b");
        }
        let operand = self.one(value)?;
        let addr = self.addr(ptr)?;
        let at = self.addr_value(addr);
        let direct = match op {
            RmwOp::Xchg => Some(AtomicRmwOp::Xchg),
            RmwOp::Add => Some(AtomicRmwOp::Add),
            RmwOp::Sub => Some(AtomicRmwOp::Sub),
            RmwOp::And => Some(AtomicRmwOp::And),
            RmwOp::Nand => Some(AtomicRmwOp::Nand),
            RmwOp::Or => Some(AtomicRmwOp::Or),
            RmwOp::Xor => Some(AtomicRmwOp::Xor),
            RmwOp::Max => Some(AtomicRmwOp::Smax),
            RmwOp::Min => Some(AtomicRmwOp::Smin),
            RmwOp::UMax => Some(AtomicRmwOp::Umax),
            RmwOp::UMin => Some(AtomicRmwOp::Umin),
            _ => None,
        };
        if let Some(op) = direct {
            let raw = self.cast_bits(word, operand);
            let old = self.b.ins().atomic_rmw(word, plain(), op, at, raw);
            let piece = self.ty(operand);
            return Ok(vec![self.cast_bits(piece, old)]);
        }
        if word == types::I128 {
            return refuse("this atomic operation on 128 bits");
        }
        self.rmw_loop(op, shape, word, at, operand)
    }

    /// What the processor has no instruction for: compute, and try again until nobody came
    /// between.
    fn rmw_loop(
        &mut self,
        op: RmwOp,
        shape: Shape,
        word: clif::Type,
        at: Value,
        operand: Value,
    ) -> Res<Vec<Value>> {
        let again = self.b.create_block();
        let done = self.b.create_block();
        self.b.append_block_param(again, word);
        let first = self.b.ins().atomic_load(word, plain(), at);
        self.b.ins().jump(again, &[first.into()]);

        self.b.switch_to_block(again);
        let raw = self.b.block_params(again)[0];
        let piece = self.ty(operand);
        let old = self.cast_bits(piece, raw);
        let new = self.rmw_value(op, shape, old, operand)?;
        let new = self.cast_bits(word, new);
        let seen = self.b.ins().atomic_cas(plain(), at, raw, new);
        let same = self.b.ins().icmp(IntCC::Equal, seen, raw);
        self.b.ins().brif(same, done, &[], again, &[seen.into()]);
        self.b.seal_block(again);
        self.b.seal_block(done);
        self.b.switch_to_block(done);
        Ok(vec![old])
    }

    fn rmw_value(&mut self, op: RmwOp, shape: Shape, old: Value, operand: Value) -> Res<Value> {
        if let Shape::Half { brain } = shape {
            let a = self.half_to_single(old, brain);
            let b = self.half_to_single(operand, brain);
            let result = self.rmw_value(op, Shape::Float(types::F32), a, b)?;
            return Ok(self.single_to_half(result, brain));
        }
        Ok(match op {
            RmwOp::FAdd => self.b.ins().fadd(old, operand),
            RmwOp::FSub => self.b.ins().fsub(old, operand),
            RmwOp::FMax => self.float_min_num(true, old, operand),
            RmwOp::FMin => self.float_min_num(false, old, operand),
            RmwOp::UIncWrap => {
                let next = self.add_const(old, 1);
                let wraps = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, old, operand);
                let ty = self.ty(old);
                let zero = self.int(ty, 0);
                self.b.ins().select(wraps, zero, next)
            }
            RmwOp::UDecWrap => {
                let next = self.add_const(old, -1);
                let ty = self.ty(old);
                let zero = self.int(ty, 0);
                let none = self.b.ins().icmp(IntCC::Equal, old, zero);
                let above = self.b.ins().icmp(IntCC::UnsignedGreaterThan, old, operand);
                let wraps = self.b.ins().bor(none, above);
                self.b.ins().select(wraps, operand, next)
            }
            RmwOp::USubCond | RmwOp::USubSat => {
                let next = self.b.ins().isub(old, operand);
                let fits = self.b.ins().icmp(IntCC::UnsignedGreaterThanOrEqual, old, operand);
                let ty = self.ty(old);
                let zero = self.int(ty, 0);
                let other = if op == RmwOp::USubCond { old } else { zero };
                self.b.ins().select(fits, next, other)
            }
            _ => return refuse("an atomic operation"),
        })
    }

    pub(crate) fn cmpxchg(
        &mut self,
        ptr: Operand,
        expected: Operand,
        new: Operand,
    ) -> Res<Vec<Value>> {
        let ty = self.src.type_of(expected);
        match self.shape(ty)? {
            Shape::Int { clif, bits } if clif.bits() == bits => {
                if clif == types::I128 && !self.cpu.has("cmpxchg16b") {
                    return refuse("a compare-exchange of 128 bits without cmpxchg16b");
                }
            }
            Shape::Ptr => {}
            _ => return refuse("a compare-exchange of such a type"),
        }
        let expected = self.one(expected)?;
        let new = self.one(new)?;
        let addr = self.addr(ptr)?;
        let at = self.addr_value(addr);
        let old = self.b.ins().atomic_cas(plain(), at, expected, new);
        let success = self.b.ins().icmp(IntCC::Equal, old, expected);
        Ok(vec![old, success])
    }
}
