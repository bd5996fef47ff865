//! Loops of a body: headers, latches, members, nesting.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::BlockId;

use super::Body;

/// A natural loop.
#[derive(Clone, Debug)]
pub(super) struct Loop {
    pub(super) header: BlockId,
    /// Blocks with an edge back to the header.
    pub(super) latches: Vec<BlockId>,
    /// All its blocks, the header first.
    pub(super) blocks: Vec<BlockId>,
}

/// Successors of each block, each named once.
pub(super) fn successors(body: &Body) -> Vec<Vec<BlockId>> {
    body.blocks
        .iter()
        .map(|block| {
            let mut list = Vec::new();
            if let Some(last) = block.instrs.last() {
                last.op.successors(|to| {
                    if !list.contains(&to) {
                        list.push(to);
                    }
                });
            }
            list
        })
        .collect()
}

/// Which blocks can be reached from `start`.
pub(super) fn reachable(body: &Body, start: BlockId) -> Vec<bool> {
    let mut seen = vec![false; body.blocks.len()];
    let mut work = vec![start];
    while let Some(block) = work.pop() {
        if !core::mem::replace(&mut seen[block.index()], true)
            && let Some(last) = body.blocks[block.index()].instrs.last()
        {
            last.op.successors(|to| work.push(to));
        }
    }
    seen
}

/// Loops with one header each. What jumps into the middle of a cycle makes no loop here.
pub(super) fn loops(body: &Body) -> Vec<Loop> {
    let next = successors(body);
    let count = body.blocks.len();
    let mut before = vec![Vec::new(); count];
    for (from, list) in next.iter().enumerate() {
        for to in list {
            before[to.index()].push(BlockId::new(from));
        }
    }
    // Depth first; an edge to a block still on the path is a back edge.
    let mut state = vec![0u8; count];
    let mut back: Vec<(BlockId, BlockId)> = Vec::new();
    let mut path = vec![(BlockId(0), 0usize)];
    state[0] = 1;
    while let Some((block, at)) = path.last_mut() {
        let here = *block;
        match next[here.index()].get(*at) {
            Some(to) => {
                *at += 1;
                match state[to.index()] {
                    0 => {
                        state[to.index()] = 1;
                        path.push((*to, 0));
                    }
                    1 => back.push((here, *to)),
                    _ => {}
                }
            }
            None => {
                state[here.index()] = 2;
                path.pop();
            }
        }
    }
    let mut found: Vec<Loop> = Vec::new();
    for (latch, header) in back {
        match found.iter_mut().find(|known| known.header == header) {
            Some(known) => known.latches.push(latch),
            None => found.push(Loop { header, latches: vec![latch], blocks: vec![header] }),
        }
    }
    found.retain_mut(|one| {
        let mut inside = vec![false; count];
        inside[one.header.index()] = true;
        let mut work = one.latches.clone();
        while let Some(block) = work.pop() {
            if state[block.index()] == 0 || core::mem::replace(&mut inside[block.index()], true) {
                continue;
            }
            one.blocks.push(block);
            work.extend(before[block.index()].iter().filter(|b| state[b.index()] != 0));
        }
        // Everything enters through the header, or it is no natural loop.
        !inside[0] || one.header == BlockId(0)
    });
    let mut inside = vec![false; count];
    found.retain(|one| {
        one.blocks.iter().for_each(|block| inside[block.index()] = true);
        let entered_by_header = one.blocks.iter().skip(1).all(|block| {
            before[block.index()]
                .iter()
                .all(|from| state[from.index()] == 0 || inside[from.index()])
        });
        one.blocks.iter().for_each(|block| inside[block.index()] = false);
        entered_by_header
    });
    found
}

/// In how many loops each block is.
pub(super) fn depths(body: &Body) -> Vec<u32> {
    let mut depths = vec![0; body.blocks.len()];
    for one in loops(body) {
        for block in one.blocks {
            depths[block.index()] += 1;
        }
    }
    depths
}
