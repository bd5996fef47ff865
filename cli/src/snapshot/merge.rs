//! `bareflow snapshot merge`: joins what several machines counted.
//!
//! The result is a snapshot with the program and the joined profiles, and without code: code is
//! made for one machine, counts hold on every one. A machine that boots with it knows at once
//! what is hot. The order of the inputs makes no difference, nor does merging in steps.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;

use bareflow_records::{profile_from_record, profile_to_record};
use serde::Serialize;
use snapshot_fmt::{Fingerprints, FunctionRecord, Snapshot, encode};

use crate::failure::{Exit, Failure};
use crate::output_file::write_whole;
use crate::snapshot::source::one;
use crate::ui::Ui;

/// Joins the profiles of several machines into one snapshot without code.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow snapshot merge a.img b.img -o all.snapshot")]
pub(super) struct Args {
    /// Files, folders, disk images: the newest snapshot of each
    #[arg(value_name = "SNAPSHOT", required = true)]
    targets: Vec<String>,
    /// The snapshot to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

#[derive(Serialize)]
struct Line {
    output: PathBuf,
    bytes: usize,
    inputs: usize,
    functions: usize,
    calls: u64,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let mut merged: Option<Snapshot> = None;
    for target in &args.targets {
        let source = one(target)?;
        let snapshot = counts_of(source.decode()?);
        merged = Some(match merged {
            None => snapshot,
            Some(so_far) => {
                merge(so_far, snapshot).map_err(|why| Failure::in_source(&source, why))?
            }
        });
    }
    let merged = merged.unwrap_or_default();
    let bytes = encode(&merged).map_err(|error| Failure::output(&args.output, error))?;
    write_whole(&args.output, |file| {
        file.write_all(&bytes).map_err(|error| Failure::output(&args.output, error))
    })?;
    let line = Line {
        output: args.output.clone(),
        bytes: bytes.len(),
        inputs: args.targets.len(),
        functions: merged.functions.len(),
        calls: merged.functions.iter().fold(0, |sum, f| sum.saturating_add(f.profile.calls)),
    };
    ui.result(&line, || {
        format!(
            "{}: profiles of {} functions from {} snapshots, {} bytes",
            line.output.display(),
            line.functions,
            line.inputs,
            line.bytes
        )
    });
    Ok(Exit::Success)
}

/// A snapshot without what holds on its own machine only: what merging starts from. Functions
/// and their counts are in a fixed order.
#[must_use]
pub fn counts_of(mut snapshot: Snapshot) -> Snapshot {
    snapshot.boots.clear();
    for function in &mut snapshot.functions {
        let mut profile = profile_from_record(&function.profile);
        profile.normalise();
        *function = FunctionRecord {
            module: function.module,
            name: std::mem::take(&mut function.name),
            body_hash: function.body_hash,
            compiles: function.compiles,
            compile_ns: function.compile_ns,
            profile: profile_to_record(&profile),
            ..FunctionRecord::default()
        };
    }
    snapshot.functions.sort_by(|a, b| (a.module, &a.name).cmp(&(b.module, &b.name)));
    snapshot
}

/// The counts of two snapshots of the same program, added. Commutative and associative on
/// what [`counts_of`] gives.
///
/// # Errors
/// They are not of the same program.
pub fn merge(a: Snapshot, b: Snapshot) -> Result<Snapshot, String> {
    same_program(&a, &b)?;
    let mut functions: BTreeMap<(u32, String), FunctionRecord> = BTreeMap::new();
    for function in a.functions.into_iter().chain(b.functions) {
        let key = (function.module, function.name.clone());
        match functions.remove(&key) {
            None => functions.insert(key, function),
            Some(other) => functions.insert(key, add(other, function)),
        };
    }
    Ok(Snapshot {
        boot_count: a.boot_count.max(b.boot_count),
        generation: a.generation.max(b.generation),
        engine: Fingerprints {
            engine: either(a.engine.engine, b.engine.engine),
            cpu: either(a.engine.cpu, b.engine.cpu),
            features: common(a.engine.features, &b.engine.features),
            settings: common(a.engine.settings, &b.engine.settings),
        },
        settings: common(a.settings, &b.settings),
        boots: Vec::new(),
        bitcode: a.bitcode,
        modules: a.modules,
        functions: functions.into_values().collect(),
    })
}

fn same_program(a: &Snapshot, b: &Snapshot) -> Result<(), String> {
    for (i, module) in a.modules.iter().enumerate() {
        match b.modules.get(i) {
            Some(other) if (&other.name, other.hash) == (&module.name, module.hash) => {}
            _ => return Err(format!("module {} is another one, or not in it", module.name)),
        }
    }
    match b.modules.get(a.modules.len()) {
        Some(module) => Err(format!("module {} is not in the others", module.name)),
        // The same files in the same places.
        None if a.modules == b.modules && a.bitcode == b.bitcode => Ok(()),
        None => Err("its bitcode files are others".into()),
    }
}

fn add(a: FunctionRecord, b: FunctionRecord) -> FunctionRecord {
    let mut profile = profile_from_record(&a.profile);
    profile.merge(&profile_from_record(&b.profile));
    FunctionRecord {
        // Counts of blocks are those of the body with the larger shape; so is the hash.
        body_hash: (a.profile.shape, a.body_hash).max((b.profile.shape, b.body_hash)).1,
        compiles: a.compiles.saturating_add(b.compiles),
        compile_ns: a.compile_ns.saturating_add(b.compile_ns),
        profile: profile_to_record(&profile),
        ..a
    }
}

/// Both names, each once, in order.
fn either(a: String, b: String) -> String {
    let mut names: Vec<&str> = a.split(" | ").chain(b.split(" | ")).collect();
    names.sort_unstable();
    names.dedup();
    names.join(" | ")
}

/// What is in both, in order.
fn common<T: Ord>(a: Vec<T>, b: &[T]) -> Vec<T> {
    let mut common: Vec<T> = a.into_iter().filter(|item| b.contains(item)).collect();
    common.sort();
    common.dedup();
    common
}
