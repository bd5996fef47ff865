//! What the pass knows of a body: where values are made, how often they are used, what
//! addresses have in common, and which instructions touch memory.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::{alloc_size, member_offset};
use bareflow_ir::{BlockId, ConstKind, Instr, Module, Op, Operand, Type, TypeId};

use super::super::Body;

/// Where values are defined and how often they are used.
pub(super) struct Facts {
    /// Block and position of each definition.
    pub(super) places: Vec<Option<(BlockId, usize)>>,
    pub(super) uses: Vec<u32>,
}

impl Facts {
    pub(super) fn of(body: &Body) -> Self {
        let mut facts =
            Self { places: vec![None; body.values.len()], uses: vec![0; body.values.len()] };
        for (at, block) in body.blocks.iter().enumerate() {
            for (index, instr) in block.instrs.iter().enumerate() {
                if let Some(result) = instr.result {
                    facts.places[result.index()] = Some((BlockId::new(at), index));
                }
                instr.op.operands(|operand| {
                    if let Operand::Value(id) = body.resolve(operand) {
                        facts.uses[id.index()] += 1;
                    }
                });
            }
        }
        facts
    }
}

/// The type of an operand.
pub(super) fn type_of(body: &Body, module: &Module, operand: Operand) -> TypeId {
    match body.resolve(operand) {
        Operand::Value(id) => body.values[id.index()],
        Operand::Const(id) => match id.index().checked_sub(module.consts.len()) {
            Some(extra) => body.extra[extra].ty,
            None => module.constant(id).ty,
        },
    }
}

/// The instruction that makes a value.
pub(super) fn definition<'a>(body: &'a Body, facts: &Facts, operand: Operand) -> Option<&'a Instr> {
    let Operand::Value(id) = body.resolve(operand) else { return None };
    let (block, index) = facts.places[id.index()]?;
    body.blocks[block.index()].instrs.get(index)
}

/// Address calculations that are looked through.
const MAX_STEPS: usize = 32;

/// A pointer as a base and a constant distance.
pub(super) fn address(
    body: &Body,
    module: &Module,
    facts: &Facts,
    pointer: Operand,
) -> (Operand, i64) {
    let mut base = body.resolve(pointer);
    let mut distance = 0i64;
    // In code that is never reached an address may be made of itself.
    for _ in 0..MAX_STEPS {
        let Some(Instr { op: Op::Gep { ty, base: from, indices, .. }, .. }) =
            definition(body, facts, base)
        else {
            break;
        };
        let Some(step) = constant_step(body, module, *ty, indices) else { break };
        distance = distance.wrapping_add(step);
        base = body.resolve(*from);
    }
    (base, distance)
}

fn constant_step(body: &Body, module: &Module, ty: TypeId, indices: &[Operand]) -> Option<i64> {
    let mut at = ty;
    let mut distance = 0i64;
    for (position, index) in indices.iter().enumerate() {
        let Operand::Const(id) = body.resolve(*index) else { return None };
        if id.index() >= module.consts.len() {
            return None;
        }
        let constant = module.constant(id);
        let bits = body.types.int_bits(constant.ty).filter(|bits| *bits <= 64)?;
        let index = match constant.kind {
            ConstKind::Int(value) => (value << (64 - bits)) as i64 >> (64 - bits),
            ConstKind::Zero => 0,
            _ => return None,
        };
        if position > 0 {
            if let Type::Struct { .. } = body.types.get(at) {
                distance += member_offset(&body.types, at, index as u64) as i64;
                at = body.types.member(at, index as u64)?;
                continue;
            }
            at = body.types.member(at, 0)?;
        }
        distance = distance.wrapping_add(index.wrapping_mul(alloc_size(&body.types, at) as i64));
    }
    Some(distance)
}

/// Whether it may change memory, or not come back.
pub(super) fn writes(instr: &Instr) -> bool {
    matches!(
        instr.op,
        Op::Store { .. }
            | Op::Call(_)
            | Op::AtomicRmw { .. }
            | Op::CmpXchg { .. }
            | Op::Fence { .. }
            // It moves its list on.
            | Op::VaArg { .. }
    )
}

/// Whether it may see or change memory.
pub(super) fn reads(instr: &Instr) -> bool {
    writes(instr) || matches!(instr.op, Op::Load { .. })
}
