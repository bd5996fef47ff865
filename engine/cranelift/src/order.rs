//! The order in which blocks are translated, and what is live where code takes over.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{BlockId, Function, Op, Operand, ValueId};

use crate::source::Source;

/// The blocks that can be reached from a start.
#[derive(Debug)]
pub(crate) struct Order {
    /// In reverse post-order: definitions come before uses, except through phis.
    pub(crate) blocks: Vec<BlockId>,
    /// Reachable blocks that lead to each block.
    pub(crate) predecessors: Vec<u32>,
    position: Vec<Option<u32>>,
    headers: Vec<bool>,
}

/// Values that code needs when it takes over at a loop.
#[derive(Debug, Default)]
pub(crate) struct Live {
    /// Those that are only made before.
    pub(crate) entry: Vec<ValueId>,
    /// Those that are also made again later.
    pub(crate) merged: Vec<ValueId>,
}

impl Order {
    /// Walks the blocks from `start`.
    pub(crate) fn of(func: &Function, start: BlockId) -> Self {
        let count = func.blocks.len();
        let successors = |id: BlockId| {
            let mut list = Vec::new();
            visit_successors(func, id, |to| list.push(to));
            list
        };
        let mut blocks = Vec::with_capacity(count);
        let mut seen = vec![false; count];
        let mut stack = vec![(start, successors(start))];
        seen[start.index()] = true;
        while let Some((block, rest)) = stack.last_mut() {
            // The last successor first, so that the first one follows its block.
            match rest.pop() {
                Some(to) => {
                    if !core::mem::replace(&mut seen[to.index()], true) {
                        stack.push((to, successors(to)));
                    }
                }
                None => {
                    blocks.push(*block);
                    stack.pop();
                }
            }
        }
        blocks.reverse();
        let mut position = vec![None; count];
        for (at, block) in blocks.iter().enumerate() {
            position[block.index()] = Some(at as u32);
        }
        let mut predecessors = vec![0; count];
        let mut headers = vec![false; count];
        predecessors[start.index()] += 1;
        for (at, block) in blocks.iter().enumerate() {
            visit_successors(func, *block, |to| {
                predecessors[to.index()] += 1;
                if position[to.index()].is_some_and(|to| to as usize <= at) {
                    headers[to.index()] = true;
                }
            });
        }
        // The start has no edge of its own in the function.
        predecessors[start.index()] -= 1;
        Self { blocks, predecessors, position, headers }
    }

    pub(crate) fn start(&self) -> BlockId {
        self.blocks[0]
    }

    /// Whether the block is where a back edge leads.
    pub(crate) fn is_header(&self, id: BlockId) -> bool {
        self.headers[id.index()]
    }

    /// Whether `block` was translated by the time `now` is.
    pub(crate) fn is_done(&self, block: BlockId, now: BlockId) -> bool {
        self.position[block.index()] <= self.position[now.index()]
    }

    /// Whether the block can be reached.
    pub(crate) fn contains(&self, id: BlockId) -> bool {
        self.position[id.index()].is_some()
    }

    /// Calls `visit` once for each different successor that code is made for.
    pub(crate) fn each_successor(&self, func: &Function, id: BlockId, visit: impl FnMut(BlockId)) {
        visit_successors(func, id, visit);
    }

    /// Whether there are allocas that no frame has room for.
    pub(crate) fn moves_side_stack(&self, src: Source<'_>) -> bool {
        self.blocks.iter().any(|id| {
            src.func.block(*id).iter().any(|instr| match &instr.op {
                Op::Alloca { count, .. } => *id != BlockId(0) || src.const_int(*count).is_none(),
                _ => false,
            })
        })
    }

    /// The values that are live at the start, which is a loop header. Its phis are not among
    /// them.
    pub(crate) fn live_at_start(&self, func: &Function, sret: Option<ValueId>) -> Live {
        let start = self.start();
        let mut made_in = vec![None; func.values.len()];
        for id in func.block_ids() {
            for instr in func.block(id) {
                if let Some(result) = instr.result {
                    made_in[result.index()] = Some(id);
                }
            }
        }
        let mut predecessors = vec![Vec::new(); func.blocks.len()];
        // Each use, as the block at whose end or in which the value is needed.
        let mut uses: Vec<(ValueId, BlockId)> = Vec::new();
        for id in &self.blocks {
            visit_successors(func, *id, |to| predecessors[to.index()].push(*id));
            for instr in func.block(*id) {
                if let Op::Phi { incoming } = &instr.op {
                    for (value, from) in incoming {
                        if let Operand::Value(value) = value
                            && self.contains(*from)
                        {
                            uses.push((*value, *from));
                        }
                    }
                    continue;
                }
                instr.op.operands(|operand| {
                    if let Operand::Value(value) = operand {
                        uses.push((value, *id));
                    }
                });
                if let (Op::Ret { .. }, Some(sret)) = (&instr.op, sret) {
                    uses.push((sret, *id));
                }
            }
        }
        uses.sort_unstable();
        uses.dedup();

        let mut live = Live::default();
        let mut seen = vec![None; func.blocks.len()];
        for group in uses.chunk_by(|a, b| a.0 == b.0) {
            let value = group[0].0;
            let home = made_in[value.index()];
            let mut work: Vec<BlockId> = group.iter().map(|(_, block)| *block).collect();
            let mut found = false;
            while let Some(block) = work.pop() {
                if home == Some(block) || seen[block.index()] == Some(value) {
                    continue;
                }
                seen[block.index()] = Some(value);
                if block == start {
                    found = true;
                    break;
                }
                work.extend_from_slice(&predecessors[block.index()]);
            }
            if found {
                match home {
                    Some(block) if self.contains(block) => live.merged.push(value),
                    _ => live.entry.push(value),
                }
            }
        }
        live
    }
}

/// Different successors for which code is made: nothing ever unwinds.
fn visit_successors(func: &Function, id: BlockId, mut visit: impl FnMut(BlockId)) {
    if let Op::Invoke { normal, .. } = &func.terminator(id).op {
        visit(*normal);
        return;
    }
    let mut list = Vec::new();
    func.terminator(id).op.successors(|to| list.push(to));
    let mut known: Vec<BlockId> = Vec::with_capacity(list.len());
    if list.len() > 8 {
        list.sort_unstable();
        list.dedup();
        known = list;
    } else {
        for to in list {
            if !known.contains(&to) {
                known.push(to);
            }
        }
    }
    known.into_iter().for_each(visit);
}
