//! One boot from start to end.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_interp::Config;
use bareflow_link::{CodeSpace, Region};
use bareflow_object::CpuFeatures;
use bareflow_program::Library;
use hashbrown::HashMap;

use crate::run::{Outcome, cycles, overall, run_all};
use crate::session::{Parts, Session};
use crate::side::SideStack;
use crate::unit::{FuncState, Unit, Verdict};
use crate::{
    Job, StartError, ahead, alarm, measure, restore, save, snapshots, stress, tiers, tournament,
    world,
};
use bareflow_platform::{Arena, Platform};
use bareflow_report::{
    BootReport, CodeReport, FunctionReport, LevelCounts, Record, VariantReport, VerdictReport,
};

/// The side stack's share of the size of the stack: few functions need it.
const SIDE_STACK_SHARE: usize = 8;

/// What a boot leaves behind.
#[derive(Clone, Debug)]
pub struct Finished {
    /// What was measured and decided; also sent as the last record.
    pub report: BootReport,
    /// How each program went.
    pub outcomes: Vec<Outcome>,
}

/// Runs a job on a machine, from what earlier boots left on its disk, and saves what this one
/// learned.
///
/// # Errors
/// Why nothing was run. What goes wrong later is in the report.
pub fn boot(platform: &'static dyn Platform, job: Job) -> Result<Finished, StartError> {
    let began = platform.now_ns();
    let session = prepare(platform, job)?;
    let to_program_ns = platform.now_ns() - began;
    {
        let mut totals = session.totals.borrow_mut();
        totals.to_program_us = to_program_ns / 1_000;
        totals.saved_ns = platform.now_ns();
    }
    session.began.set(cycles());
    alarm::arm(session);
    let outcomes = run_all(session);
    tournament::finish(session);
    measure::collect(session);
    ahead::compile(session);
    session.collect();
    if session.manifest.profile {
        report_profiles(session);
    }
    let mut report = report(session, &outcomes);
    report.to_program_us = to_program_ns / 1_000;
    report.snapshot = save::save(session);
    report.total_us = (platform.now_ns() - began) / 1_000;
    platform.record(&Record::Report(report.clone()));
    Ok(Finished { report, outcomes })
}

/// The whole life of a machine: runs what its disk says, or else `embedded`. The exit status of
/// the boot; 1 when nothing could be run, which is logged.
pub fn main(platform: &'static dyn Platform, embedded: Job) -> i32 {
    let job = Job::from_disk(platform).map(|job| job.unwrap_or(embedded));
    match job.and_then(|job| boot(platform, job)) {
        Ok(finished) => finished.report.exit,
        Err(error) => {
            platform.record(&Record::Log { text: format!("error: {error}") });
            1
        }
    }
}

