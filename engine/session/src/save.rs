//! Everything this boot knows, as a snapshot.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_compile::Object;
use bareflow_ir::FuncId;
use bareflow_records as records;
use sha2::{Digest, Sha256};
use snapshot_fmt as snap;

use crate::boot::levels;
use crate::session::Session;
use crate::snapshots::{body_hash, fingerprints, write};
use crate::unit::{Code, Unit, Verdict};
use crate::{SnapshotReport, tournament};

/// Saves when the last time is long enough ago and something has changed: called after a
/// function has risen. Not while variants take turns, since none of them is the code then.
pub(crate) fn save_if_due(session: &Session) {
    let every = u64::from(session.manifest.save_seconds) * 1_000_000_000;
    let now = session.platform.now_ns();
    let due = every > 0 && now - session.totals.borrow().saved_ns > every;
    if due && !tournament::is_running(session) {
        session.totals.borrow_mut().saved_ns = now;
        if let Some(saved) = save(session) {
            session.explain(format_args!("saved {} on the way", saved.file));
        }
    }
}

/// Saves; what was written, or `None` when saving is off or failed, which is logged: the
/// program goes on.
pub(crate) fn save(session: &Session) -> Option<SnapshotReport> {
    if !session.manifest.save {
        return None;
    }
    let snapshot = collect(session);
    let bytes = match snap::encode(&snapshot) {
        Ok(bytes) => bytes,
        Err(error) => {
            session.log(format_args!("no snapshot: {error}"));
            return None;
        }
    };
    match write(session, &bytes) {
        Ok(file) => Some(SnapshotReport {
            file,
            bytes: bytes.len() as u64,
            functions: snapshot.functions.len() as u64,
            boot_count: snapshot.boot_count,
        }),
        Err(crate::FileError::NoDisk) => None,
        Err(error) => {
            session.log(format_args!("no snapshot: {error}"));
            None
        }
    }
}

fn collect(session: &Session) -> snap::Snapshot {
    let mut totals = session.totals.borrow_mut();
    totals.generation += 1;
    let counts = levels(session);
    let mut snapshot = snap::Snapshot {
        boot_count: session.boot,
        generation: totals.generation,
        engine: fingerprints(session),
        settings: settings(session),
        boots: session.past.clone(),
        ..snap::Snapshot::default()
    };
    snapshot.boots.push(snap::BootLine {
        boot: session.boot,
        to_program_us: totals.to_program_us,
        program_cycles: totals.program_cycles,
        levels: [counts.interp, counts.o0, counts.o1, counts.o2, counts.o3].map(|n| n as u32),
        compiles: totals.compiles as u32,
    });
    for (index, unit) in session.units.iter().enumerate() {
        let parts = unit
            .parts
            .iter()
            .map(|part| {
                snapshot.add_bitcode(&part.file, Sha256::digest(&part.bytes).into(), &part.bytes)
            })
            .collect();
        snapshot.modules.push(snap::ModuleRecord {
            name: unit.program.name.clone(),
            hash: unit.program.hash,
            entry: unit.name(unit.program.entry).into(),
            arg: unit.program.arg,
            parts,
        });
        let records =
            unit.module().func_ids().filter_map(|func| function(unit, index as u32, func));
        snapshot.functions.extend(records.collect::<Vec<_>>());
    }
    snapshot
}

fn settings(session: &Session) -> Vec<(String, String)> {
    let manifest = &session.manifest;
    let thresholds = manifest.thresholds;
    Vec::from([
        ("calls".to_string(), manifest.calls.to_string()),
        ("level".to_string(), manifest.level.map_or("auto", |level| level.name()).to_string()),
        ("thresholds".to_string(), format!("{},{},{}", thresholds.0, thresholds.1, thresholds.2)),
    ])
}

/// The record of a function; `None` when there is nothing to remember of it.
fn function(unit: &Unit, module: u32, func: FuncId) -> Option<snap::FunctionRecord> {
    if unit.module().func(func).is_declaration() {
        return None;
    }
    let profile = unit.profile(func);
    unit.with(func, |state| {
        if profile.calls == 0 && state.code.is_none() && state.osr.is_empty() {
            return None;
        }
        let code = state.code.as_ref();
        Some(snap::FunctionRecord {
            module,
            name: unit.name(func).into(),
            level: records::level_to_record(state.level()),
            compiler: code.map_or("", |code| code.compiler).into(),
            options: code.map_or(String::new(), |code| code.options.to_string()),
            features: code.map_or(Vec::new(), features),
            body_hash: body_hash(unit.module(), func),
            object: code.map(|code| record(&code.object)),
            osr: state
                .osr
                .iter()
                .map(|(block, code)| snap::OsrRecord {
                    block: block.0,
                    object: record(&code.object),
                })
                .collect(),
            profile: records::profile_to_record(&profile),
            history: state
                .history
                .iter()
                .map(|(boot, level)| (*boot, records::level_to_record(*level)))
                .collect(),
            compiles: state.compiles,
            compile_ns: state.compile_ns,
            verdict: state.verdict.as_ref().map(verdict),
        })
    })
}

fn verdict(verdict: &Verdict) -> snap::Verdict {
    let variant = |(name, median_cycles): &(String, u64)| snap::Variant {
        name: name.clone(),
        median_cycles: *median_cycles,
    };
    snap::Verdict {
        variants: verdict.variants.iter().map(variant).collect(),
        winner: verdict.winner,
    }
}

fn record(object: &Object) -> snap::ObjectRecord {
    records::object_to_record(object)
}

fn features(code: &Code) -> Vec<String> {
    let mut names: Vec<String> = code.cpu.names().into_iter().map(String::from).collect();
    names.sort_unstable();
    names
}
