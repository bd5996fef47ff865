//! Everything this boot knows, as a snapshot.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_ir::FuncId;
use bareflow_object::Object;
use bareflow_records as records;
use sha2::{Digest, Sha256};
use snapshot_fmt as snap;

use crate::boot::levels;
use crate::session::Session;
use crate::snapshots::{fingerprints, write};
use crate::unit::{Code, FuncState, Unit, Verdict};
use crate::{alarm, measure};
use bareflow_report::SnapshotReport;

/// Code was made or a verdict reached that is worth saving.
pub(crate) fn learned(session: &Session) {
    session.totals.borrow_mut().unsaved = true;
    alarm::arm(session);
}

/// When what was learned since the last time is to be saved, in nanoseconds of the machine's
/// clock; `None` when there is nothing, or when that has time until the program ends.
pub(crate) fn due_ns(session: &Session) -> Option<u64> {
    let manifest = &session.manifest;
    let totals = session.totals.borrow();
    let every = u64::from(manifest.save_seconds) * 1_000_000_000;
    (totals.unsaved && manifest.save && every > 0).then_some(totals.saved_ns + every)
}

/// Saves when the last time is long enough ago and there is new code or a new verdict since:
/// called after a function has risen, when one at the top was measured, by host calls, and by
/// the alarm.
pub(crate) fn save_if_due(session: &Session) {
    if due_ns(session).is_none_or(|due| session.platform.now_ns() < due) {
        return;
    }
    if let Some(saved) = save(session) {
        session.explain(format_args!("saved {} on the way", saved.file));
    }
}

/// Saves; what was written, or `None` when saving is off or failed, which is logged: the
/// program goes on.
pub(crate) fn save(session: &Session) -> Option<SnapshotReport> {
    let manifest = &session.manifest;
    // Experiments are not worth remembering.
    if !manifest.save || manifest.stress != 0 || !manifest.alternatives.is_empty() {
        return None;
    }
    {
        let mut totals = session.totals.borrow_mut();
        totals.unsaved = false;
        totals.saved_ns = session.platform.now_ns();
    }
    measure::count_all(session);
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
        Err(bareflow_platform::FileError::NoDisk) => None,
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
        let epochs = epochs(unit);
        let records =
            unit.module().func_ids().filter_map(|func| function(unit, index as u32, func, &epochs));
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

/// The epochs that code of a unit was made in, in order.
fn epochs(unit: &Unit) -> Vec<u32> {
    let states = unit.states.borrow();
    let codes = states.iter().flat_map(FuncState::codes).map(|code| code.epoch);
    let mut epochs: Vec<u32> = codes.flatten().collect();
    epochs.sort_unstable();
    epochs.dedup();
    epochs
}

/// The record of a function; `None` when there is nothing to remember of it.
fn function(
    unit: &Unit,
    module: u32,
    func: FuncId,
    epochs: &[u32],
) -> Option<snap::FunctionRecord> {
    let ir = unit.module();
    if ir.func(func).is_declaration() {
        return None;
    }
    let profile = unit.profile(func);
    let evidence = unit.evidence.borrow();
    let evidence: Vec<_> = evidence
        .needed(func, epochs)
        .map(|(from, told)| (*from, records::evidence_to_record(told)))
        .collect();
    unit.with(func, |state| {
        let code = state.code.as_ref();
        if profile.calls == 0 && code.is_none() && state.osr.is_empty() && evidence.is_empty() {
            return None;
        }
        let history =
            state.history.iter().map(|(boot, level)| (*boot, records::level_to_record(*level)));
        Some(snap::FunctionRecord {
            module,
            name: unit.name(func).into(),
            level: code.map_or(0, |code| records::level_to_record(code.level)),
            compiler: code.map_or("", |code| code.compiler).into(),
            options: code.map_or(String::new(), |code| code.options.to_string()),
            features: code.map_or(Vec::new(), features),
            epoch: code.and_then(|code| code.epoch),
            body_hash: *state.body_hash.get_or_insert_with(|| records::body_hash(ir, func)),
            object: code.map(|code| record(&code.object)),
            osr: state.osr.iter().map(|(block, code)| osr(block.0, code)).collect(),
            profile: records::profile_to_record(&profile),
            history: history.collect(),
            compiles: state.compiled_before.0.saturating_add(state.compiles),
            compile_ns: state.compiled_before.1.saturating_add(state.compile_ns),
            verdict: state.verdict.as_ref().map(verdict),
            evidence,
        })
    })
}

fn osr(block: u32, code: &Code) -> snap::OsrRecord {
    snap::OsrRecord {
        block,
        level: records::level_to_record(code.level),
        compiler: code.compiler.into(),
        options: code.options.to_string(),
        features: features(code),
        epoch: code.epoch,
        object: record(&code.object),
    }
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
