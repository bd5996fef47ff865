//! The control-flow graph of a function: predecessors, order, loops.

use alloc::vec;
use alloc::vec::Vec;

use crate::{BlockId, Function};

/// Facts about the blocks of one function.
#[derive(Clone, Debug)]
pub struct Cfg {
    /// Predecessors of each block, one entry an edge.
    pub preds: Vec<Vec<BlockId>>,
    /// Reachable blocks in reverse post-order; the entry first.
    pub order: Vec<BlockId>,
    /// Position of each block in `order`; `None` for unreachable ones.
    pub position: Vec<Option<u32>>,
}

impl Cfg {
    /// Walks the blocks of `func`, which is a definition.
    pub fn of(func: &Function) -> Self {
        let count = func.blocks.len();
        let mut preds = vec![Vec::new(); count];
        let successors: Vec<Vec<BlockId>> = func
            .block_ids()
            .map(|id| {
                let mut list = Vec::new();
                func.terminator(id).op.successors(|to| list.push(to));
                list
            })
            .collect();
        for (from, list) in successors.iter().enumerate() {
            for to in list {
                preds[to.index()].push(BlockId::new(from));
            }
        }

        // Depth first with an explicit stack: generated functions have thousands of blocks.
        let mut order = Vec::with_capacity(count);
        let mut seen = vec![false; count];
        let mut stack = vec![(BlockId(0), 0usize)];
        seen[0] = true;
        while let Some((block, next)) = stack.last_mut() {
            let list = &successors[block.index()];
            // The last successor is visited first, so that the first one follows its block.
            if let Some(to) = list.len().checked_sub(*next + 1).map(|at| list[at]) {
                *next += 1;
                if !core::mem::replace(&mut seen[to.index()], true) {
                    stack.push((to, 0));
                }
            } else {
                order.push(*block);
                stack.pop();
            }
        }
        order.reverse();

        let mut position = vec![None; count];
        for (at, block) in order.iter().enumerate() {
            position[block.index()] = Some(at as u32);
        }
        Self { preds, order, position }
    }

    /// Whether the edge leads back in the order: every loop has one, and its target is where
    /// on-stack replacement enters.
    pub fn is_back_edge(&self, from: BlockId, to: BlockId) -> bool {
        match (self.position[from.index()], self.position[to.index()]) {
            (Some(from), Some(to)) => to <= from,
            _ => false,
        }
    }

    /// Targets of back edges, in reverse post-order.
    pub fn loop_headers(&self) -> Vec<BlockId> {
        let is_header = |block: &BlockId| {
            self.preds[block.index()].iter().any(|p| self.is_back_edge(*p, *block))
        };
        self.order.iter().copied().filter(is_header).collect()
    }
}
