//! A second copy of a function, in which a parameter is a constant, behind a test.

use alloc::vec::Vec;

use bareflow_ir::{BlockId, ConstKind, Instr, IntPredicate, Op, Operand, Type, ValueId};

use super::Body;
use super::inline::void_of;

/// Bodies larger than this are not copied.
const MAX_SIZE: u32 = 2000;

fn has_labels(body: &Body) -> bool {
    let instrs = body.blocks.iter().flat_map(|block| &block.instrs);
    instrs.into_iter().any(|instr| matches!(instr.op, Op::IndirectBr { .. }))
}

/// Copies the body for the case that integer parameter `param` is `value`.
pub(super) fn specialise(body: &mut Body, param: u32, value: u64) {
    let id = ValueId(param);
    let Some(ty) = body.values[..body.params].get(id.index()).copied() else { return };
    let Type::Int(bits @ 1..=64) = *body.types.get(ty) else { return };
    // A label means one block: in a copy, an indirect jump would not find its own.
    if body.size() > MAX_SIZE || has_labels(body) {
        return;
    }
    let (boolean, void) = (body.bool(), void_of(body));
    let constant = body.constant(ty, ConstKind::Int(value & (u64::MAX >> (64 - bits))));

    // The entry keeps the allocas, which both copies share; its rest moves behind the test.
    let count = body.blocks.len();
    let general = body.new_block(BlockId(0));
    let (allocas, rest): (Vec<Instr>, Vec<Instr>) =
        core::mem::take(&mut body.blocks[0].instrs).into_iter().partition(is_static);
    body.blocks[0].instrs = allocas;
    body.blocks[general.index()].instrs = rest;
    body.rename_predecessor(BlockId(0), general);

    let originals: Vec<BlockId> =
        (1..count).map(BlockId::new).chain(core::iter::once(general)).collect();
    let first = body.blocks.len();
    let copy_of = |block: BlockId| {
        // Block 0 has no copy: nothing jumps there.
        let at = if block == general { count - 1 } else { block.index() - 1 };
        BlockId::new(first + at)
    };
    let mut values: Vec<Option<Operand>> = alloc::vec![None; body.values.len()];
    values[id.index()] = Some(constant);
    for block in &originals {
        for at in 0..body.blocks[block.index()].instrs.len() {
            if let Some(result) = body.blocks[block.index()].instrs[at].result {
                let new = body.value(body.values[result.index()]);
                values[result.index()] = Some(Operand::Value(new));
            }
        }
    }
    for block in &originals {
        let new = body.new_block(*block);
        let mut instrs = body.blocks[block.index()].instrs.clone();
        for instr in &mut instrs {
            instr.op.operands_mut(|operand| {
                *operand = body.resolve(*operand);
                if let Operand::Value(id) = operand
                    && let Some(Some(copy)) = values.get(id.index())
                {
                    *operand = *copy;
                }
            });
            instr.op.blocks_mut(|block| *block = copy_of(*block));
            if let Some(result) = instr.result
                && let Some(Operand::Value(copy)) = values[result.index()]
            {
                instr.result = Some(copy);
            }
        }
        body.blocks[new.index()].instrs = instrs;
    }
    let same = body.value(boolean);
    let compare = Op::ICmp { pred: IntPredicate::Eq, lhs: Operand::Value(id), rhs: constant };
    let branch = Op::CondBr { cond: Operand::Value(same), then: copy_of(general), other: general };
    body.blocks[0]
        .instrs
        .extend([Instr::new(compare, boolean, Some(same)), Instr::new(branch, void, None)]);
}

/// Whether it is an alloca of constant size, which belongs to the entry block.
fn is_static(instr: &Instr) -> bool {
    matches!(instr.op, Op::Alloca { count: Operand::Const(_), .. })
}
