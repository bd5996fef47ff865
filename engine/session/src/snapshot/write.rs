//! Everything this boot knows, as a snapshot.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_object::Object;
use bareflow_platform::FileError;
use bareflow_records as records;
use bareflow_report::SnapshotReport;
use snapshot_fmt as snap;

use super::store::{fingerprints, write};
use crate::arguments;
use crate::key::FuncKey;
use crate::ledger::{Code, Ledger, Standing, Verdict};
use crate::shared::Shared;

/// Saves everything that is known; what was written, or `None` when saving is off or failed, which
/// is logged.
pub(crate) fn save(shared: &Shared, ledger: &mut Ledger) -> Option<SnapshotReport> {
    let manifest = &shared.manifest;
    // Experiments are not worth remembering.
    if !manifest.save || manifest.stress != 0 || !manifest.alternatives.is_empty() {
        return None;
    }
    ledger.totals.unsaved = false;
    ledger.totals.saved_ns = shared.platform.now_ns();
    ledger.totals.generation += 1;
    let snapshot = collect(shared, ledger);
    let bytes = match snap::encode(&snapshot) {
        Ok(bytes) => bytes,
        Err(error) => {
            shared.log(format_args!("no snapshot: {error}"));
            return None;
        }
    };
    match write(shared, ledger.boot, &bytes) {
        Ok(file) => Some(SnapshotReport {
            file,
            bytes: bytes.len() as u64,
            functions: snapshot.functions.len() as u64,
            boot_count: snapshot.boot_count,
        }),
        Err(FileError::NoDisk) => None,
        Err(error) => {
            shared.log(format_args!("no snapshot: {error}"));
            None
        }
    }
}

fn collect(shared: &Shared, ledger: &mut Ledger) -> snap::Snapshot {
    let counts = ledger.levels(shared);
    let mut snapshot = snap::Snapshot {
        boot_count: ledger.boot,
        generation: ledger.totals.generation,
        engine: fingerprints(shared),
        settings: settings(shared),
        boots: ledger.past.clone(),
        ..snap::Snapshot::default()
    };
    snapshot.boots.push(snap::BootLine {
        boot: ledger.boot,
        to_program_us: ledger.totals.to_program_us,
        program_cycles: ledger.totals.program_cycles,
        levels: [counts.interp, counts.o0, counts.o1, counts.o2, counts.o3].map(|n| n as u32),
        compiles: ledger.totals.compiles as u32,
    });
    for (number, image) in (0..).zip(&shared.images) {
        let part = |(part, hash): (&bareflow_program::Part, &[u8; 32])| {
            snapshot.add_bitcode(&part.file, *hash, &part.bytes)
        };
        let parts = image.parts.iter().zip(&image.program.digests).map(part).collect();
        snapshot.modules.push(snap::ModuleRecord {
            name: image.program.name.clone(),
            hash: image.program.hash,
            entry: image.program.entry_name.as_str().into(),
            arg: image.program.arg,
            parts,
        });
        let epochs = epochs(ledger, number);
        for (_, func) in image.defined() {
            let key = FuncKey { image: number, func };
            snapshot.functions.extend(function(shared, ledger, key, &epochs));
        }
    }
    snapshot
}

fn settings(shared: &Shared) -> Vec<(String, String)> {
    let manifest = &shared.manifest;
    let thresholds = manifest.thresholds.unwrap_or_default();
    let mut settings = Vec::from([
        ("calls".to_string(), manifest.calls.to_string()),
        ("counters".to_string(), shared.counting.words()),
        ("level".to_string(), manifest.level.map_or("auto", |level| level.name()).to_string()),
        ("thresholds".to_string(), format!("{},{},{}", thresholds.0, thresholds.1, thresholds.2)),
    ]);
    settings.extend(arguments::settings(manifest));
    settings
}

/// The epochs that code of a program was made in, in order.
fn epochs(ledger: &Ledger, image: u32) -> Vec<u32> {
    let standings = &ledger.chapters[image as usize].standings;
    let codes = standings.iter().flat_map(Standing::codes).map(|code| code.epoch);
    let mut epochs: Vec<u32> = codes.flatten().collect();
    epochs.sort_unstable();
    epochs.dedup();
    epochs
}

/// The record of a function; `None` when there is nothing to remember of it.
fn function(
    shared: &Shared,
    ledger: &mut Ledger,
    key: FuncKey,
    epochs: &[u32],
) -> Option<snap::FunctionRecord> {
    let image = shared.image(key.image);
    let calls = ledger.calls(shared, key);
    let evidence: Vec<_> = ledger.chapters[key.image as usize]
        .evidence
        .needed(key.func, epochs)
        .map(|(from, told)| (*from, records::evidence_to_record(told)))
        .collect();
    let standing = ledger.at(key);
    // Most functions of a large program are never called, and nothing else is looked at of them.
    if calls == 0 && standing.code.is_none() && standing.loops.is_empty() && evidence.is_empty() {
        return None;
    }
    let profile = ledger.profile(shared, key);
    let standing = ledger.at_mut(key);
    let body = || records::body_hash(image.module(), key.func);
    let body_hash = *standing.body_hash.get_or_insert_with(body);
    let code = standing.code.as_ref();
    let history =
        standing.history.iter().map(|(boot, level)| (*boot, records::level_to_record(*level)));
    Some(snap::FunctionRecord {
        module: key.image,
        name: image.name(key.func).into(),
        level: code.map_or(0, |code| records::level_to_record(code.level)),
        compiler: code.map_or(String::new(), |code| shared.compilers.maker(code.compiler)),
        options: code.map_or(String::new(), |code| code.options.to_string()),
        features: code.map_or(Vec::new(), features),
        epoch: code.and_then(|code| code.epoch),
        body_hash,
        object: code.map(|code| record(&code.object)),
        osr: standing.loops.iter().map(|(block, code)| osr(shared, block.0, code)).collect(),
        profile: records::profile_to_record(&profile),
        history: history.collect(),
        compiles: standing.compiled_before.0.saturating_add(standing.compiles),
        compile_ns: standing.compiled_before.1.saturating_add(standing.compile_ns),
        verdict: standing.verdict.as_ref().map(verdict),
        evidence,
    })
}

fn osr(shared: &Shared, block: u32, code: &Code) -> snap::OsrRecord {
    snap::OsrRecord {
        block,
        level: records::level_to_record(code.level),
        compiler: shared.compilers.maker(code.compiler),
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