fn prepare(platform: &'static dyn Platform, job: Job) -> Result<&'static Session, StartError> {
    if job.sources.is_empty() {
        return Err(StartError::NoModules);
    }
    let memory = platform.memory();
    let region = |arena: Arena| Region { base: arena.base, write: arena.write, len: arena.len };
    // SAFETY: `Memory` promises what `CodeSpace` asks for, and `interpret` finds the session,
    // which is installed before any program runs.
    let mut space = unsafe {
        CodeSpace::new(
            region(memory.code),
            region(memory.data),
            job.manifest.pools.settings(),
            world::interpret,
            core::ptr::null_mut(),
        )
    }?;
    let never = job.manifest.level.is_some();
    let (calls, loops) = match &job.manifest {
        _ if never => (u64::MAX, u64::MAX),
        manifest if manifest.stress != 0 => (1, stress::HOT_LOOP),
        manifest if manifest.adaptive => (tiers::FIRST_LOOK, tiers::FIRST_LOOP),
        // A loop that goes round as often as a function is called before it comes to O2
        // continues there.
        manifest => ((manifest.thresholds.0 / 10).max(1), manifest.thresholds.1.max(1)),
    };
    let config = Config { hot_calls: calls, hot_loops: loops };
    let without = job.manifest.without.iter().map(String::as_str);
    let without = CpuFeatures::from_names(without)
        .map_err(|name| StartError::Manifest(format!("`{name}` is no known processor feature")))?;
    let cpu = CpuFeatures::detect().missing_from(without);
    let (low, high) = memory.stack;
    let side_stack = SideStack::new(&mut space, (high - low) / SIDE_STACK_SHARE)?;
    let library = Library::read(job.library).map_err(StartError::Load)?;
    let mut units = Vec::new();
    let mut owners = HashMap::new();
    for (index, source) in job.sources.iter().enumerate() {
        let unit = Unit::new(source, &library, &mut space, &side_stack, config.clone())?;
        owners.extend(tiers::owned_slots(index, &unit));
        units.push(unit);
    }
    let restoring = platform.now_ns();
    snapshots::recover(platform);
    let snapshot = snapshots::newest(platform);
    let parts = Parts {
        platform,
        manifest: job.manifest,
        cpu,
        space,
        side_stack,
        units,
        owners,
        boot: snapshot.as_ref().map_or(0, |snapshot| snapshot.boot_count) + 1,
        past: snapshot.as_ref().map(|snapshot| snapshot.boots.clone()).unwrap_or_default(),
    };
    let session = parts.start();
    session.space_mut(|space| space.set_turn(measure::turn_over));
    session.totals.borrow_mut().saved_ns = platform.now_ns();
    if let Some(snapshot) = &snapshot {
        restore::restore(session, snapshot);
    }
    session.totals.borrow_mut().restore_us = (platform.now_ns() - restoring) / 1_000;
    if let Some(level) = session.manifest.level {
        for unit in &session.units {
            tiers::compile_all(session, unit, level);
        }
    }
    Ok(session)
}

fn report(session: &Session, outcomes: &[Outcome]) -> BootReport {
    let totals = session.totals.borrow();
    let mut report = BootReport {
        boot: session.boot,
        exit: overall(outcomes),
        program_us: totals.program_ns / 1_000,
        program_cycles: totals.program_cycles,
        compiles: totals.compiles,
        compile_ns: totals.compile_ns,
        swaps: totals.swaps,
        osr_entries: totals.osr_entries,
        interruptions: totals.interruptions,
        restored: totals.restored,
        restore_us: totals.restore_us,
        rejected: totals.rejected.clone(),
        ..BootReport::default()
    };
    report.levels = levels(session);
    report.code = code(session);
    (report.tournaments, report.tournament_cost) = tournament::totals(session);
    for unit in &session.units {
        for func in unit.module().func_ids() {
            if unit.module().func(func).is_declaration() {
                continue;
            }
            let profile = unit.profile(func);
            let seen = unit.with(func, |state| {
                (profile.calls > 0 || state.compiles > 0).then(|| FunctionReport {
                    module: unit.program.name.clone(),
                    name: unit.name(func).into(),
                    level: state.level(),
                    calls: profile.calls,
                    cycles_min: profile.cycles.min,
                    cycles_avg: profile.cycles.average(),
                    cycles_max: profile.cycles.max,
                    code_bytes: state.code.as_ref().map_or(0, |code| code.object.text.len() as u64),
                    address: state.code.as_ref().map_or(0, |code| code.installed.entry as u64),
                    compiles: state.compiles,
                    compile_ns: state.compile_ns,
                    verdict: state.verdict.as_ref().map(verdict),
                    refused: state.refused.clone(),
                })
            });
            if let Some(function) = seen {
                report.functions.push(function);
            }
        }
    }
    report
}

/// Says what was counted, function by function.
fn report_profiles(session: &Session) {
    for unit in &session.units {
        for func in unit.module().func_ids() {
            let profile = unit.profile(func);
            if profile.calls > 0 {
                let module = unit.program.name.clone();
                let profile = profile.line(unit.name(func));
                session.platform.record(&Record::Profile { module, profile });
            }
        }
    }
}

/// What is in use of code memory. Nothing runs any more, so all that is not some function's is
/// lost.
fn code(session: &Session) -> CodeReport {
    let usage = session.space().usage();
    let live = |unit: &Unit| -> usize {
        let own = |state: &FuncState| {
            let osr = state.osr.iter().map(|(_, code)| code);
            state.code.iter().chain(osr).map(|code| code.installed.len).sum::<usize>()
        };
        unit.states.borrow().iter().map(own).sum()
    };
    CodeReport {
        size: usage.code_size as u64,
        used: usage.code as u64,
        retired: usage.retired as u64,
        live: session.units.iter().map(live).sum::<usize>() as u64,
    }
}

fn verdict(verdict: &Verdict) -> VerdictReport {
    let variant = |(options, cycles): &(String, u64)| VariantReport {
        options: options.clone(),
        cycles: *cycles,
    };
    VerdictReport {
        variants: verdict.variants.iter().map(variant).collect(),
        winner: verdict.winner,
        rounds: verdict.rounds,
        cost_us: verdict.cost_us,
        took_us: verdict.took_us,
        settled_us: verdict.settled_us,
    }
}

/// Functions at each level: those that were called or compiled.
pub(crate) fn levels(session: &Session) -> LevelCounts {
    let mut levels = LevelCounts::default();
    for unit in &session.units {
        for func in unit.module().func_ids() {
            let called = unit.profile(func).calls > 0;
            unit.with(func, |state| {
                if called || state.code.is_some() {
                    levels.add(state.level());
                }
            });
        }
    }
    levels
}

/// Where a call of a program really returns whose return address on the stack is `address`:
/// while a call is measured, another one stands there. `nth` counts those outwards from 0.
/// `None` for an address that is what it seems. Takes no lock: for fault handlers.
pub fn real_return(address: usize, nth: usize) -> Option<usize> {
    Session::current()?.space().real_return(address, nth)
}

/// The function of a program that the interpreter is at, and the number of the block there, as the
/// first of these words tells that is an address in a function's decoded code: the interpreter has
/// its place in a register or, while it calls, on the stack. Takes no lock: for fault handlers.
pub fn interpreting(words: impl IntoIterator<Item = u64>) -> Option<(&'static str, Option<u32>)> {
    let session = Session::current()?;
    words.into_iter().find_map(|word| {
        session.units.iter().find_map(|unit| {
            let (func, block) = unit.interp.decoded_at(word)?;
            Some((unit.name(func), block.map(|block| block.0)))
        })
    })
}

/// The function or variable of a program that `address` lies in, and the distance from its
/// start. Takes no lock: for fault handlers.
pub fn symbolise(address: usize) -> Option<(&'static str, usize)> {
    let found = Session::current()?.symbols.find(address)?;
    Some((found.name, found.offset))
}
