//! Blocks and edges that are no more.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{BlockId, Function, Instr, Op, TypeId};
use hashbrown::HashSet;

use crate::build::{blocks, fill};

/// Takes the insides out of blocks that cannot be reached, and out of phis the edges that are no more. Blocks keep
/// their numbers, which labels are.
pub(super) fn empty(func: &mut Function, void: TypeId) {
    let reached = reached(func);
    let mut edges = HashSet::new();
    for from in func.block_ids().filter(|from| reached[from.index()]) {
        func.terminator(from).op.successors(|to| {
            edges.insert((from, to));
        });
    }
    let mut parts = blocks(func);
    for (at, block) in parts.iter_mut().enumerate() {
        if !reached[at] {
            *block = vec![Instr::new(Op::Unreachable, void, None)];
            continue;
        }
        for instr in block {
            if let Op::Phi { incoming } = &mut instr.op {
                incoming.retain(|(_, from)| edges.contains(&(*from, BlockId::new(at))));
            }
        }
    }
    let values = core::mem::take(&mut func.values);
    let params: Vec<_> = func.param_values().collect();
    fill(func, &values, &params, parts);
}

fn reached(func: &Function) -> Vec<bool> {
    let mut reached = vec![false; func.blocks.len()];
    let mut waiting = vec![BlockId::new(0)];
    while let Some(block) = waiting.pop() {
        if !core::mem::replace(&mut reached[block.index()], true) {
            func.terminator(block).op.successors(|to| waiting.push(to));
        }
    }
    reached
}
