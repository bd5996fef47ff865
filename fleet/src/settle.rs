//! What a new machine starts from, as far as a fleet knows. It follows from the [`Fleet`] alone:
//!
//! - of each machine the newest boot counts, as counts only grow from boot to boot;
//! - a machine weighs no more than the middle one of all with these programs: one that has run for a year, or lies, does not
//!   drown the others;
//! - counts of another version of the program are fitted to the present one, as a single machine does;
//! - code is one machine's, of those of the same programs and engine that have run long enough the one that is of
//!   the new machine's model and agrees with most on what is fast, and only such as the new machine can run.

use std::collections::BTreeMap;

use bareflow_ir::Symbol;
use bareflow_profile::FunctionProfile;
use bareflow_program::recorded;
use bareflow_records::{body_hash, profile_from_record, profile_to_record};
use serde::Serialize;
use snapshot_fmt::{FunctionRecord, Snapshot};

use crate::entry::{Entry, Origin};
use crate::merge::{Fleet, identity, programs, weight};
use crate::verdicts::Votes;

/// What is known of a new machine.
#[derive(Clone, Copy, Debug)]
pub struct Newcomer<'a> {
    /// What its engine calls itself: code of others is not taken.
    pub engine: &'a str,
    /// Features of its processor; `None`: all that any code asks for.
    pub features: Option<&'a [String]>,
    /// The processor's brand.
    pub cpu: Option<&'a str>,
}

/// A snapshot that did not decide all that it could, and why.
#[derive(Clone, PartialEq, Eq, Serialize, Debug)]
pub struct Refused {
    /// Whose it is.
    #[serde(flatten)]
    pub origin: Origin,
    /// Why.
    pub why: String,
}

/// What a new machine starts from.
#[derive(Clone, PartialEq, Debug)]
pub struct Settled {
    /// What it knows.
    pub snapshot: Snapshot,
    /// Machines whose counts are in it.
    pub machines: usize,
    /// Whose code is in it.
    pub code_of: Option<Origin>,
    /// Functions whose tournament the new machine holds itself, since that one stands alone with its verdict.
    pub reopened: usize,
    /// Whose snapshots did not decide all that they could.
    pub refused: Vec<Refused>,
}

/// Whose code leads: counts up to the middle one's, the same model, verdicts that most share less those that they
/// do not, functions with code, generation, hash.
type Rank = (u64, bool, i64, usize, u64, [u8; 32]);

