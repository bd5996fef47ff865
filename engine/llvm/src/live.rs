//! Which blocks can be reached from a place, and which values are needed there.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{BlockId, Function, Instr, Op, Operand, ValueId};

/// Blocks that control gets to from `start`, by block. Nothing unwinds.
pub(crate) fn reachable(func: &Function, start: BlockId) -> Vec<bool> {
    let mut found = vec![false; func.blocks.len()];
    let mut stack = vec![start];
    while let Some(block) = stack.pop() {
        if !core::mem::replace(&mut found[block.index()], true) {
            successors(&func.terminator(block).op, |to| stack.push(to));
        }
    }
    found
}

/// Where control may go on from a terminator.
pub(crate) fn successors(op: &Op, mut visit: impl FnMut(BlockId)) {
    match op {
        Op::Invoke { normal, .. } => visit(*normal),
        other => other.successors(visit),
    }
}

/// A set of values.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Values(Vec<u64>);

impl Values {
    fn new(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    fn insert(&mut self, value: ValueId) {
        self.0[value.index() / 64] |= 1 << (value.index() % 64);
    }

    fn remove(&mut self, value: ValueId) {
        self.0[value.index() / 64] &= !(1 << (value.index() % 64));
    }

    /// Whether a value is in it.
    pub(crate) fn has(&self, value: ValueId) -> bool {
        self.0[value.index() / 64] >> (value.index() % 64) & 1 != 0
    }

    fn join(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(word, more)| *word |= more);
    }

    /// All of them, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = ValueId> {
        let count = self.0.len() * 64;
        (0..count).map(ValueId::new).filter(|value| self.has(*value))
    }
}

/// The values that must be known when control enters the block `start`, its phis not among them.
/// `region` are the blocks that can be reached from there.
pub(crate) fn live_at(func: &Function, start: BlockId, region: &[bool]) -> Values {
    let empty = Values::new(func.values.len());
    let mut live = vec![empty.clone(); func.blocks.len()];
    loop {
        let mut changed = false;
        for block in func.block_ids().rev().filter(|block| region[block.index()]) {
            let mut now = empty.clone();
            successors(&func.terminator(block).op, |to| {
                now.join(&live[to.index()]);
                each_phi(func, to, |_, incoming| {
                    let from = incoming.iter().filter(|(_, from)| *from == block);
                    from.for_each(|(value, _)| insert(&mut now, *value));
                });
            });
            for instr in func.block(block).iter().rev() {
                if let Some(result) = instr.result {
                    now.remove(result);
                }
                if !matches!(instr.op, Op::Phi { .. }) {
                    instr.op.operands(|operand| insert(&mut now, operand));
                }
            }
            if now != live[block.index()] {
                changed = true;
                live[block.index()] = now;
            }
        }
        if !changed {
            return live.swap_remove(start.index());
        }
    }
}

fn insert(values: &mut Values, operand: Operand) {
    if let Operand::Value(value) = operand {
        values.insert(value);
    }
}

/// Calls `visit` with the phis of a block.
pub(crate) fn each_phi(
    func: &Function,
    block: BlockId,
    mut visit: impl FnMut(ValueId, &[(Operand, BlockId)]),
) {
    for instr in func.block(block) {
        match instr {
            Instr { op: Op::Phi { incoming }, result: Some(result), .. } => {
                visit(*result, incoming);
            }
            _ => return,
        }
    }
}
