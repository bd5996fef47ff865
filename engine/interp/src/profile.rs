//! What was counted, in terms of the IR.

use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use core::sync::atomic::Ordering::Relaxed;

use bareflow_ir::cfg::Cfg;
use bareflow_ir::{FuncId, Op};
use bareflow_profile::{FunctionProfile, IndirectSite, shape_of};

use crate::Interp;
use crate::code::{Code, Counts};
use crate::machine::Tally;

impl Interp {
    /// Interpreted calls of `func` so far.
    pub fn calls(&self, id: FuncId) -> u64 {
        self.functions.callee(id).calls.load(Relaxed)
    }

    /// What was counted for `func` so far. Cycles are not measured here.
    pub fn profile(&self, id: FuncId) -> FunctionProfile {
        let func = self.module().func(id);
        if func.is_declaration() {
            return FunctionProfile::default();
        }
        let mut profile = self.counts(id);
        profile.shape = shape_of(func);
        profile.params = self.samples.of(id);
        let Some(code) = self.code(id) else { return profile };
        for site in &code.sites {
            let named = |(func, count)| (self.functions.name(func).to_string(), count);
            let mut targets: Vec<_> = site.targets().map(named).collect();
            targets.sort_by_key(|target| core::cmp::Reverse(target.1));
            let other = site.others();
            if other != 0 || !targets.is_empty() {
                profile.sites.push(IndirectSite { instr: site.instr, targets, other });
            }
        }
        profile
    }

    /// Of [`Interp::profile`] calls, rounds, blocks and edges alone, which is there sooner.
    pub fn counts(&self, id: FuncId) -> FunctionProfile {
        let mut profile = FunctionProfile { calls: self.calls(id), ..FunctionProfile::default() };
        let Some(code) = self.code(id) else { return profile };
        self.count_edges(id, code, &mut profile);
        for (at, _) in &code.back_edges {
            let jumped = tally(code, *at).jumped.load(Relaxed);
            profile.back_edges = profile.back_edges.saturating_add(jumped);
        }
        profile
    }

    /// Fills in blocks and edges. Conditional branches, switches and back edges count; the
    /// other blocks are executed as often as they are entered.
    fn count_edges(&self, id: FuncId, code: &Code, profile: &mut FunctionProfile) {
        let func = self.module().func(id);
        let mut first = Vec::with_capacity(func.blocks.len());
        let mut edges = 0usize;
        for block in func.block_ids() {
            first.push(edges);
            func.terminator(block).op.successors(|_| edges += 1);
        }
        profile.edges = vec![0; edges];
        profile.blocks = vec![0; func.blocks.len()];
        let cfg = Cfg::of(func);
        // In reverse post-order, a block comes after all its predecessors but the sources of
        // back edges, and those count by themselves.
        let mut counted = vec![false; func.blocks.len()];
        for block in &cfg.order {
            let at = first[block.index()];
            let out = &mut profile.edges;
            match code.counts[block.index()] {
                Counts::Branch { inst, then_jumps } => {
                    let tally = tally(code, inst);
                    let counts = (tally.jumped.load(Relaxed), tally.passed.load(Relaxed));
                    (out[at], out[at + 1]) = if then_jumps { counts } else { (counts.1, counts.0) };
                }
                Counts::Jump { inst } => out[at] = tally(code, inst).jumped.load(Relaxed),
                Counts::Switch(table) => {
                    for (index, target) in code.switches[table as usize].targets.iter().enumerate()
                    {
                        out[at + index] = target.count.load(Relaxed);
                    }
                }
                Counts::None => continue,
            }
            counted[block.index()] = true;
            let mut sum = 0u64;
            let mut next = at;
            func.terminator(*block).op.successors(|_| {
                sum = sum.saturating_add(out[next]);
                next += 1;
            });
            profile.blocks[block.index()] = sum;
        }
        for block in &cfg.order {
            if counted[block.index()] {
                continue;
            }
            let mut sum = if block.0 == 0 { profile.calls } else { 0 };
            let mut preds = cfg.preds[block.index()].clone();
            preds.sort_unstable();
            preds.dedup();
            for from in preds {
                let mut next = first[from.index()];
                func.terminator(from).op.successors(|to| {
                    if to == *block {
                        sum = sum.saturating_add(profile.edges[next]);
                    }
                    next += 1;
                });
            }
            profile.blocks[block.index()] = sum;
            let goes_on = matches!(func.terminator(*block).op, Op::Br { .. } | Op::Invoke { .. })
                || matches!(func.terminator(*block).op, Op::CondBr { then, other, .. } if then == other);
            if goes_on {
                profile.edges[first[block.index()]] = sum;
            }
        }
    }
}

fn tally(code: &Code, inst: u32) -> &Tally {
    // SAFETY: decoding put a tally behind each instruction that it recorded as counting.
    unsafe { crate::machine::tally(code.insts.start().add(inst as usize)) }
}
