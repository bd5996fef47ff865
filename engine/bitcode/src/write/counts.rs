//! What was counted while a program ran, as LLVM's optimiser takes it.

use alloc::vec::Vec;

use bareflow_ir::{Function, Module, Op};

/// Counts of the functions of a module, by [`bareflow_ir::FuncId`]; `None` for those of which
/// nothing is known.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Counts {
    /// One entry a function; may be shorter than the module has functions.
    pub funcs: Vec<Option<FunctionCounts>>,
}

/// Counts of one function.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct FunctionCounts {
    /// Executions of each block, by block id. The first one counts the calls.
    pub blocks: Vec<u64>,
    /// Executions of each edge: for each block in order, one count a successor, in the order
    /// of [`Op::successors`].
    pub edges: Vec<u64>,
    /// Indirect calls.
    pub sites: Vec<SiteCounts>,
}

/// An indirect call and what it called.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct SiteCounts {
    /// Position of the call in [`Function::instrs`].
    pub instr: u32,
    /// The functions called and how often, most frequent first.
    pub targets: Vec<(bareflow_ir::FuncId, u64)>,
    /// Calls of others.
    pub other: u64,
}

impl FunctionCounts {
    /// Positions of branches and how often each of their edges was taken, scaled to 32 bits;
    /// those that never ran are left out.
    pub(super) fn branches(&self, func: &Function) -> Vec<(u32, Vec<u32>)> {
        let mut found = Vec::new();
        let mut edges = self.edges.iter().copied();
        for block in &func.blocks {
            let last = block.instrs.end - 1;
            let op = &func.instrs[last as usize].op;
            let mut count = 0;
            op.successors(|_| count += 1);
            let taken: Vec<u64> = edges.by_ref().take(count).collect();
            let branch =
                matches!(op, Op::CondBr { .. } | Op::Switch { .. } | Op::IndirectBr { .. });
            if branch && taken.len() == count && taken.iter().any(|count| *count > 0) {
                found.push((last, scaled(&taken)));
            }
        }
        found
    }

    /// Calls of the function.
    pub(super) fn calls(&self) -> Option<u64> {
        self.blocks.first().copied()
    }
}

/// The counts in 32 bits, in the same proportions. What was taken keeps at least 1.
fn scaled(counts: &[u64]) -> Vec<u32> {
    let most = counts.iter().copied().max().unwrap_or(0);
    let step = most.div_ceil(u64::from(u32::MAX)).max(1);
    counts.iter().map(|count| (count / step).max(u64::from(*count > 0)) as u32).collect()
}

/// How the counts of a program are spread: what LLVM tells hot from cold by.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Summary {
    pub(super) total: u64,
    pub(super) most: u64,
    /// The largest count of calls.
    pub(super) most_calls: u64,
    pub(super) counts: u64,
    pub(super) funcs: u64,
    /// By share in millionths: the smallest count among the largest ones that together make up
    /// this share, and how many those are.
    pub(super) shares: Vec<(u32, u64, u64)>,
}

/// The shares that LLVM's own summaries have.
const SHARES: [u32; 16] = [
    10_000, 100_000, 200_000, 300_000, 400_000, 500_000, 600_000, 700_000, 800_000, 900_000,
    950_000, 990_000, 999_000, 999_900, 999_990, 999_999,
];

impl Summary {
    /// That of all counts of blocks; `None` when nothing ran.
    pub(super) fn of(module: &Module, counts: &Counts) -> Option<Self> {
        let known = || counts.funcs.iter().take(module.funcs.len()).flatten();
        let mut all: Vec<u64> = known().flat_map(|func| func.blocks.iter().copied()).collect();
        all.sort_unstable_by(|a, b| b.cmp(a));
        let most = all.first().copied().filter(|most| *most > 0)?;
        let sum: u128 = all.iter().copied().map(u128::from).sum();
        let (mut reached, mut taken, mut last) = (0u128, 0, most);
        let shares = SHARES.map(|share| {
            while let Some(count) = all.get(taken)
                && reached * 1_000_000 < sum * u128::from(share)
            {
                (reached, taken, last) = (reached + u128::from(*count), taken + 1, *count);
            }
            (share, last, taken as u64)
        });
        Some(Self {
            total: u64::try_from(sum).unwrap_or(u64::MAX),
            most,
            most_calls: known().filter_map(FunctionCounts::calls).max().unwrap_or(0),
            counts: all.len() as u64,
            funcs: known().count() as u64,
            shares: shares.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_keep_their_proportions_in_32_bits() {
        assert_eq!(scaled(&[3, 0]), [3, 0]);
        assert_eq!(scaled(&[u64::from(u32::MAX), 1]), [u32::MAX, 1]);
        let large = scaled(&[u64::MAX, u64::MAX / 2, 1, 0]);
        assert!(large[0] / 2 - large[1] <= 1 && large[2..] == [1, 0], "{large:?}");
    }
}
