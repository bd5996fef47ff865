//! Unrolling: several turns of a small loop in one.
//!
//! The tests between the turns stay, since the number of turns is rarely known; what is saved
//! are jumps and moves, and turns can share what they compute.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{BlockId, Instr, Op, Operand, ValueId};

use super::Body;
use super::body::cost;
use super::loops::{Loop, loops, successors};

/// Loops larger than this are left alone.
const MAX_SIZE: u32 = 48;
/// Instructions in all turns together.
const MAX_TOTAL: u32 = 96;

/// Unrolls the innermost loops `times` times; 0 leaves the number to the size of the loop.
pub(super) fn unroll_loops(body: &mut Body, times: u32) {
    if times == 1 {
        return;
    }
    let all = loops(body);
    for one in &all {
        let innermost = !all
            .iter()
            .any(|other| other.header != one.header && one.blocks.contains(&other.header));
        let size: u32 =
            one.blocks.iter().flat_map(|block| &body.blocks[block.index()].instrs).map(cost).sum();
        let turns = if times == 0 { (32 / size.max(1)).min(4) } else { times };
        let turns = turns.min(MAX_TOTAL / size.max(1));
        if innermost && size <= MAX_SIZE && turns > 1 && has_no_calls(body, one) {
            unroll(body, one, turns);
        }
    }
}

fn has_no_calls(body: &Body, one: &Loop) -> bool {
    let instrs = one.blocks.iter().flat_map(|block| &body.blocks[block.index()].instrs);
    instrs.into_iter().all(|instr| {
        !matches!(
            instr.op,
            Op::Call(_) | Op::Invoke { .. } | Op::Alloca { .. } | Op::IndirectBr { .. }
        )
    })
}

fn unroll(body: &mut Body, one: &Loop, turns: u32) {
    let [latch] = one.latches[..] else { return };
    let Some(exit) = only_exit(body, one) else { return };
    close(body, one, exit);

    let header_phis: Vec<(ValueId, Operand)> = body.blocks[one.header.index()]
        .instrs
        .iter()
        .filter_map(|instr| match (&instr.op, instr.result) {
            (Op::Phi { incoming }, Some(result)) => {
                let (value, _) = incoming.iter().find(|(_, from)| *from == latch)?;
                Some((result, *value))
            }
            _ => None,
        })
        .collect();
    let originals: Vec<Vec<Instr>> =
        one.blocks.iter().map(|block| body.blocks[block.index()].instrs.clone()).collect();

    // What values of the loop are called in the turn before, and its last block.
    let mut values: Vec<Option<Operand>> = vec![None; body.values.len()];
    let mut last = latch;
    for _ in 1..turns {
        let in_turn = |values: &[Option<Operand>], operand: Operand| match operand {
            Operand::Value(id) => values.get(id.index()).copied().flatten().unwrap_or(operand),
            constant => constant,
        };
        let mut next = values.clone();
        for (phi, value) in &header_phis {
            next[phi.index()] = Some(in_turn(&values, body.resolve(*value)));
        }
        let first = body.blocks.len();
        let copy_of = |block: BlockId| {
            let at = one.blocks.iter().position(|known| *known == block);
            at.map(|at| BlockId::new(first + at))
        };
        for (at, block) in one.blocks.iter().enumerate() {
            for instr in &originals[at] {
                let is_header_phi = at == 0 && matches!(instr.op, Op::Phi { .. });
                if let (Some(result), false) = (instr.result, is_header_phi) {
                    let new = body.value(body.values[result.index()]);
                    next[result.index()] = Some(Operand::Value(new));
                }
            }
            body.new_block(*block);
        }
        for (at, original) in originals.iter().enumerate() {
            let mut instrs = Vec::new();
            for instr in original {
                if at == 0 && matches!(instr.op, Op::Phi { .. }) {
                    continue;
                }
                let mut instr = instr.clone();
                instr.op.operands_mut(|operand| {
                    *operand = in_turn(&next, body.resolve(*operand));
                });
                let is_phi = matches!(instr.op, Op::Phi { .. });
                instr.op.blocks_mut(|to| {
                    // Back to the header stays until the next turn is there.
                    if (is_phi || *to != one.header)
                        && let Some(copy) = copy_of(*to)
                    {
                        *to = copy;
                    }
                });
                instr.result = instr.result.map(|id| match next[id.index()] {
                    Some(Operand::Value(new)) => new,
                    _ => id,
                });
                instrs.push(instr);
            }
            body.blocks[first + at].instrs = instrs;
        }
        // The turn before goes on here instead of back.
        let Some(new_header) = copy_of(one.header) else { return };
        if let Some(jump) = body.blocks[last.index()].instrs.last_mut() {
            jump.op.blocks_mut(|to| {
                if *to == one.header {
                    *to = new_header;
                }
            });
        }
        // The exit is reached from the copies too.
        let exiting: Vec<BlockId> = one
            .blocks
            .iter()
            .copied()
            .filter(|block| {
                let mut leaves = false;
                if let Some(jump) = originals
                    [one.blocks.iter().position(|known| known == block).unwrap_or(0)]
                .last()
                {
                    jump.op.successors(|to| leaves |= to == exit);
                }
                leaves
            })
            .collect();
        for instr in &mut body.blocks[exit.index()].instrs {
            let Op::Phi { incoming } = &mut instr.op else { break };
            for block in &exiting {
                let Some(copy) = copy_of(*block) else { continue };
                if let Some((value, _)) = incoming.iter().find(|(_, from)| from == block) {
                    let value = in_turn(&next, *value);
                    incoming.push((value, copy));
                }
            }
        }
        let Some(new_latch) = copy_of(latch) else { return };
        last = new_latch;
        next.resize(body.values.len(), None);
        values = next;
    }
    // The last turn leads back to the first.
    for instr in &mut body.blocks[one.header.index()].instrs {
        let Op::Phi { incoming } = &mut instr.op else { break };
        for (value, from) in incoming {
            if *from == latch {
                *from = last;
                if let Operand::Value(id) = *value
                    && let Some(Some(copy)) = values.get(id.index())
                {
                    *value = *copy;
                }
            }
        }
    }
}

