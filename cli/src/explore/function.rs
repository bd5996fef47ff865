//! All that is known of one function, and who calls whom.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use snapshot_fmt::{FunctionRecord, Snapshot, Target};

use crate::explore::bodies::{self, Bodies, Body};
use crate::explore::source::Source;
use crate::snapshot::again::{Again, Makers};
use crate::snapshot::disasm::{self, disassemble};
use crate::snapshot::loops::Pressure;
use crate::snapshot::names::{LEVELS, code_bytes, cycles_a_call, plain};
use crate::snapshot::{events, variants};

/// Why functions of the last boot were not used or not compiled, by `module:symbol`.
pub(crate) type Refusals = HashMap<String, String>;

/// Whether each function, by `module:name`, is in a shrunk image, and why.
pub(super) type Fates = HashMap<String, (bool, String)>;

/// One function.
#[derive(Serialize, Default)]
pub(super) struct Function {
    pub module: String,
    /// As its source has it.
    pub name: String,
    pub symbol: String,
    pub level: u8,
    /// Cycles of all its calls, callees included: calls times their mean, or what was measured.
    pub heat: u64,
    pub calls: u64,
    pub back_edges: u64,
    pub avg: u64,
    pub min: u64,
    pub max: u64,
    pub samples: u64,
    pub bytes: u64,
    pub compiler: String,
    pub options: String,
    pub compiles: u32,
    pub compile_us: u64,
    pub history: Vec<(u32, u8)>,
    pub verdict: Option<Verdict>,
    /// What was seen in its parameters and behind its indirect calls, what the processor counted, and what its
    /// code does with its frame, in words.
    pub seen: Vec<String>,
    /// Why it is as it is.
    pub why: Vec<String>,
    /// Whether it is in a shrunk image, where that is known.
    pub kept: Option<bool>,
    pub callees: Vec<Callee>,
    /// Indices of functions that call it, inlined or not.
    pub callers: Vec<usize>,
    pub head: String,
    pub source: Option<Source>,
    pub ir: Vec<bodies::Block>,
    pub code: Vec<disasm::Block>,
}

/// How a tournament ended.
#[derive(Serialize)]
pub(super) struct Verdict {
    pub winner: u32,
    /// Names, median cycles of a call, and what is known of the code, in words.
    pub variants: Vec<(String, u64, String)>,
}

/// Somebody who is called.
#[derive(Serialize)]
pub(super) struct Callee {
    pub symbol: String,
    /// Where it is in the list of functions, when it is there.
    pub to: Option<usize>,
    /// `call`, `inlined` or `indirect`.
    pub how: &'static str,
    /// How often, where that was counted.
    pub count: Option<u64>,
}

/// Every function of the programs: those that ran, with all that was learned, and the others.
pub(super) fn all(
    snapshot: &Snapshot,
    bodies: &Bodies,
    fates: &Fates,
    refusals: &Refusals,
) -> Vec<Function> {
    let known: HashMap<(u32, &str), &FunctionRecord> =
        snapshot.functions.iter().map(|f| ((f.module, f.name.as_str()), f)).collect();
    let keys: BTreeSet<(u32, &str)> = bodies
        .keys()
        .map(|(module, name)| (*module, name.as_str()))
        .chain(known.keys().copied())
        .collect();
    let empty = Body::default();
    let makers = Makers::of(snapshot);
    let again = |module| Again::new(&makers, snapshot, module);
    let mut programs = HashMap::new();
    let mut functions = Vec::new();
    for (module, symbol) in keys {
        let module_name =
            snapshot.modules.get(module as usize).map_or("?", |module| module.name.as_str());
        let body = bodies.get(&(module, symbol.to_owned())).unwrap_or(&empty);
        let record = known.get(&(module, symbol)).copied();
        let mut function = Function {
            module: module_name.to_owned(),
            name: plain(symbol),
            symbol: symbol.to_owned(),
            head: body.head.clone(),
            source: body.source.clone(),
            ir: body.blocks.clone(),
            ..Function::default()
        };
        if let Some(record) = record {
            learned(&mut function, record);
            if let Some(verdict) = &record.verdict {
                let program = programs.entry(module).or_insert_with(|| again(module));
                let all = variants::of(program, record).into_iter();
                let all = all.map(|one| (one.name.clone(), one.median_cycles, one.words()));
                let variants: Vec<_> = all.collect();
                let held = !variants.is_empty();
                function.verdict = held.then_some(Verdict { winner: verdict.winner, variants });
            }
        }
        function.callees = callees(body, record);
        let full = format!("{module_name}:{symbol}");
        function.why = why(&function, record, refusals.get(&full));
        // The shrinker names functions of a single module without it.
        let named = [full, format!("{module_name}:{}", function.name), symbol.to_owned()];
        if let Some((kept, why)) = named.iter().find_map(|name| fates.get(name)) {
            function.kept = Some(*kept);
            let word = if *kept { "in a shrunk image" } else { "dropped from a shrunk image" };
            function.why.push(format!("{word}: {why}"));
        }
        functions.push(function);
    }
    functions
}

