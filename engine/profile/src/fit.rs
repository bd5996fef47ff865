//! Using a profile for a body that may have changed since.

use bareflow_ir::Function;

use crate::{FunctionProfile, shape_of};

/// How much of a profile still speaks of a function.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fit {
    /// The body has the shape that was counted: all of it.
    Whole,
    /// The body has changed: only calls, back edges and cycles were kept.
    Totals,
}

impl FunctionProfile {
    /// Drops what does not fit `func`: counts of blocks, edges and sites when the control-flow
    /// graph is another one, and whatever lies beyond the ends of its tables, since profiles
    /// come from disks.
    pub fn fit(&mut self, func: &Function) -> Fit {
        let shape = shape_of(func);
        let mut edges = 0usize;
        for block in func.block_ids() {
            func.terminator(block).op.successors(|_| edges += 1);
        }
        let counted = |list: &[u64], full: usize| list.is_empty() || list.len() == full;
        let same = self.shape == shape
            && counted(&self.blocks, func.blocks.len())
            && counted(&self.edges, edges);
        if !same {
            self.blocks.clear();
            self.edges.clear();
            self.sites.clear();
            self.params.clear();
        }
        let is_call = |at: u32| func.instrs.get(at as usize).is_some_and(|i| i.op.call().is_some());
        self.sites.retain(|site| is_call(site.instr));
        self.params.retain(|param| (param.param as usize) < func.params.len());
        self.shape = shape;
        if same { Fit::Whole } else { Fit::Totals }
    }
}