/// The only block outside that the loop leads to, if nothing else leads there.
fn only_exit(body: &Body, one: &Loop) -> Option<BlockId> {
    let next = successors(body);
    let mut exit = None;
    for block in &one.blocks {
        for to in &next[block.index()] {
            if !one.blocks.contains(to) && *exit.get_or_insert(*to) != *to {
                return None;
            }
        }
    }
    let exit = exit?;
    let alone = next
        .iter()
        .enumerate()
        .all(|(from, list)| !list.contains(&exit) || one.blocks.contains(&BlockId::new(from)));
    alone.then_some(exit)
}

/// Lets values of the loop be used outside through phis of the exit only.
fn close(body: &mut Body, one: &Loop, exit: BlockId) {
    let mut inside = vec![false; body.values.len()];
    for block in &one.blocks {
        for instr in &body.blocks[block.index()].instrs {
            if let Some(result) = instr.result {
                inside[result.index()] = true;
            }
        }
    }
    let next = successors(body);
    let exiting: Vec<BlockId> =
        one.blocks.iter().copied().filter(|block| next[block.index()].contains(&exit)).collect();
    let mut phis: Vec<(ValueId, ValueId)> = Vec::new();
    for at in 0..body.blocks.len() {
        let block = BlockId::new(at);
        if one.blocks.contains(&block) {
            continue;
        }
        let mut instrs = core::mem::take(&mut body.blocks[at].instrs);
        for instr in &mut instrs {
            let mut outer = |body: &mut Body, operand: &mut Operand| {
                let Operand::Value(id) = body.resolve(*operand) else { return };
                if !inside.get(id.index()).copied().unwrap_or(false) {
                    return;
                }
                let known = phis.iter().find(|(value, _)| *value == id).map(|(_, phi)| *phi);
                let phi = known.unwrap_or_else(|| {
                    let phi = body.value(body.values[id.index()]);
                    phis.push((id, phi));
                    phi
                });
                *operand = Operand::Value(phi);
            };
            match &mut instr.op {
                // A phi of the exit already is what this makes, for edges from the loop.
                Op::Phi { incoming } => {
                    for (value, from) in incoming {
                        if !(block == exit && one.blocks.contains(from)) {
                            outer(body, value);
                        }
                    }
                }
                op => op.operands_mut(|operand| outer(body, operand)),
            }
        }
        body.blocks[at].instrs = instrs;
    }
    for (value, phi) in phis {
        let ty = body.values[value.index()];
        let incoming = exiting.iter().map(|from| (Operand::Value(value), *from)).collect();
        let instr = Instr::new(Op::Phi { incoming }, ty, Some(phi));
        body.blocks[exit.index()].instrs.insert(0, instr);
    }
}
