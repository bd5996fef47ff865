//! One boot from start to end.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_interp::Config;
use bareflow_link::{Linker, Region};
use bareflow_object::CpuFeatures;
use bareflow_platform::{Arena, CoreId, Platform};
use bareflow_program::Library;
use bareflow_report::{BootReport, Record};
use snapshot_fmt::Snapshot;

use crate::core::Core;
use crate::counting::Counting;
use crate::curator::Curator;
use crate::disk::Job;
use crate::error::StartError;
use crate::image::{Image, Supplied};
use crate::manifest::Manifest;
use crate::run::{Outcome, run_all};
use crate::session::Session;
use crate::shared::Shared;
use crate::{callbacks, hosts, policy, snapshot, summary, worker};

/// Nanoseconds that compiling takes at most before the first program starts, the last function
/// not counted.
const WARM_UP_NS: u64 = 20_000_000;

/// Nanoseconds that compiling takes at most when the last program has ended, however long it ran, the last function
/// not counted. The next boot ends with the rest.
const AHEAD_NS: u64 = 100_000_000;

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
    let waited_before = platform.waited_ns();
    let session = prepare(platform, job, began, waited_before)?;
    let shared = &session.shared;
    session.curator().begin(shared, platform.now_ns() - began);
    session.arm(session.core());
    let outcomes = run_all(session);
    session.settle();
    session.curator().end(shared);
    let (ahead, ns) = session.curator().ahead(shared);
    session.grant(ahead, platform.now_ns() + ns.min(AHEAD_NS));
    let mut curator = session.curator();
    curator.collect();
    if shared.manifest.profile {
        summary::profiles(shared, &curator.ledger);
    }
    let mut report = summary::report(shared, &curator, &outcomes);
    report.snapshot = curator.save(shared);
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

/// Everything in its place, and the code of earlier boots installed.
fn prepare(
    platform: &'static dyn Platform,
    job: Job,
    began: u64,
    waited_before: u64,
) -> Result<&'static Session, StartError> {
    if job.sources.is_empty() {
        return Err(StartError::NoModules);
    }
    let mut linker = linker(platform, &job.manifest)?;
    let cpu = features(&job.manifest)?;
    let reading = platform.now_ns();
    snapshot::recover(platform);
    let snapshot = snapshot::newest(platform);
    let read_ns = platform.now_ns() - reading;
    let images = images(&job, snapshot.as_ref(), platform.cores() > 1, &mut linker)?;
    let restoring = platform.now_ns();
    let boot = snapshot.as_ref().map_or(0, |snapshot| snapshot.boot_count) + 1;
    let map = linker.map().clone();
    let counting = Counting::begin(platform);
    let cores = cores(platform, &mut linker, &counting);
    let mut shared = Shared::new(platform, job.manifest, cpu, map, images, counting);
    shared.began_ns = began;
    shared.waited_before_ns = waited_before;
    let curator = Curator::new(&shared, linker, boot);
    let session = Session::start(shared, curator, cores);
    session.cores()[0].take_place(platform);
    // The other processors make theirs when they first run a thread; here programs are about to start,
    // and what they take is counted.
    session.cores()[0].empty_side_stack();
    worker::start(session);
    let shared = &session.shared;
    if let Some(snapshot) = snapshot {
        let past = snapshot::read(shared, &snapshot);
        let cold = {
            let mut curator = session.curator();
            curator.ledger.past = snapshot.boots;
            curator.restore(shared, past)
        };
        session.grant(cold, platform.now_ns() + WARM_UP_NS);
    }
    let restore_ns = read_ns + (platform.now_ns() - restoring);
    session.curator().ledger.totals.restore_us = restore_ns / 1_000;
    if let Some(level) = shared.manifest.level {
        let all = session.curator().fixed(shared, level);
        session.grant(all, u64::MAX);
    }
    Ok(session)
}

/// Calls that can be under measurement at a time on a processor, recursive ones included.
const PROBE_DEPTH: u32 = 4_096;

/// The processors of the machine.
fn cores(platform: &dyn Platform, linker: &mut Linker, counting: &Counting) -> Box<[Core]> {
    let core = |number| {
        // Measured is on the first, where programs start.
        let block = match number {
            0 => linker.add_counting_core(PROBE_DEPTH, counting.counters()),
            _ => linker.add_core(0),
        };
        Core::new(number, block, platform.core_stack(CoreId(number)))
    };
    (0..platform.cores()).map(core).collect()
}

fn linker(platform: &dyn Platform, manifest: &Manifest) -> Result<Linker, StartError> {
    let memory = platform.memory();
    let region = |arena: Arena| Region { base: arena.base, write: arena.write, len: arena.len };
    // SAFETY: `Memory` promises what `Linker` asks for, and `interpret` finds the session, which
    // is there before any program runs.
    let mut linker = unsafe {
        Linker::new(
            region(memory.code),
            region(memory.data),
            manifest.pools.settings(),
            callbacks::interpret,
            core::ptr::null_mut(),
        )
    }?;
    linker.set_turn(callbacks::turn_over);
    Ok(linker)
}

/// What code may use.
fn features(manifest: &Manifest) -> Result<CpuFeatures, StartError> {
    let without = CpuFeatures::from_names(manifest.without.iter().map(String::as_str))
        .map_err(|name| StartError::Manifest(format!("`{name}` is no known processor feature")))?;
    Ok(CpuFeatures::detect().missing_from(without))
}

fn images(
    job: &Job,
    snapshot: Option<&Snapshot>,
    beside: bool,
    linker: &mut Linker,
) -> Result<Vec<Image>, StartError> {
    let (hot_calls, hot_loops) = policy::first_reports(&job.manifest, beside);
    let config = Config { hot_calls, hot_loops };
    let supplied = Supplied { host_call: hosts::address, engine: callbacks::symbols() };
    let library = Library::read(job.library.clone()).map_err(StartError::Load)?;
    let own = snapshot.filter(|snapshot| snapshot.engine.engine == snapshot::engine());
    let was_loaded = |hash: &[u8; 32], entry: &str| {
        let mut modules = own.iter().flat_map(|snapshot| &snapshot.modules);
        modules.any(|module| module.hash == *hash && module.entry == entry)
    };
    let image =
        |source| Image::new(source, &library, was_loaded, linker, &supplied, config.clone());
    job.sources.iter().map(image).collect()
}
