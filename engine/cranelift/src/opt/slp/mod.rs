//! Superword parallelism: the same float operation on neighbours in memory, done as one
//! operation on a vector (Larsen and Amarasinghe, PLDI 2000).
//!
//! It starts from stores of neighbours and follows what they store backwards: operations of
//! one kind, loads of neighbours, phis, and values that are the same for all lanes. Unlike
//! LLVM's pass it goes through the phis of loops, so that sums that several lanes of a loop
//! keep become one vector. Each lane is computed as before, so results do not change.

mod cost;
mod emit;
mod facts;
#[cfg(test)]
mod tests;
mod tree;

use alloc::vec::Vec;

use bareflow_ir::layout::store_size;
use bareflow_ir::{BlockId, Instr, Module, Op, Operand, Type, TypeId};

use super::Body;
use emit::{Group, Plan};
use facts::{Facts, address, reads, type_of};
use tree::{Lanes, Tree};

/// Looks for neighbours until there are none.
pub(super) fn vectorise(body: &mut Body, module: &Module) {
    let is_store = |instr: &&Instr| matches!(instr.op, Op::Store { .. });
    let mut facts = None;
    for at in 0..body.blocks.len() {
        if body.blocks[at].instrs.iter().filter(is_store).count() < 2 {
            continue;
        }
        loop {
            let known = facts.get_or_insert_with(|| Facts::of(body));
            // What is vectorised is no store of a float any more, so this ends.
            if !vectorise_block(body, module, known, BlockId::new(at)) {
                break;
            }
            facts = None;
        }
    }
}

fn vectorise_block(body: &mut Body, module: &Module, facts: &Facts, block: BlockId) -> bool {
    let stores = stores(body, module, facts, block);
    for (_, base, offset, ty) in &stores {
        let size = store_size(&body.types, *ty) as i64;
        let width = (16 / size) as usize;
        let mut group = Vec::new();
        for lane in 0..width as i64 {
            let wanted = (*base, offset + lane * size, *ty);
            match stores.iter().find(|(_, b, o, t)| (*b, *o, *t) == wanted) {
                Some((index, ..)) => group.push(*index),
                None => break,
            }
        }
        if group.len() == width && try_group(body, module, facts, block, &group, *ty) {
            return true;
        }
    }
    false
}

/// Plain stores of floats in a block: position, base, distance and type.
fn stores(
    body: &Body,
    module: &Module,
    facts: &Facts,
    block: BlockId,
) -> Vec<(usize, Operand, i64, TypeId)> {
    let mut list = Vec::new();
    for (index, instr) in body.blocks[block.index()].instrs.iter().enumerate() {
        if let Op::Store { ptr, value, volatile: false, atomic: None, .. } = &instr.op {
            let ty = type_of(body, module, *value);
            if matches!(body.types.get(ty), Type::Float | Type::Double) {
                let (base, offset) = address(body, module, facts, *ptr);
                list.push((index, base, offset, ty));
            }
        }
    }
    list
}

/// Vectorises the stores at these positions if that pays.
fn try_group(
    body: &mut Body,
    module: &Module,
    facts: &Facts,
    block: BlockId,
    group: &[usize],
    ty: TypeId,
) -> bool {
    let instrs = &body.blocks[block.index()].instrs;
    let (first, last) = (*group.iter().min().unwrap_or(&0), *group.iter().max().unwrap_or(&0));
    // The stores move to the last of them: nothing in between may see or touch memory.
    if (first..=last).any(|at| !group.contains(&at) && reads(&instrs[at])) {
        return false;
    }
    let stored: Lanes = group
        .iter()
        .filter_map(|at| match &instrs[*at].op {
            Op::Store { value, .. } => Some(body.resolve(*value)),
            _ => None,
        })
        .collect();
    let mut tree = Tree { body, facts, width: group.len(), lanes: Vec::new(), nodes: Vec::new() };
    let Some(root) = tree.node(module, stored) else { return false };
    let Some(dead) = tree.pays(group.len()) else { return false };
    let plan = Plan { nodes: tree.nodes, lanes: tree.lanes, root, dead };
    emit::emit(body, facts, Group { block, stores: group, ty }, &plan);
    true
}
