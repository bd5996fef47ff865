//! From counts of calls and cycles of functions to stacks with cycles of their own.

use std::collections::{BTreeMap, HashMap};

use bareflow_ir::{BlockId, Function, Module};
use snapshot_fmt::{FunctionRecord, ModuleRecord, Snapshot};

use crate::snapshot::names::{cycles_a_call, plain};
use crate::snapshot::recompile::program;

/// Calls within calls are followed this far.
const DEEPEST: usize = 64;
/// What takes a smaller part of the whole than this is left with its caller.
const LEAST: f64 = 1e-5;

/// A function of a stack.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Frame {
    pub(super) name: String,
    /// 0 the interpreter, 1 to 4 O0 to O3; 5 a module.
    pub(super) level: u8,
}

/// The level of a frame that is a whole module.
pub(super) const MODULE: u8 = 5;

/// Functions that called each other, outermost first, and cycles in the last of them alone.
#[derive(Debug)]
pub(super) struct Stack {
    pub(super) frames: Vec<Frame>,
    pub(super) cycles: u64,
}

/// All stacks of all modules, in an order in which equal beginnings stand together.
pub(super) fn stacks(snapshot: &Snapshot) -> Vec<Stack> {
    let mut found = BTreeMap::new();
    for (index, module) in (0..).zip(&snapshot.modules) {
        let functions: Vec<&FunctionRecord> =
            snapshot.functions.iter().filter(|function| function.module == index).collect();
        // Without its bitcode nobody knows who calls whom: then functions stand side by side.
        let calls = program(snapshot, module)
            .map(|program| calls(&program.module, &functions))
            .unwrap_or_default();
        let root = Frame { name: module.name.clone(), level: MODULE };
        let mut walk = Walk::new(functions, calls, &mut found);
        walk.module(module, root);
    }
    found.into_iter().map(|(frames, cycles)| Stack { frames, cycles }).collect()
}

/// One line a stack: frames with `;` between them, a blank, cycles.
pub(super) fn collapsed(stacks: &[Stack]) -> String {
    let mut text = String::new();
    for stack in stacks {
        let names: Vec<_> =
            stack.frames.iter().map(|frame| frame.name.replace([';', '\n'], ":")).collect();
        text += &format!("{} {}\n", names.join(";"), stack.cycles);
    }
    text
}

/// How often each function called each other one, by name.
type Calls = HashMap<String, HashMap<String, u64>>;

fn calls(module: &Module, functions: &[&FunctionRecord]) -> Calls {
    let by_name: HashMap<&str, &Function> =
        module.funcs.iter().map(|function| (function.name.as_str(), function)).collect();
    let mut calls = Calls::new();
    for record in functions {
        let counts = calls.entry(record.name.clone()).or_default();
        for (target, count) in record.profile.sites.iter().flat_map(|site| &site.targets) {
            *counts.entry(target.clone()).or_default() += count;
        }
        let Some(function) = by_name.get(record.name.as_str()) else { continue };
        for (block, count) in record.profile.blocks.iter().enumerate() {
            if *count == 0 || block >= function.blocks.len() {
                continue;
            }
            for instr in function.block(BlockId::new(block)) {
                let call = instr.op.call();
                if let Some(id) = call.and_then(|call| module.direct_callee(call.callee)) {
                    *counts.entry(module.func(id).name.clone()).or_default() += count;
                }
            }
        }
    }
    calls
}

/// A way through the calls of one module.
struct Walk<'a> {
    functions: HashMap<&'a str, &'a FunctionRecord>,
    calls: Calls,
    /// How often each function was called, by all others together.
    called: HashMap<String, u64>,
    whole: f64,
    out: &'a mut BTreeMap<Vec<Frame>, u64>,
}

impl<'a> Walk<'a> {
    fn new(
        functions: Vec<&'a FunctionRecord>,
        calls: Calls,
        out: &'a mut BTreeMap<Vec<Frame>, u64>,
    ) -> Self {
        let mut called: HashMap<String, u64> = HashMap::new();
        for (name, count) in calls.values().flatten() {
            *called.entry(name.clone()).or_default() += count;
        }
        let functions = functions.into_iter().map(|f| (f.name.as_str(), f)).collect();
        Self { functions, calls, called, whole: 0.0, out }
    }

    /// Cycles of all calls of a function, what it called included.
    fn all(&self, name: &str) -> f64 {
        let record = self.functions.get(name);
        record.map_or(0.0, |record| record.profile.calls as f64 * cycles_a_call(record) as f64)
    }

    fn module(&mut self, module: &ModuleRecord, root: Frame) {
        let entry = self.functions.get(module.entry.as_str()).map(|record| record.name.clone());
        if self.calls.is_empty() || entry.is_none() {
            let names: Vec<&str> = self.functions.keys().copied().collect();
            for name in names {
                let frames = vec![root.clone(), self.frame(name)];
                self.add(frames, self.all(name));
            }
            return;
        }
        let entry = entry.unwrap_or_default();
        // An entry that was never sampled takes at least what it called took.
        let below: f64 = self.below(&entry, 1.0).iter().map(|(_, share, _)| share).sum();
        self.whole = self.all(&entry).max(below);
        self.descend(&entry, self.whole, 1.0, vec![root]);
    }

    /// What a function called: name, cycles, part of all calls of the callee; for the part
    /// `share` of the function's own calls.
    fn below(&self, name: &str, share: f64) -> Vec<(String, f64, f64)> {
        let Some(counts) = self.calls.get(name) else { return Vec::new() };
        let mut below: Vec<_> = counts
            .iter()
            .map(|(callee, count)| {
                let all = self.called.get(callee).copied().unwrap_or(0).max(1);
                let part = share * *count as f64 / all as f64;
                (callee.clone(), self.all(callee) * part, part)
            })
            .collect();
        below.sort_by(|a, b| a.0.cmp(&b.0));
        below
    }

    fn descend(&mut self, name: &str, cycles: f64, share: f64, mut path: Vec<Frame>) {
        path.push(self.frame(name));
        let outer = |frame: &Frame, callee: &str| frame.name == plain(callee);
        let mut below = self.below(name, share);
        below.retain(|(callee, cycles, _)| {
            let again = path.iter().any(|frame| outer(frame, callee));
            !again && path.len() < DEEPEST && *cycles > self.whole * LEAST
        });
        // Samples differ from call to call: what is called takes no more than the caller.
        let sum: f64 = below.iter().map(|(_, cycles, _)| cycles).sum();
        let fit = if sum > cycles { cycles / sum } else { 1.0 };
        for (callee, part, share) in below {
            self.descend(&callee, part * fit, share, path.clone());
        }
        self.add(path, cycles - sum * fit);
    }

    fn frame(&self, name: &str) -> Frame {
        let level = self.functions.get(name).map_or(0, |record| record.level);
        Frame { name: plain(name), level }
    }

    fn add(&mut self, frames: Vec<Frame>, cycles: f64) {
        if cycles >= 1.0 {
            *self.out.entry(frames).or_default() += cycles as u64;
        }
    }
}
