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
    let look = |at| counted(grown, at);
    let mut work = Work::new(&look);
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

/// What is known of a function's calls.
#[derive(Clone)]
enum Counted {
    /// It is not in the program.
    Elsewhere,
    /// Nobody has counted.
    Unknown,
    Body(Rc<Body>),
}

/// What a call of a function executes itself, on average, and how often it comes to each of its calls of what may be
/// a part of it.
struct Body {
    own: f64,
    calls: Vec<(FuncId, f64)>,
}

struct Work<'a> {
    look: &'a dyn Fn(At) -> Counted,
    /// What `look` said.
    bodies: BTreeMap<At, Counted>,
    known: BTreeMap<At, f64>,
    /// What was found by function and depth for the function that is looked at: one is called in many ways, whose
    /// number grows with each call within a call.
    found: BTreeMap<(At, u32), f64>,
}

impl<'a> Work<'a> {
    fn new(look: &'a dyn Fn(At) -> Counted) -> Self {
        Self { look, bodies: BTreeMap::new(), known: BTreeMap::new(), found: BTreeMap::new() }
    }

    /// Instructions that a call of a function executes on average, each as often as its result has 16 bytes, with
    /// those of functions that may be a part of it; infinite where nobody knows.
    fn per_call(&mut self, at: At) -> f64 {
        self.found.clear();
        let cost = self.within(at, DEPTH);
        if matches!(self.body(at), Counted::Body(_)) {
            self.known.insert(at, cost);
        }
        cost
    }

    /// The same where no more than so many calls within calls are looked at.
    fn within(&mut self, at: At, depth: u32) -> f64 {
        if let Some(known) = self.known.get(&at).or_else(|| self.found.get(&(at, depth))) {
            return *known;
        }
        let body = match self.body(at) {
            Counted::Elsewhere => return 1.0,
            Counted::Body(body) if depth > 0 => body,
            Counted::Body(_) | Counted::Unknown => return f64::INFINITY,
        };
        let mut sum = body.own;
        for (callee, share) in &body.calls {
            sum += share * self.within((at.0, *callee), depth - 1);
        }
        self.found.insert((at, depth), sum);
        sum
    }

    fn body(&mut self, at: At) -> Counted {
        let look = self.look;
        self.bodies.entry(at).or_insert_with(|| look(at)).clone()
    }
}

/// What the counts of its blocks say of a function.
fn counted(grown: &Grown, (module, func): At) -> Counted {
    let ir: &Module = &grown.programs[module as usize].module;
    let (body, profile) = (ir.func(func), grown.profile(module, func));
    if body.is_declaration() {
        return Counted::Elsewhere;
    }
    let entries = profile.blocks.first().copied().unwrap_or(0);
    if entries == 0 || profile.blocks.len() != body.blocks.len() {
        return Counted::Unknown;
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
    Counted::Body(Rc::new(counted))
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    /// Each of seven functions calls the next forty times: four thousand million ways from the first to the last.
    #[test]
    fn calls_within_calls_are_looked_at_once() {
        let look = |(_, func): At| {
            let calls = if func.0 < 6 { vec![(FuncId(func.0 + 1), 1.0); 40] } else { Vec::new() };
            Counted::Body(Rc::new(Body { own: 1.0, calls }))
        };
        let wanted = (0..6).fold(1.0, |cost, _| 1.0 + 40.0 * cost);
        assert_eq!(Work::new(&look).per_call((0, FuncId(0))), wanted);
    }

    #[test]
    fn what_nobody_has_counted_may_be_any_amount() {
        let look = |(_, func): At| match func.0 {
            0 => Counted::Body(Rc::new(Body { own: 2.0, calls: vec![(FuncId(1), 0.5)] })),
            1 => Counted::Elsewhere,
            2 => Counted::Body(Rc::new(Body { own: 2.0, calls: vec![(FuncId(3), 0.5)] })),
            // It calls itself: at some depth nobody knows.
            4 => Counted::Body(Rc::new(Body { own: 2.0, calls: vec![(FuncId(4), 0.5)] })),
            _ => Counted::Unknown,
        };
        let mut work = Work::new(&look);
        let costs: Vec<f64> = (0..5).map(|func| work.per_call((0, FuncId(func)))).collect();
        assert_eq!(costs, [2.5, 1.0, f64::INFINITY, f64::INFINITY, f64::INFINITY]);
    }
}
