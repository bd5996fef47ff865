//! Starts where an earlier boot ended: installs what fits this machine, and says what does not.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use alloc::vec::Vec;

use bareflow_ir::{BlockId, FuncId};
use bareflow_object::CpuFeatures;
use bareflow_profile::Level;
use bareflow_records as records;
use snapshot_fmt as snap;

use crate::session::Session;
use crate::snapshots::fingerprints;
use crate::tiers;
use crate::tiers::{compete, install, publish, rearm};
use crate::unit::{Code, Unit, Verdict};
use bareflow_report::Rejection;

/// Brings every function of `snapshot` back that fits.
pub(crate) fn restore(session: &Session, snapshot: &snap::Snapshot) {
    let own = fingerprints(session);
    let mut cold = Vec::new();
    for (index, module) in snapshot.modules.iter().enumerate() {
        let Some(unit) = session.units.iter().find(|unit| unit.program.name == module.name) else {
            continue;
        };
        let whole = whole_module(session, unit, snapshot, module, &own);
        for record in snapshot.functions.iter().filter(|f| f.module == index as u32) {
            let Some(func) = unit.find(&record.name) else {
                reject(session, unit, &record.name, "no longer in the program".to_owned());
                continue;
            };
            if !function(session, unit, func, record, whole.as_ref().err()) {
                let profile = &record.profile;
                let mean = profile.cycles.total / profile.cycles.samples.max(1);
                let taken = profile.calls.saturating_mul(mean.max(1));
                // It will be counted anew, and that is to weigh more.
                unit.with(func, |state| state.before.decay(1));
                cold.push((taken, unit, func, records::level_from_record(record.level)));
            }
        }
    }
    if session.manifest.level.is_none() && session.manifest.stress == 0 {
        warm_up(session, cold);
    }
}

/// Compiles what was hot in earlier boots and whose code cannot be used, the hottest first, as far
/// as that goes in a short time. The rest rises as in a first boot.
fn warm_up(session: &Session, mut cold: Vec<(u64, &Unit, FuncId, Level)>) {
    cold.sort_by_key(|(taken, ..)| core::cmp::Reverse(*taken));
    let until = session.platform.now_ns() + WARM_UP_NS;
    for (_, unit, func, level) in cold {
        if session.platform.now_ns() >= until {
            return;
        }
        // The top level is for what is hot now.
        let level = level.min(Level::O2);
        tiers::rise(session, unit, func, level, 0, "hot in an earlier boot");
    }
}

/// Nanoseconds that compiling takes at most before the first program starts, the last function
/// not counted.
const WARM_UP_NS: u64 = 20_000_000;

/// What speaks against all code of a module.
fn whole_module(
    session: &Session,
    unit: &Unit,
    snapshot: &snap::Snapshot,
    module: &snap::ModuleRecord,
    own: &snap::Fingerprints,
) -> Result<(), String> {
    if snapshot.engine.engine != own.engine {
        return Err(format!(
            "made by engine `{}`, this is `{}`",
            snapshot.engine.engine, own.engine
        ));
    }
    if module.hash != unit.program.hash {
        return Err("the module has changed".to_owned());
    }
    if session.manifest.level.is_some() {
        return Err("this machine runs at one fixed level".to_owned());
    }
    Ok(())
}

/// Takes up one function; whether its code, if it had any, is used.
fn function(
    session: &Session,
    unit: &Unit,
    func: FuncId,
    record: &snap::FunctionRecord,
    module: Option<&String>,
) -> bool {
    let mut profile = records::profile_from_record(&record.profile);
    profile.fit(unit.module().func(func));
    let counted = profile.calls.saturating_add(profile.back_edges);
    unit.with(func, |state| {
        state.before = profile;
        state.compiled_before = (record.compiles, record.compile_ns);
        state.history =
            record.history.iter().map(|(b, l)| (*b, records::level_from_record(*l))).collect();
    });
    if module.is_none() {
        unit.with(func, |state| state.body_hash = Some(record.body_hash));
        let told = |(from, told): &(u32, _)| (*from, records::evidence_from_record(told));
        unit.evidence.borrow_mut().restore(func, record.evidence.iter().map(told).collect());
    }
    if let Some(object) = &record.object {
        let made = Made {
            level: record.level,
            compiler: &record.compiler,
            options: &record.options,
            features: &record.features,
            epoch: record.epoch,
            object,
        };
        match code(session, unit, &made, module) {
            Ok(code) => take_over(session, unit, func, record, code, counted),
            Err(why) => {
                reject(session, unit, &record.name, why);
                return false;
            }
        }
    }
    for osr in &record.osr {
        let made = Made {
            level: osr.level,
            compiler: &osr.compiler,
            options: &osr.options,
            features: &osr.features,
            epoch: osr.epoch,
            object: &osr.object,
        };
        // The function itself has said why.
        if let Ok(code) = code(session, unit, &made, module) {
            unit.with(func, |state| state.osr.push((BlockId(osr.block), code)));
        }
    }
    true
}

/// Makes restored code what calls of `func` run.
fn take_over(
    session: &Session,
    unit: &Unit,
    func: FuncId,
    record: &snap::FunctionRecord,
    code: Code,
    calls: u64,
) {
    let level = code.level;
    publish(session, unit, func, code);
    unit.with(func, |state| state.verdict = record.verdict.as_ref().map(verdict));
    rearm(session, unit, func, level, calls);
    if level == Level::O3 {
        compete(session, unit, func);
    }
    session.totals.borrow_mut().restored += 1;
}

fn verdict(verdict: &snap::Verdict) -> Verdict {
    let variant = |variant: &snap::Variant| (variant.name.clone(), variant.median_cycles);
    Verdict {
        variants: verdict.variants.iter().map(variant).collect(),
        winner: verdict.winner,
        ..Verdict::default()
    }
}

/// Code in a snapshot and how it was made.
struct Made<'a> {
    level: u8,
    compiler: &'a str,
    options: &'a str,
    features: &'a [String],
    epoch: Option<u32>,
    object: &'a snap::ObjectRecord,
}

/// Installs code, unless something speaks against it.
fn code(
    session: &Session,
    unit: &Unit,
    made: &Made<'_>,
    module: Option<&String>,
) -> Result<Code, String> {
    if let Some(why) = module {
        return Err(why.clone());
    }
    let cpu = CpuFeatures::from_names(made.features.iter().map(String::as_str))
        .map_err(|name| format!("needs the processor feature {name}, which is not known"))?;
    let missing = cpu.missing_from(session.cpu);
    if !missing.is_empty() {
        return Err(format!("needs the processor feature {missing}, which is not here"));
    }
    let level = records::level_from_record(made.level);
    let compiler = session.compilers.of(level).map_or("", |compiler| compiler.name());
    if made.compiler != compiler {
        return Err(format!("made by the compiler `{}`, which is not here", made.compiler));
    }
    let options = made
        .options
        .parse()
        .map_err(|word| format!("made with the option `{word}`, which is not known"))?;
    let object = records::object_from_record(made.object);
    let installed = install(session, unit, &object, level).map_err(|error| error.to_string())?;
    unit.evidence.borrow_mut().seen(made.epoch.unwrap_or(0));
    Ok(Code {
        object: Arc::new(object),
        installed,
        level,
        compiler,
        cpu,
        options,
        epoch: made.epoch,
    })
}

fn reject(session: &Session, unit: &Unit, name: &str, reason: String) {
    let function = format!("{}:{name}", unit.program.name);
    session.explain(format_args!("{function}: not restored: {reason}"));
    session.totals.borrow_mut().rejected.push(Rejection { function, reason });
}
