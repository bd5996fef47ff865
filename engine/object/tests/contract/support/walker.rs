//! A walker through the integer part of the IR, just enough to bring a function to the head
//! of a loop, with a value frame as the interpreter would leave it.

use bareflow_ir::layout::{self, ValueFrame};
use bareflow_ir::{
    BinaryOp, BlockId, CastOp, ConstKind, Function, IntPredicate, Module, Op, Operand, Type, TypeId,
};

pub struct Walker<'a> {
    module: &'a Module,
    func: &'a Function,
    pub frame: Vec<u64>,
    layout: ValueFrame,
    memory: Vec<Box<[u128]>>,
}

impl<'a> Walker<'a> {
    pub fn new(module: &'a Module, func: &'a Function, args: &[u64]) -> Self {
        let layout = ValueFrame::of(&module.types, func).expect("a frame");
        let mut frame = vec![0xdead_dead_dead_dead; layout.words as usize];
        frame[..args.len()].copy_from_slice(args);
        Self { module, func, frame, layout, memory: Vec::new() }
    }

    /// Walks until `block` is reached for the `times`-th time; false if the function returns
    /// before.
    pub fn reach(&mut self, block: BlockId, mut times: u32) -> bool {
        let mut here = BlockId(0);
        let mut from = BlockId(0);
        loop {
            self.phis(here, from);
            if here == block {
                times -= 1;
                if times == 0 {
                    return true;
                }
            }
            match self.block(here) {
                Some(next) => (from, here) = (here, next),
                None => return false,
            }
        }
    }

    fn phis(&mut self, here: BlockId, from: BlockId) {
        let mut values = Vec::new();
        for instr in self.func.block(here) {
            let Op::Phi { incoming } = &instr.op else { break };
            let (value, _) = incoming.iter().find(|(_, block)| *block == from).expect("an edge");
            values.push((instr.result.expect("a result"), self.value(*value)));
        }
        for (id, value) in values {
            self.frame[self.layout.word[id.index()] as usize] = value;
        }
    }

    fn bits(&self, ty: TypeId) -> u32 {
        match self.module.types.get(ty) {
            Type::Int(bits @ ..=64) => *bits,
            Type::Ptr => 64,
            other => panic!("the walker does not know {other:?}"),
        }
    }

    fn value(&self, operand: Operand) -> u64 {
        match operand {
            Operand::Value(id) => self.frame[self.layout.word[id.index()] as usize],
            Operand::Const(id) => match &self.module.constant(id).kind {
                ConstKind::Int(value) => *value,
                ConstKind::Zero | ConstKind::Undef | ConstKind::Poison => 0,
                other => panic!("the walker does not know {other:?}"),
            },
        }
    }

    fn signed(&self, operand: Operand) -> i64 {
        let bits = self.bits(self.func.operand_type(self.module, operand));
        (self.value(operand) << (64 - bits)) as i64 >> (64 - bits)
    }

    fn block(&mut self, here: BlockId) -> Option<BlockId> {
        for instr in self.func.block(here) {
            let result = match &instr.op {
                Op::Phi { .. } => continue,
                Op::Ret { .. } => return None,
                Op::Br { target } => return Some(*target),
                Op::CondBr { cond, then, other } => {
                    return Some(if self.value(*cond) & 1 != 0 { *then } else { *other });
                }
                Op::Call(_) => continue,
                Op::Alloca { ty, .. } => {
                    let size = layout::alloc_size(&self.module.types, *ty) as usize;
                    self.memory.push(vec![0u128; size.div_ceil(16).max(1)].into());
                    self.memory[self.memory.len() - 1].as_ptr() as u64
                }
                Op::Store { ptr, value, .. } => {
                    let ty = self.func.operand_type(self.module, *value);
                    let size = layout::store_size(&self.module.types, ty) as usize;
                    let bytes = self.value(*value).to_le_bytes();
                    // SAFETY: the walked functions write only to their own variables.
                    unsafe {
                        core::ptr::copy_nonoverlapping(
                            bytes.as_ptr(),
                            self.value(*ptr) as *mut u8,
                            size,
                        );
                    }
                    continue;
                }
                Op::Load { ptr, .. } => {
                    let size = layout::store_size(&self.module.types, instr.ty) as usize;
                    let mut bytes = [0; 8];
                    // SAFETY: as above.
                    unsafe {
                        core::ptr::copy_nonoverlapping(
                            self.value(*ptr) as *const u8,
                            bytes.as_mut_ptr(),
                            size,
                        );
                    }
                    u64::from_le_bytes(bytes)
                }
                Op::Gep { ty, base, indices, .. } => {
                    let mut at = self.value(*base);
                    let mut ty = *ty;
                    for (position, index) in indices.iter().enumerate() {
                        if position > 0 {
                            if let Type::Struct { .. } = self.module.types.get(ty) {
                                let field = self.value(*index);
                                at += layout::member_offset(&self.module.types, ty, field);
                                ty = self.module.types.member(ty, field).expect("a field");
                                continue;
                            }
                            ty = self.module.types.member(ty, 0).expect("an element");
                        }
                        let step = layout::alloc_size(&self.module.types, ty);
                        at = at.wrapping_add((self.signed(*index) as u64).wrapping_mul(step));
                    }
                    at
                }
                Op::Select { cond, then, other } => {
                    self.value(if self.value(*cond) & 1 != 0 { *then } else { *other })
                }
                Op::Freeze { value } => self.value(*value),
                Op::Cast { op: CastOp::SExt, value, .. } => self.signed(*value) as u64,
                Op::Cast { value, .. } => self.value(*value),
                Op::ICmp { pred, lhs, rhs } => {
                    let (a, b) = (self.value(*lhs), self.value(*rhs));
                    let (x, y) = (self.signed(*lhs), self.signed(*rhs));
                    u64::from(match pred {
                        IntPredicate::Eq => a == b,
                        IntPredicate::Ne => a != b,
                        IntPredicate::Ugt => a > b,
                        IntPredicate::Uge => a >= b,
                        IntPredicate::Ult => a < b,
                        IntPredicate::Ule => a <= b,
                        IntPredicate::Sgt => x > y,
                        IntPredicate::Sge => x >= y,
                        IntPredicate::Slt => x < y,
                        IntPredicate::Sle => x <= y,
                    })
                }
                Op::Binary { op, lhs, rhs, .. } => {
                    let (a, b) = (self.value(*lhs), self.value(*rhs));
                    match op {
                        BinaryOp::Add => a.wrapping_add(b),
                        BinaryOp::Sub => a.wrapping_sub(b),
                        BinaryOp::Mul => a.wrapping_mul(b),
                        BinaryOp::And => a & b,
                        BinaryOp::Or => a | b,
                        BinaryOp::Xor => a ^ b,
                        BinaryOp::Shl => a << b,
                        BinaryOp::LShr => a >> b,
                        BinaryOp::AShr => (self.signed(*lhs) >> b) as u64,
                        BinaryOp::UDiv => a / b,
                        BinaryOp::URem => a % b,
                        other => panic!("the walker does not know {other:?}"),
                    }
                }
                other => panic!("the walker does not know {other:?}"),
            };
            if let Some(id) = instr.result {
                let bits = self.bits(instr.ty);
                self.frame[self.layout.word[id.index()] as usize] =
                    result & (u64::MAX >> (64 - bits));
            }
        }
        None
    }
}
