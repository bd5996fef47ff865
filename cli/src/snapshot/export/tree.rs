//! From counts of calls and cycles of functions to stacks with cycles of their own; the same of any other event that
//! processors count.

use std::collections::{BTreeMap, HashMap};

use bareflow_ir::{BlockId, Function, Module};
use bareflow_profile::Event;
use bareflow_program::recorded;
use snapshot_fmt::{FunctionRecord, ModuleRecord, Snapshot};

use crate::snapshot::events;
use crate::snapshot::names::{cycles_a_call, plain};

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

/// Functions that called each other, outermost first, and cycles or other events in the last of them alone.
#[derive(Debug)]
pub(super) struct Stack {
    pub(super) frames: Vec<Frame>,
    pub(super) own: u64,
}

/// All stacks of all modules, in an order in which equal beginnings stand together; of cycles where no event is named.
pub(super) fn stacks(snapshot: &Snapshot, event: Option<Event>) -> Vec<Stack> {
    let mut found = BTreeMap::new();
    let setting = snapshot.settings.iter().find(|(name, _)| name == "calls");
    let a_boot: f64 = setting.and_then(|(_, calls)| calls.parse().ok()).unwrap_or(1.0);
    let entries = a_boot * f64::from(snapshot.boot_count.max(1));
    for (index, module) in (0..).zip(&snapshot.modules) {
        let functions: Vec<&FunctionRecord> =
            snapshot.functions.iter().filter(|function| function.module == index).collect();
        // Without its bitcode nobody knows who calls whom.
        let calls = recorded(snapshot, module)
            .map(|program| calls(&program.module, &functions))
            .unwrap_or_default();
        let root = Frame { name: module.name.clone(), level: MODULE };
        let functions = functions.into_iter().map(|f| (f.name.as_str(), f)).collect();
        let mut walk = Walk { functions, calls, event, whole: 0.0, out: &mut found };
        walk.module(module, root, entries);
    }
    found.into_iter().map(|(frames, own)| Stack { frames, own }).collect()
}

/// One line a stack: frames with `;` between them, a blank, cycles or other events.
pub(super) fn collapsed(stacks: &[Stack]) -> String {
    let mut text = String::new();
    for stack in stacks {
        let names: Vec<_> =
            stack.frames.iter().map(|frame| frame.name.replace([';', '\n'], ":")).collect();
        text += &format!("{} {}\n", names.join(";"), stack.own);
    }
    text
}

/// How often each function calls each other one in one call of its own, by name.
type Calls = HashMap<String, HashMap<String, f64>>;

/// Blocks are counted while they are interpreted: what they call, by how often the function was
/// entered meanwhile.
fn calls(module: &Module, functions: &[&FunctionRecord]) -> Calls {
    let by_name: HashMap<&str, &Function> =
        module.funcs.iter().map(|function| (function.name.as_str(), function)).collect();
    let mut calls = Calls::new();
    for record in functions {
        let Some(function) = by_name.get(record.name.as_str()) else { continue };
        let entered = record.profile.blocks.first().copied().unwrap_or(0);
        if entered == 0 {
            continue;
        }
        let mut counts: HashMap<String, u64> = HashMap::new();
        for (target, count) in record.profile.sites.iter().flat_map(|site| &site.targets) {
            *counts.entry(target.clone()).or_default() += count;
        }
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
        let rates = counts.into_iter().map(|(name, count)| (name, count as f64 / entered as f64));
        calls.insert(record.name.clone(), rates.collect());
    }
    calls
}

/// A way through the calls of one module.
struct Walk<'a> {
    functions: HashMap<&'a str, &'a FunctionRecord>,
    calls: Calls,
    /// What is shared out instead of cycles.
    event: Option<Event>,
    /// Cycles of the entry, all calls.
    whole: f64,
    out: &'a mut BTreeMap<Vec<Frame>, u64>,
}

impl Walk<'_> {
    /// Mean cycles of a call, what it calls included.
    fn cycles(&self, name: &str) -> f64 {
        let Some(record) = self.functions.get(name) else { return 0.0 };
        match self.event {
            Some(event) => events::a_call(&events::of(record), event),
            None => cycles_a_call(record) as f64,
        }
    }

    fn module(&mut self, module: &ModuleRecord, root: Frame, calls: f64) {
        if !self.functions.contains_key(module.entry.as_str()) {
            return;
        }
        // An entry that was never sampled takes at least what it calls.
        let below: f64 = self.below(&module.entry).iter().map(|(_, cycles, _)| cycles).sum();
        self.whole = self.cycles(&module.entry).max(below) * calls;
        self.descend(&module.entry, self.whole, calls, vec![root]);
    }

    /// What a function calls in one call of its own: name, cycles, calls.
    fn below(&self, name: &str) -> Vec<(String, f64, f64)> {
        let Some(rates) = self.calls.get(name) else { return Vec::new() };
        let mut below: Vec<_> = rates
            .iter()
            .map(|(callee, rate)| (callee.clone(), self.cycles(callee) * rate, *rate))
            .collect();
        below.sort_by(|a, b| a.0.cmp(&b.0));
        below
    }

    /// Shares the `cycles` of so many `calls` among a function and what it calls.
    fn descend(&mut self, name: &str, cycles: f64, calls: f64, mut path: Vec<Frame>) {
        path.push(self.frame(name));
        let mut below = self.below(name);
        below.retain(|(callee, part, _)| {
            // What calls itself is one frame.
            let again = path.contains(&self.frame(callee));
            !again && path.len() < DEEPEST && part * calls > self.whole * LEAST
        });
        // Samples differ from call to call: what is called takes no more than the caller.
        let sum: f64 = below.iter().map(|(_, part, _)| part * calls).sum();
        let fit = if sum > cycles { cycles / sum } else { 1.0 };
        for (callee, part, rate) in below {
            self.descend(&callee, part * calls * fit, calls * rate, path.clone());
        }
        let own = cycles - sum * fit;
        if own >= 1.0 {
            *self.out.entry(path).or_default() += own as u64;
        }
    }

    fn frame(&self, name: &str) -> Frame {
        let level = self.functions.get(name).map_or(0, |record| record.level);
        Frame { name: plain(name), level }
    }
}
