//! What a snapshot has for the programs of this boot, and what does not fit, with the reason.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::BlockId;
use bareflow_object::{CpuFeatures, Object, Options};
use bareflow_profile::{FunctionProfile, Level};
use bareflow_records as records;
use bareflow_report::Rejection;
use snapshot_fmt as snap;

use super::store::fingerprints;
use crate::image::Image;
use crate::key::FuncKey;
use crate::ledger::Verdict;
use crate::shared::Shared;

/// What earlier boots left.
#[derive(Default)]
pub(crate) struct Past {
    pub(crate) found: Vec<Found>,
    /// Functions that are no longer there.
    pub(crate) rejected: Vec<Rejection>,
}

/// What they left of one function.
pub(crate) struct Found {
    pub(crate) key: FuncKey,
    /// What they counted, as far as it fits the function's present body.
    pub(crate) profile: FunctionProfile,
    /// Compilations, and the nanoseconds they took.
    pub(crate) compiled: (u32, u64),
    /// Levels reached: boot and level.
    pub(crate) history: Vec<(u32, Level)>,
    /// What its body is called in snapshots and what the compilers were told of it, from which
    /// epoch on; `None` when the module is another one.
    pub(crate) told: Option<Told>,
    /// The code that calls ran, or why it cannot be used; `None` when there was none.
    pub(crate) code: Option<Result<FoundCode, String>>,
    /// Code entered at loop headers, as far as it can be used.
    pub(crate) loops: Vec<(BlockId, FoundCode)>,
    pub(crate) verdict: Option<Verdict>,
    /// Cycles that it took, and the level it was at: what it is worth to have code again at once.
    pub(crate) taken: u64,
    pub(crate) level: Level,
}

/// What names a function's body, and what the compilers were told of it.
pub(crate) struct Told {
    pub(crate) body: [u8; 32],
    /// Each from which epoch on.
    pub(crate) evidence: Vec<(u32, FunctionProfile)>,
}

/// Code that fits this machine.
pub(crate) struct FoundCode {
    pub(crate) object: Object,
    pub(crate) level: Level,
    pub(crate) compiler: &'static str,
    pub(crate) cpu: CpuFeatures,
    pub(crate) options: Options,
    pub(crate) epoch: Option<u32>,
}

/// What `snapshot` has for the programs of this boot.
pub(crate) fn read(shared: &Shared, snapshot: &snap::Snapshot) -> Past {
    let own = fingerprints(shared);
    let mut past = Past::default();
    for (index, module) in (0..).zip(&snapshot.modules) {
        let same = |(_, image): &(u32, &Image)| image.program.name == module.name;
        let Some((number, image)) = (0..).zip(&shared.images).find(same) else { continue };
        let whole = whole_module(shared, image, snapshot, module, &own);
        for record in snapshot.functions.iter().filter(|function| function.module == index) {
            match image.find(&record.name) {
                Some(func) => {
                    let key = FuncKey { image: number, func };
                    past.found.push(function(shared, image, key, record, whole.as_ref().err()));
                }
                None => past.rejected.push(Rejection {
                    function: format!("{}:{}", image.program.name, record.name),
                    reason: "no longer in the program".to_owned(),
                }),
            }
        }
    }
    past
}

/// What speaks against all code of a module.
fn whole_module(
    shared: &Shared,
    image: &Image,
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
    if module.hash != image.program.hash {
        return Err("the module has changed".to_owned());
    }
    if shared.manifest.level.is_some() {
        return Err("this machine runs at one fixed level".to_owned());
    }
    Ok(())
}

/// What a record has for a function. `against`: what speaks against all code of its module.
fn function(
    shared: &Shared,
    image: &Image,
    key: FuncKey,
    record: &snap::FunctionRecord,
    against: Option<&String>,
) -> Found {
    let mut profile = records::profile_from_record(&record.profile);
    profile.fit(image.module().func(key.func));
    let history = record.history.iter();
    let told = |(from, told): &(u32, _)| (*from, records::evidence_from_record(told));
    let made = record.object.as_ref().map(|object| Made {
        level: record.level,
        compiler: &record.compiler,
        options: &record.options,
        features: &record.features,
        epoch: record.epoch,
        object,
    });
    let loops = record.osr.iter().filter_map(|osr| {
        let made = Made {
            level: osr.level,
            compiler: &osr.compiler,
            options: &osr.options,
            features: &osr.features,
            epoch: osr.epoch,
            object: &osr.object,
        };
        // The function itself says why not.
        Some((BlockId(osr.block), code(shared, &made, against).ok()?))
    });
    let cycles = &record.profile.cycles;
    let mean = cycles.total / cycles.samples.max(1);
    Found {
        key,
        profile,
        compiled: (record.compiles, record.compile_ns),
        history: history.map(|(boot, l)| (*boot, records::level_from_record(*l))).collect(),
        told: against.is_none().then(|| Told {
            body: record.body_hash,
            evidence: record.evidence.iter().map(told).collect(),
        }),
        code: made.map(|made| code(shared, &made, against)),
        loops: loops.collect(),
        verdict: record.verdict.as_ref().map(verdict),
        taken: record.profile.calls.saturating_mul(mean.max(1)),
        level: records::level_from_record(record.level),
    }
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

/// Code that fits, unless something speaks against it.
fn code(shared: &Shared, made: &Made<'_>, against: Option<&String>) -> Result<FoundCode, String> {
    if let Some(why) = against {
        return Err(why.clone());
    }
    let cpu = CpuFeatures::from_names(made.features.iter().map(String::as_str))
        .map_err(|name| format!("needs the processor feature {name}, which is not known"))?;
    let missing = cpu.missing_from(shared.cpu);
    if !missing.is_empty() {
        return Err(format!("needs the processor feature {missing}, which is not here"));
    }
    let level = records::level_from_record(made.level);
    let compiler = shared
        .compilers
        .of_maker(level, made.compiler)
        .ok_or_else(|| format!("made by the compiler `{}`, which is not here", made.compiler))?;
    let options = made
        .options
        .parse()
        .map_err(|word| format!("made with the option `{word}`, which is not known"))?;
    let object = records::object_from_record(made.object);
    Ok(FoundCode { object, level, compiler, cpu, options, epoch: made.epoch })
}
