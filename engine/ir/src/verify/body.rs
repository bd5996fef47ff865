//! Function bodies: the shape of blocks, who defines what, and where it may be used.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::dominance::Dominance;
use super::error::VerifyError;
use super::ops;
use crate::cfg::Cfg;
use crate::{BlockId, Function, Instr, Module, Op, Operand, Type, ValueId};

/// Memory that is reused from one function to the next.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    /// Where each value is defined: its block and the index of the instruction.
    places: Vec<(BlockId, u32)>,
    edges: Vec<BlockId>,
    incoming: Vec<(BlockId, Operand)>,
}

pub(super) fn check(
    module: &Module,
    func: &Function,
    scratch: &mut Scratch,
) -> Result<(), VerifyError> {
    blocks(func)?;
    values(module, func, &mut scratch.places)?;
    let at = |block: BlockId, instr: &Instr, what: &str| VerifyError {
        block: Some(block),
        instruction: Some(crate::text::instruction(module, func, instr).to_string()),
        ..VerifyError::new(what)
    };
    // Everything below may index by operand and target, so these come first.
    for block in func.block_ids() {
        for instr in func.block(block) {
            ops::ids(module, func, instr)
                .map_err(|what| VerifyError { block: Some(block), ..VerifyError::new(what) })?;
        }
    }
    let cfg = Cfg::of(func);
    if !cfg.preds[0].is_empty() {
        return Err(VerifyError::new("the entry block is jumped to"));
    }
    let dominance = Dominance::of(&cfg);
    for block in func.block_ids() {
        phis(func, block, &cfg, scratch).map_err(|(instr, what)| at(block, instr, what))?;
        let start = func.blocks[block.index()].instrs.start;
        for (offset, instr) in func.block(block).iter().enumerate() {
            ops::check(module, func, instr).map_err(|what| at(block, instr, what))?;
            if cfg.position[block.index()].is_none() {
                continue;
            }
            let position = start + offset as u32;
            let mut wrong = false;
            // A use in a phi happens at the end of the block it comes from.
            if let Op::Phi { incoming } = &instr.op {
                for (value, from) in incoming {
                    if let Operand::Value(id) = value {
                        let (defined, _) = scratch.places[id.index()];
                        wrong |= !dominance.dominates(&cfg, defined, *from);
                    }
                }
            } else {
                instr.op.operands(|operand| {
                    if let Operand::Value(id) = operand {
                        let (defined, index) = scratch.places[id.index()];
                        wrong |= if defined == block {
                            index >= position && !is_param(func, id)
                        } else {
                            !dominance.dominates(&cfg, defined, block)
                        };
                    }
                });
            }
            if wrong {
                return Err(at(block, instr, "a value is used where it is not defined"));
            }
        }
    }
    Ok(())
}

fn is_param(func: &Function, id: ValueId) -> bool {
    id.index() < func.params.len()
}

/// Blocks follow each other, end with their only terminator, and start with their phis.
fn blocks(func: &Function) -> Result<(), VerifyError> {
    let mut next = 0;
    for block in func.block_ids() {
        let wrong = |what| VerifyError { block: Some(block), ..VerifyError::new(what) };
        let range = func.blocks[block.index()].instrs.clone();
        if range.start != next || range.end <= range.start {
            return Err(wrong("a block that is empty or out of order"));
        }
        next = range.end;
        if next as usize > func.instrs.len() {
            return Err(wrong("a block that ends behind the last instruction"));
        }
        let instrs = func.block(block);
        let terminators = instrs.iter().filter(|instr| instr.op.is_terminator()).count();
        if terminators != 1 || !func.terminator(block).op.is_terminator() {
            return Err(wrong("a block must have one terminator, at its end"));
        }
        let is_phi = |instr: &&Instr| matches!(instr.op, Op::Phi { .. });
        let first = instrs.iter().take_while(is_phi).count();
        if instrs.iter().filter(is_phi).count() != first {
            return Err(wrong("a phi that does not come first in its block"));
        }
    }
    if next as usize != func.instrs.len() {
        return Err(VerifyError::new("instructions that belong to no block"));
    }
    Ok(())
}

/// Parameters, then results in order; notes where each is defined.
fn values(
    module: &Module,
    func: &Function,
    places: &mut Vec<(BlockId, u32)>,
) -> Result<(), VerifyError> {
    places.clear();
    let params = module.types.signature(func.ty).map_or(&[][..], |(_, params, _)| params);
    if func.values.len() < params.len() || func.values[..params.len()] != *params {
        return Err(VerifyError::new("values that are not the parameters first"));
    }
    places.resize(params.len(), (BlockId(0), 0));
    for block in func.block_ids() {
        let start = func.blocks[block.index()].instrs.start;
        for (offset, instr) in func.block(block).iter().enumerate() {
            let wrong = || VerifyError {
                block: Some(block),
                ..VerifyError::new(format!("the result of instruction {offset} is out of order"))
            };
            if instr.ty.index() >= module.types.len() {
                return Err(wrong());
            }
            let has_result = !matches!(module.types.get(instr.ty), Type::Void);
            let expected = has_result.then(|| ValueId::new(places.len()));
            let typed = expected.is_none_or(|id| func.values.get(id.index()) == Some(&instr.ty));
            if instr.result != expected || !typed {
                return Err(wrong());
            }
            if has_result {
                places.push((block, start + offset as u32));
            }
        }
    }
    if places.len() != func.values.len() {
        return Err(VerifyError::new("values that nothing defines"));
    }
    Ok(())
}

/// Each phi has one entry for each edge into its block, and edges from one block agree.
fn phis<'f>(
    func: &'f Function,
    block: BlockId,
    cfg: &Cfg,
    scratch: &mut Scratch,
) -> Result<(), (&'f Instr, &'static str)> {
    let Scratch { edges, incoming, .. } = scratch;
    let mut sorted = false;
    for instr in func.block(block) {
        let Op::Phi { incoming: list } = &instr.op else { break };
        if !core::mem::replace(&mut sorted, true) {
            edges.clear();
            edges.extend_from_slice(&cfg.preds[block.index()]);
            edges.sort_unstable();
        }
        incoming.clear();
        incoming.extend(list.iter().map(|(value, from)| (*from, *value)));
        incoming.sort_unstable_by_key(|(from, _)| *from);
        if !incoming.iter().map(|(from, _)| from).eq(edges.iter()) {
            return Err((instr, "a phi whose entries are not the edges into its block"));
        }
        let differ = |pair: &[(BlockId, Operand)]| pair[0].0 == pair[1].0 && pair[0].1 != pair[1].1;
        if incoming.windows(2).any(differ) {
            return Err((instr, "a phi with two values for edges from one block"));
        }
    }
    Ok(())
}
