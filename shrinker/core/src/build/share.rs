//! Which functions take so little of the time that their code need only be small.
//!
//! How long a function's own code has run is bounded by two figures, of which the lower one counts: the cycles of
//! its calls, where they were measured, with all that it calls; and the instructions that its calls execute on
//! average, by the counts of its blocks, with those of what compilers may have made a part of it. Functions that
//! together stay below [`PART`] of the time make a program slower by less than that, whatever their code is like.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::rc::Rc;
use alloc::vec::Vec;

use bareflow_ir::{FuncId, Module, layout};

use crate::grown::Grown;

/// Of a thousand parts of the time, how many may be in functions that are made small.
const PART: f64 = 0.01;
/// Cycles below which a program has not run for long enough to say where time goes.
const LEAST: f64 = 1e8;
/// Cycles that an instruction takes at most, on average, for each 16 bytes of its result.
const CYCLES: f64 = 4.0;
/// Calls within calls that are looked at.
const DEPTH: u32 = 8;

/// A function of one of the programs.
pub(super) type At = (u32, FuncId);

/// Functions of the programs that are made small though they were called often.
pub(super) fn small(grown: &Grown) -> BTreeSet<At> {
    let mut work =
        Work { grown, known: BTreeMap::new(), bodies: BTreeMap::new(), found: BTreeMap::new() };
    let mut costs: Vec<(f64, At)> = Vec::new();
    let mut all = 0.0_f64;
    for (program, module) in grown.programs.iter().zip(0..) {
        for func in program.module.func_ids() {
            let profile = grown.profile(module, func);
            let measured = (profile.cycles.samples > 0)
                .then(|| profile.cycles.average() as f64 * profile.calls as f64);
            let executed = work.per_call((module, func)) * profile.calls as f64 * CYCLES;
            // The shortest call: others may have had to wait.
            all = all.max(profile.cycles.min as f64 * profile.calls as f64);
            costs.push((measured.unwrap_or(f64::INFINITY).min(executed), (module, func)));
        }
    }
    if all < LEAST {
        return BTreeSet::new();
    }
    costs.sort_by(|one, other| one.0.total_cmp(&other.0));
    let mut left = all * PART;
    let fits = |(cost, at): (f64, At)| {
        left -= cost;
        (left >= 0.0).then_some(at)
    };
    let small: Vec<At> = costs.into_iter().map_while(fits).collect();
    // A loop that was entered in the middle, and what competed, has more time in it than calls and blocks tell of.
    let is_known = |(module, func): &At| {
        let record = grown.record(*module, *func);
        record.is_none_or(|record| record.osr.is_empty() && record.verdict.is_none())
    };
    small.into_iter().filter(is_known).collect()
}

/// What a call of a function executes itself, on average, and how often it comes to each of its calls of what may be
/// a part of it.
struct Body {
    own: f64,
    calls: Vec<(FuncId, f64)>,
}

struct Work<'a> {
    grown: &'a Grown,
    known: BTreeMap<At, f64>,
    /// By function; `None` where nobody has counted it.
    bodies: BTreeMap<At, Option<Rc<Body>>>,
    /// What was found by function and depth for the function that is looked at: one is called in many ways, whose
    /// number grows with each call within a call.
    found: BTreeMap<(At, u32), f64>,
}

impl Work<'_> {
    /// Instructions that a call of a function executes on average, each as often as its result has 16 bytes, with
    /// those of functions that may be a part of it; infinite where nobody knows.
    fn per_call(&mut self, at: At) -> f64 {
        self.found.clear();
        let cost = self.within(at, DEPTH);
        if !self.is_declaration(at) && self.body(at).is_some() {
            self.known.insert(at, cost);
        }
        cost
    }

    /// The same where no more than so many calls within calls are looked at.
    fn within(&mut self, at: At, depth: u32) -> f64 {
        if let Some(known) = self.known.get(&at).or_else(|| self.found.get(&(at, depth))) {
            return *known;
        }
        if self.is_declaration(at) {
            return 1.0;
        }
        if depth == 0 {
            return f64::INFINITY;
        }
        let Some(body) = self.body(at) else { return f64::INFINITY };
        let mut sum = body.own;
        for (callee, share) in &body.calls {
            sum += share * self.within((at.0, *callee), depth - 1);
        }
        self.found.insert((at, depth), sum);
        sum
    }

    fn is_declaration(&self, (module, func): At) -> bool {
        self.grown.programs[module as usize].module.func(func).is_declaration()
    }

    fn body(&mut self, at: At) -> Option<Rc<Body>> {
        let grown = self.grown;
        self.bodies.entry(at).or_insert_with(|| counted(grown, at).map(Rc::new)).clone()
    }
}

/// What the counts of its blocks say of a function.
fn counted(grown: &Grown, (module, func): At) -> Option<Body> {
    let ir: &Module = &grown.programs[module as usize].module;
    let (body, profile) = (ir.func(func), grown.profile(module, func));
    let entries = profile.blocks.first().copied().unwrap_or(0);
    if entries == 0 || profile.blocks.len() != body.blocks.len() {
        return None;
    }
    let mut counted = Body { own: 0.0, calls: Vec::new() };
    for (block, count) in body.block_ids().zip(&profile.blocks) {
        let share = *count as f64 / entries as f64;
        if share == 0.0 {
            continue;
        }
        for instr in body.block(block) {
            let bytes = instr.result.map_or(0, |_| layout::alloc_size(&ir.types, instr.ty));
            counted.own += share * (1.0 + (bytes / 16) as f64);
            let callee = instr.op.call().and_then(|call| ir.direct_callee(call.callee));
            // What its author keeps apart is called, and has a share of its own.
            let callee = callee.filter(|callee| !ir.func(*callee).stays_apart());
            counted.calls.extend(callee.map(|callee| (callee, share)));
        }
    }
    Some(counted)
}