impl Fleet {
    /// What a new machine with the programs of `base` starts from.
    ///
    /// # Errors
    /// The programs do not load.
    pub fn settle(&self, base: &Snapshot, newcomer: Newcomer<'_>) -> Result<Settled, String> {
        let mut refused = Vec::new();
        let mut refuse = |origin: &Origin, why: &str| {
            refused.push(Refused { origin: origin.clone(), why: why.to_owned() });
        };
        let modules: Vec<_> = base.modules.iter().map(|module| recorded(base, module)).collect();
        let modules = modules.into_iter().collect::<Result<Vec<_>, _>>();
        let modules = modules.map_err(|error| error.to_string())?;
        let programs = programs(base);
        let cap = self.cap(&programs);
        let mut joined: BTreeMap<(u32, String), FunctionProfile> = BTreeMap::new();
        let mut machines = 0;
        // Those that could lead.
        let mut able: Vec<(&Entry, u64)> = Vec::new();
        for (name, machine) in self.machines() {
            let entry = &machine.newest;
            let last = entry.origin.boot;
            for boot in machine.boots.keys().filter(|boot| **boot != last) {
                let origin = Origin { machine: name.to_owned(), boot: *boot };
                refuse(&origin, &format!("its machine has gone on to boot {last}"));
            }
            let own = weight(&entry.snapshot, &programs).unwrap_or(0);
            let mut counts = false;
            for (number, module) in (0..).zip(&modules) {
                let named = |other: &snapshot_fmt::ModuleRecord| other.name == module.name;
                let Some(theirs) = entry.snapshot.modules.iter().position(named) else { continue };
                let of_it = |record: &&FunctionRecord| record.module as usize == theirs;
                for record in entry.snapshot.functions.iter().filter(of_it) {
                    let Some(Symbol::Func(func)) = module.module.symbol(&record.name) else {
                        continue;
                    };
                    let mut profile = profile_from_record(&record.profile);
                    profile.fit(module.module.func(func));
                    profile.normalise();
                    profile.scale(cap, own);
                    joined.entry((number, record.name.clone())).or_default().merge(&profile);
                    counts = true;
                }
            }
            if !counts {
                refuse(&entry.origin, "it runs other programs");
                continue;
            }
            machines += 1;
            if identity(&entry.snapshot) != identity(base) {
                refuse(&entry.origin, "its programs are another version: counts only");
            } else if entry.snapshot.engine.engine != newcomer.engine {
                refuse(&entry.origin, "its engine is another: counts only");
            } else if own < cap / 2 {
                refuse(&entry.origin, "it has run too little to lead: counts only");
            } else {
                able.push((entry, own.min(cap)));
            }
        }
        let same_model = |entry: &Entry| newcomer.cpu == Some(entry.snapshot.engine.cpu.as_str());
        let mut votes = Votes::default();
        for (entry, weight) in &able {
            votes.add(&entry.snapshot, *weight, same_model(entry));
        }
        let lead = able.iter().max_by_key(|(entry, weight)| -> Rank {
            let functions = &entry.snapshot.functions;
            let shared = |f: &FunctionRecord| match (&f.verdict, votes.agree(f)) {
                (None, _) => 0,
                (Some(_), agrees) => {
                    if agrees {
                        1
                    } else {
                        -1
                    }
                }
            };
            let compiled = functions.iter().filter(|f| f.object.is_some()).count();
            let agreed = functions.iter().map(shared).sum();
            // Weights are capped: a machine that says it ran for ever gains nothing by it.
            let saved = entry.snapshot.generation;
            (*weight, same_model(entry), agreed, compiled, saved, entry.hash)
        });
        let lead = lead.map(|(entry, _)| *entry);
        for (entry, _) in &able {
            if lead.is_none_or(|lead| lead.origin != entry.origin) {
                refuse(&entry.origin, "another machine's code leads: counts only");
            }
        }
        let mut snapshot = Snapshot { functions: Vec::new(), boots: Vec::new(), ..base.clone() };
        newcomer.engine.clone_into(&mut snapshot.engine.engine);
        let mut reopened = 0;
        for ((number, name), profile) in joined {
            let module = &modules[number as usize].module;
            let Some(Symbol::Func(func)) = module.symbol(&name) else { continue };
            let led = lead.and_then(|entry| entry.snapshot.function(number, &name));
            let mut record = led.cloned().unwrap_or_else(|| FunctionRecord {
                module: number,
                name,
                body_hash: body_hash(module, func),
                ..FunctionRecord::default()
            });
            if !votes.agree(&record) {
                record.verdict = None;
                reopened += 1;
            }
            record.profile = profile_to_record(&profile);
            record.history.clear();
            only_with(&mut record, newcomer.features);
            snapshot.functions.push(record);
        }
        refused.sort_by(|a, b| {
            (&a.origin.machine, a.origin.boot).cmp(&(&b.origin.machine, b.origin.boot))
        });
        let code_of = lead.map(|entry| entry.origin.clone());
        Ok(Settled { snapshot, machines, code_of, reopened, refused })
    }
}

/// Takes code away that asks for what the processor does not have.
fn only_with(record: &mut FunctionRecord, features: Option<&[String]>) {
    let Some(features) = features else { return };
    let there = |needs: &[String]| needs.iter().all(|name| features.contains(name));
    record.osr.retain(|osr| there(&osr.features));
    if !there(&record.features) {
        forget_code(record);
    }
}

/// Takes a function's own code away, with all that speaks of it: a machine compiles it anew.
pub fn forget_code(record: &mut FunctionRecord) {
    record.object = None;
    record.level = 0;
    record.compiler.clear();
    record.options.clear();
    record.features.clear();
    record.epoch = None;
    record.verdict = None;
}
