//! From profiles to levels, and to the code that belongs to them.

use bareflow_cranelift::Cranelift;
use bareflow_ir::{FuncId, Module, Symbol};
use bareflow_object::{Compiler, CpuFeatures, Entry, Options, Request};
use bareflow_profile::{Cycles, FunctionProfile, Level, ProfileLine, shape_of};
use bareflow_program::{Program, recorded};
use bareflow_records as records;
use bareflow_session::Thresholds;
use serde::Serialize;
use snapshot_fmt::{FunctionRecord, Snapshot};

use crate::failure::Failure;
use crate::sync::log::Reading;

/// What became of one function.
#[derive(Serialize, Debug)]
pub(super) struct Decision {
    pub module: String,
    pub function: String,
    pub calls: u64,
    pub rounds: u64,
    /// The level it had on the disk.
    pub before: Level,
    /// The level it starts at.
    pub level: Level,
    /// Bytes of the code that was made for that here.
    pub code_bytes: Option<u64>,
    /// Why it is not compiled as its counts would have it.
    pub note: Option<String>,
}

/// The level that so many calls and rounds of loops deserve (`engine/session/src/policy/rising.rs`).
fn deserved(count: u64, thresholds: Thresholds) -> Level {
    match count {
        n if n >= thresholds.2 => Level::O3,
        n if n >= thresholds.1 => Level::O2,
        n if n >= thresholds.0 => Level::O1,
        n if n >= (thresholds.0 / 10).max(1) => Level::O0,
        _ => Level::Interp,
    }
}

/// The thresholds that the disk's machine goes by.
pub(super) fn thresholds(snapshot: &Snapshot) -> Thresholds {
    let found = snapshot.settings.iter().find(|(name, _)| name == "thresholds");
    let numbers = found.and_then(|(_, text)| {
        text.split(',').map(|number| number.parse().ok()).collect::<Option<Vec<u64>>>()
    });
    match numbers.as_deref() {
        Some(&[a, b, c]) => Thresholds(a, b, c),
        _ => Thresholds::default(),
    }
}

/// Takes profiles into a snapshot and compiles what they have rise.
pub(super) fn apply(
    snapshot: &mut Snapshot,
    reading: &Reading,
    thresholds: Thresholds,
) -> Result<Vec<Decision>, Failure> {
    let own = bareflow_session::engine();
    if snapshot.engine.engine != own {
        // No machine of this engine would run it.
        for function in &mut snapshot.functions {
            function.object = None;
            function.osr.clear();
            function.level = 0;
        }
        snapshot.engine.engine = own;
    }
    let cpu = CpuFeatures::from_names(snapshot.engine.features.iter().map(String::as_str));
    let cpu = cpu.unwrap_or_default();
    let mut decisions = Vec::new();
    for index in 0..snapshot.modules.len() as u32 {
        let module = &snapshot.modules[index as usize];
        let program = recorded(snapshot, module)
            .map_err(|why| Failure::usage(format!("module {}: {why}", module.name)))?;
        let work = Work { program, index, thresholds, cpu };
        decisions.extend(work.apply(snapshot, reading));
    }
    for (module, function) in reading.profiles.keys() {
        let known = |decision: &Decision| {
            decision.function == *function && module.as_ref().is_none_or(|m| decision.module == *m)
        };
        if !decisions.iter().any(known) {
            let profile = &reading.profiles[&(module.clone(), function.clone())];
            decisions.push(Decision {
                module: module.clone().unwrap_or_default(),
                note: Some("not in the programs of the disk".to_owned()),
                ..Decision::of(profile)
            });
        }
    }
    decisions.sort_by_key(|decision| {
        let count = decision.calls.saturating_add(decision.rounds);
        (std::cmp::Reverse(count), decision.module.clone(), decision.function.clone())
    });
    Ok(decisions)
}

impl Decision {
    fn of(profile: &ProfileLine) -> Self {
        Self {
            module: String::new(),
            function: profile.function.clone(),
            calls: profile.calls,
            rounds: profile.back_edges,
            before: Level::Interp,
            level: Level::Interp,
            code_bytes: None,
            note: None,
        }
    }
}

/// One program of the disk.
struct Work {
    program: Program,
    index: u32,
    thresholds: Thresholds,
    cpu: CpuFeatures,
}

impl Work {
    fn apply(&self, snapshot: &mut Snapshot, reading: &Reading) -> Vec<Decision> {
        let ir: &Module = &self.program.module;
        let mut risen = Vec::new();
        let mut decisions = Vec::new();
        for func in ir.func_ids().filter(|func| !ir.func(*func).is_declaration()) {
            let name = &ir.func(func).name;
            let Some(line) = reading.of(&self.program.name, name) else { continue };
            let at = self.record(snapshot, func);
            let record = &mut snapshot.functions[at];
            let mut decision = Decision { module: self.program.name.clone(), ..Decision::of(line) };
            decision.before = records::level_from_record(record.level);
            decision.level = decision.before;
            if line.calls < record.profile.calls {
                decision.note = Some("the disk has counted more already".to_owned());
            } else {
                let (profile, whole) = profile_of(line, ir, func);
                record.profile = records::profile_to_record(&profile);
                if !whole {
                    decision.note = Some("another body was counted: totals only".to_owned());
                }
            }
            let count = record.profile.calls.saturating_add(record.profile.back_edges);
            let level = deserved(count, self.thresholds);
            if level > decision.before {
                decision.level = level;
                risen.push((at, func, decisions.len()));
            }
            decisions.push(decision);
        }
        self.compile(snapshot, &risen, &mut decisions);
        decisions
    }

