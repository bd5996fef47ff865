//! Starts where an earlier boot ended: installs what fits this machine, and says what does not.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::sync::Arc;

use bareflow_compile::CpuFeatures;
use bareflow_ir::{BlockId, FuncId};
use bareflow_profile::Level;
use bareflow_records as records;
use snapshot_fmt as snap;

use crate::Rejection;
use crate::session::Session;
use crate::snapshots::fingerprints;
use crate::tiers::{compete, install, publish, rearm};
use crate::unit::{Code, Unit, Verdict};

/// Brings every function of `snapshot` back that fits.
pub(crate) fn restore(session: &Session, snapshot: &snap::Snapshot) {
    let own = fingerprints(session);
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
            function(session, unit, func, record, whole.as_ref().err());
        }
    }
}

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

fn function(
    session: &Session,
    unit: &Unit,
    func: FuncId,
    record: &snap::FunctionRecord,
    module: Option<&String>,
) {
    let mut profile = records::profile_from_record(&record.profile);
    profile.fit(unit.module().func(func));
    let calls = profile.calls;
    unit.with(func, |state| {
        state.before = profile;
        state.history =
            record.history.iter().map(|(b, l)| (*b, records::level_from_record(*l))).collect();
    });
    let Some(object) = &record.object else { return };
    if let Err(why) = fits(session, record, module) {
        reject(session, unit, &record.name, why);
        return;
    }
    let level = records::level_from_record(record.level);
    match code(session, unit, record, object, level) {
        Ok(code) => {
            publish(session, unit, func, code);
            unit.with(func, |state| state.verdict = record.verdict.as_ref().map(verdict));
            rearm(session, unit, func, level, calls);
            if level == Level::O3 {
                compete(session, unit, func);
            }
            session.totals.borrow_mut().restored += 1;
        }
        Err(why) => return reject(session, unit, &record.name, why),
    }
    for osr in &record.osr {
        if let Ok(code) = code(session, unit, record, &osr.object, level) {
            unit.with(func, |state| state.osr.push((BlockId(osr.block), code)));
        }
    }
}

fn verdict(verdict: &snap::Verdict) -> Verdict {
    let variant = |variant: &snap::Variant| (variant.name.clone(), variant.median_cycles);
    Verdict { variants: verdict.variants.iter().map(variant).collect(), winner: verdict.winner }
}

fn fits(
    session: &Session,
    record: &snap::FunctionRecord,
    module: Option<&String>,
) -> Result<(), String> {
    if let Some(why) = module {
        return Err(why.clone());
    }
    let needed = CpuFeatures::from_names(record.features.iter().map(String::as_str))
        .map_err(|name| format!("needs the processor feature {name}, which is not known"))?;
    let missing = needed.missing_from(session.cpu);
    if !missing.is_empty() {
        return Err(format!("needs the processor feature {missing}, which is not here"));
    }
    Ok(())
}

fn code(
    session: &Session,
    unit: &Unit,
    record: &snap::FunctionRecord,
    object: &snap::ObjectRecord,
    level: Level,
) -> Result<Code, String> {
    let object = records::object_from_record(object);
    let installed = install(session, unit, &object, level).map_err(|error| error.to_string())?;
    let compiler = session.compilers.of(level).map_or("", |compiler| compiler.name());
    Ok(Code {
        object: Arc::new(object),
        installed,
        level,
        compiler,
        cpu: CpuFeatures::from_names(record.features.iter().map(String::as_str))
            .unwrap_or_default(),
        options: record.options.parse().unwrap_or_default(),
    })
}

fn reject(session: &Session, unit: &Unit, name: &str, reason: String) {
    let function = format!("{}:{name}", unit.program.name);
    session.explain(format_args!("{function}: not restored: {reason}"));
    session.totals.borrow_mut().rejected.push(Rejection { function, reason });
}