/// What the snapshot says of it.
fn learned(function: &mut Function, record: &FunctionRecord) {
    let profile = &record.profile;
    let avg = cycles_a_call(record);
    function.level = record.level;
    function.heat = profile.calls.saturating_mul(avg).max(profile.cycles.total);
    function.calls = profile.calls;
    function.back_edges = profile.back_edges;
    function.avg = avg;
    function.min = profile.cycles.min;
    function.max = profile.cycles.max;
    function.samples = profile.cycles.samples;
    function.bytes = code_bytes(record);
    function.compiler.clone_from(&record.compiler);
    function.options.clone_from(&record.options);
    function.compiles = record.compiles;
    function.compile_us = record.compile_ns / 1000;
    function.history.clone_from(&record.history);
    for param in &profile.params {
        let mut values: Vec<String> =
            param.values.iter().map(|(value, count)| format!("{value} {count}×")).collect();
        values.push(format!("others {}×", param.other));
        function.seen.push(format!("parameter {}: {}", param.param, values.join(", ")));
    }
    for line in events::words(&events::of(record)) {
        function.seen.push(format!("events: {line}"));
    }
    for block in &mut function.ir {
        block.count = profile.blocks.get(block.id as usize).copied();
    }
    if let Some(source) = &mut function.source {
        source.count(&profile.blocks);
    }
    if let Some(object) = &record.object {
        function.code = disassemble(object, &profile.blocks);
        let (frame, _) = disasm::frame_of(&function.code, &profile.blocks);
        let (reads, writes) = (frame.reads, frame.writes);
        let inside = Pressure::of(&object.text).in_loops;
        let inside = format!("{} and {} of them in loops", inside.reads, inside.writes);
        function
            .seen
            .push(format!("frame: {reads} reads and {writes} writes in its code, {inside}"));
    }
}

/// Whom it calls. A function that the body names and its code does not is part of that code.
fn callees(body: &Body, record: Option<&FunctionRecord>) -> Vec<Callee> {
    let object = record.and_then(|record| record.object.as_ref());
    let in_code: Option<BTreeSet<&str>> = object.map(|object| {
        let names = object.relocs.iter().filter_map(|reloc| match &reloc.target {
            Target::Symbol(name) => Some(name.as_str()),
            _ => None,
        });
        names.collect()
    });
    let mut callees = Vec::new();
    for symbol in &body.calls {
        let inlined = in_code.as_ref().is_some_and(|names| !names.contains(symbol.as_str()));
        let how = if inlined { "inlined" } else { "call" };
        callees.push(Callee { symbol: symbol.clone(), to: None, how, count: None });
    }
    let sites = record.map_or(&[][..], |record| &record.profile.sites[..]);
    let mut targets: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, count) in sites.iter().flat_map(|site| &site.targets) {
        *targets.entry(name).or_default() += count;
    }
    for (symbol, count) in targets {
        let symbol = symbol.to_owned();
        callees.push(Callee { symbol, to: None, how: "indirect", count: Some(count) });
    }
    callees
}

/// Why it is at its level, in words.
fn why(
    function: &Function,
    record: Option<&FunctionRecord>,
    refusal: Option<&String>,
) -> Vec<String> {
    let mut why = Vec::new();
    let Some(record) = record else {
        why.push("never ran and was never compiled".to_owned());
        return why;
    };
    if let Some(refusal) = refusal {
        why.push(format!("rejected in the last boot: {refusal}"));
    }
    let level = LEVELS.get(usize::from(record.level)).copied().unwrap_or("?");
    match record.history.last() {
        Some((boot, _)) if record.object.is_some() => {
            why.push(format!("at {level} since boot {boot}"));
        }
        Some((boot, _)) => why.push(format!(
            "rose in boot {boot}, and this snapshot has no code of it: it was rejected, or replaced \
             and not made again"
        )),
        None if record.object.is_some() => why.push(format!("at {level}, compiled ahead of its need")),
        None if function.calls == 0 => {
            why.push("was never called by itself: what calls it has it inlined, or did not come to it"
                .to_owned());
        }
        None => why.push(format!(
            "stays with the interpreter: {} calls and {} back edges are fewer than compiling is \
             worth",
            function.calls, function.back_edges
        )),
    }
    why
}

/// Says who calls whom, by place in the list, and where a function has gone that was inlined.
pub(super) fn connect(functions: &mut [Function]) {
    let places: HashMap<(String, String), usize> = (functions.iter().enumerate())
        .map(|(at, function)| ((function.module.clone(), function.symbol.clone()), at))
        .collect();
    let mut callers: Vec<Vec<usize>> = vec![Vec::new(); functions.len()];
    let mut inlined: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (at, function) in functions.iter_mut().enumerate() {
        for callee in &mut function.callees {
            callee.to = places.get(&(function.module.clone(), callee.symbol.clone())).copied();
            let Some(to) = callee.to else { continue };
            if !callers[to].contains(&at) {
                callers[to].push(at);
            }
            if callee.how == "inlined" {
                inlined.entry(to).or_default().push(function.name.clone());
            }
        }
        // What nobody defines has no code that could have been inlined.
        function.callees.iter_mut().filter(|callee| callee.to.is_none()).for_each(|callee| {
            if callee.how == "inlined" {
                callee.how = "call";
            }
        });
    }
    for (function, callers) in functions.iter_mut().zip(callers) {
        function.callers = callers;
    }
    for (at, into) in inlined {
        functions[at].why.push(format!("inlined into {}", into.join(", ")));
    }
}