    /// Where the record of a function is; it gets one if it has none.
    fn record(&self, snapshot: &mut Snapshot, func: FuncId) -> usize {
        let name = &self.program.module.func(func).name;
        let known = |record: &FunctionRecord| record.module == self.index && record.name == *name;
        snapshot.functions.iter().position(known).unwrap_or_else(|| {
            snapshot.functions.push(FunctionRecord {
                module: self.index,
                name: name.clone(),
                body_hash: records::body_hash(&self.program.module, func),
                ..FunctionRecord::default()
            });
            snapshot.functions.len() - 1
        })
    }

    /// Makes the code, of what compilers are told in a new epoch, which is kept so that the code can be made
    /// again.
    fn compile(
        &self,
        snapshot: &mut Snapshot,
        risen: &[(usize, FuncId, usize)],
        decisions: &mut [Decision],
    ) {
        if risen.is_empty() {
            return;
        }
        let ir: &Module = &self.program.module;
        let (epoch, evidence) = self.tell(snapshot);
        let compiler = Cranelift::new();
        let mut features: Vec<String> = self.cpu.names().into_iter().map(String::from).collect();
        features.sort_unstable();
        let boot = snapshot.boot_count + 1;
        for (at, func, number) in risen {
            let decision = &mut decisions[*number];
            let level = decision.level;
            let options = Options { instrument: level < Level::O3, ..Options::default() };
            let request = Request {
                module: ir,
                func: *func,
                level,
                entry: Entry::Call,
                profile: if level >= Level::O2 { &evidence } else { &[] },
                cpu: self.cpu,
                options: &options,
            };
            let object = match compiler.compile(&request) {
                Ok(object) => object,
                Err(error) => {
                    decision.level = decision.before;
                    decision.note = Some(error.to_string());
                    continue;
                }
            };
            decision.code_bytes = Some(object.text.len() as u64);
            let record = &mut snapshot.functions[*at];
            record.level = records::level_to_record(level);
            compiler.name().clone_into(&mut record.compiler);
            record.options = options.to_string();
            record.features.clone_from(&features);
            record.epoch = (level >= Level::O2).then_some(epoch);
            record.body_hash = records::body_hash(ir, *func);
            record.object = Some(records::object_to_record(&object));
            record.verdict = None;
            record.history.push((boot, record.level));
            record.compiles = record.compiles.saturating_add(1);
        }
    }

    /// What compilers are told from now on, by function, and since which epoch.
    fn tell(&self, snapshot: &mut Snapshot) -> (u32, Vec<FunctionProfile>) {
        let ir: &Module = &self.program.module;
        let own = |record: &&mut FunctionRecord| record.module == self.index;
        let epochs = snapshot.functions.iter().filter(|record| record.module == self.index);
        let epochs = epochs.flat_map(|record| {
            let told = record.evidence.iter().map(|(epoch, _)| *epoch);
            told.chain(record.epoch).chain(record.osr.iter().filter_map(|osr| osr.epoch))
        });
        let epoch = epochs.max().map_or(1, |last| last.saturating_add(1));
        let mut evidence = vec![FunctionProfile::default(); ir.funcs.len()];
        for record in snapshot.functions.iter_mut().filter(own) {
            let Some(Symbol::Func(func)) = ir.symbol(&record.name) else { continue };
            let mut profile = records::profile_from_record(&record.profile);
            profile.fit(ir.func(func));
            let told = records::evidence_to_record(&profile.evidence());
            let before = record.evidence.last().map(|(_, told)| told.clone()).unwrap_or_default();
            // As it will be read.
            evidence[func.index()] = records::evidence_from_record(&told);
            if told != before {
                record.evidence.push((epoch, told));
            }
        }
        (epoch, evidence)
    }
}

/// A line as the profile of a function, as far as it is of the same body.
fn profile_of(line: &ProfileLine, ir: &Module, func: FuncId) -> (FunctionProfile, bool) {
    let cycles = line.cycles;
    let mut profile = FunctionProfile {
        calls: line.calls,
        back_edges: line.back_edges,
        cycles: Cycles {
            samples: cycles.samples,
            total: cycles.total,
            min: cycles.min,
            max: cycles.max,
        },
        // A line does not say: the numbers of blocks and edges have to do.
        shape: shape_of(ir.func(func)),
        blocks: line.blocks.clone(),
        edges: line.edges.clone(),
        sites: line.indirect_calls.clone(),
        params: line.params.clone(),
        events: line.events.clone(),
    };
    profile.normalise();
    let whole = profile.fit(ir.func(func)) == bareflow_profile::Fit::Whole;
    (profile, whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_decide_as_the_machine_does() {
        let at = |count| deserved(count, Thresholds::default());
        let edges = [
            (0, Level::Interp),
            (9, Level::Interp),
            (10, Level::O0),
            (99, Level::O0),
            (100, Level::O1),
            (999, Level::O1),
            (1_000, Level::O2),
            (9_999, Level::O2),
            (10_000, Level::O3),
            (u64::MAX, Level::O3),
        ];
        for (count, level) in edges {
            assert_eq!(at(count), level, "{count}");
        }
    }
}
