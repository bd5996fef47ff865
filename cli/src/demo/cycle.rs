//! The cycle itself: boots, snapshot, shrunk image, its boot, the comparison.

use std::path::Path;

use bareflow_cranelift::Cranelift;
use bareflow_host::heartbeat::Heartbeat;
use bareflow_shrink::{Options, Policy};

use super::args::Args;
use super::bed::{self, Bed};
use super::modules;
use super::story::Story;
use crate::artefacts::Artefacts;
use crate::boot::Line;
use crate::explore::Refusals;
use crate::failure::Failure;
use crate::machine::MachineOptions;
use crate::output_file::write_bytes;
use crate::ui::Ui;

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Story, Failure> {
    let artefacts = Artefacts::locate();
    let hosted = bed::is_hosted(args, &artefacts, ui)?;
    let contents = modules::contents(args, &artefacts)?;
    let bed = Bed::new(&args.out, hosted, &contents, MachineOptions::plain(), None)?;
    let boots = bed.grow(args.boots(), ui)?;
    let beat = Heartbeat::new("shrinking, and booting what is left".to_owned(), !ui.json());
    let snapshot = bed.snapshot()?;
    let options = Options { policy: Policy::Reachable, flat: true, ..Options::default() };
    let (image, report) = shrink(&snapshot, &bed.path, &options)?;
    let path = args.out.join("shrunk.img");
    write_bytes(&path, &image)?;
    let refusals = refusals(boots.last());
    let explore = args.out.join("explore.html");
    write_bytes(&explore, crate::explore::page(&bed.snapshots(), &refusals)?.as_bytes())?;
    let mut story = Story {
        hosted: bed.hosted,
        counted: bed.counted,
        llvm: args.compilers.iter().any(|(_, name)| name == "llvm"),
        calls: args.calls,
        lanes: modules::lanes(args, &contents)?,
        shrunk: None,
        shrunk_cycles: None,
        shrunk_us: None,
        grown_bytes: bed.bytes + snapshot.len() as u64,
        shrunk_bytes: image.len() as u64,
        report,
        same: boots.iter().all(|boot| same(boot, &boots[0])),
        grown: bed.path.clone(),
        image: path.clone(),
        page: args.out.join("index.html"),
        explore,
        boots,
    };
    if !bed.hosted {
        let line = bed.boot_image(&path, ui)?;
        story.same &= same(&story.boots[0], &line);
        story.shrunk = Some(line);
        // The image that is shipped measures nothing; one that does tells what it takes.
        let (image, _) = shrink(&snapshot, &bed.path, &Options { timing: true, ..options })?;
        let path = args.out.join("shrunk-timing.img");
        write_bytes(&path, &image)?;
        time(&mut story, &bed.boot_image(&path, ui)?);
    }
    drop(beat);
    Ok(story)
}

pub(super) type Shrunk = (Vec<u8>, bareflow_shrink::report::Report);

/// Shrinks a snapshot that was found at `from`.
pub(super) fn shrink(snapshot: &[u8], from: &Path, options: &Options) -> Result<Shrunk, Failure> {
    let shrunk = bareflow_shrink::shrink::shrink(snapshot, &Cranelift::new(), options)
        .map_err(|error| Failure::input(from, error))?;
    Ok((shrunk.image.map(|image| image.file).unwrap_or_default(), shrunk.report))
}

/// Why functions have no code after a boot, by `module:symbol`.
pub(super) fn refusals(last: Option<&Line>) -> Refusals {
    let Some(line) = last else { return Refusals::new() };
    let rejected = line.rejected.iter().map(|one| (one.function.clone(), one.reason.clone()));
    let refused = line.functions.iter().filter_map(|function| {
        let name = format!("{}:{}", function.module, function.name);
        Some((name, function.refused.clone()?))
    });
    rejected.chain(refused).collect()
}

/// What the shrunk image measured, in cycles, and in time as the grown machine's clock goes.
fn time(story: &mut Story, line: &Line) {
    let Some(timing) = line.timing else { return };
    story.shrunk_cycles = Some(timing.program);
    if let Some(rate) = cycles_per_us(story) {
        story.shrunk_us = Some((timing.to_program as f64 / rate, timing.program as f64 / rate));
    }
}

/// Cycles of the machines' clock in a microsecond: where instructions are counted a nanosecond each, else as the last
/// boot's programs have it, whose time is a little too long by the savings in it.
fn cycles_per_us(story: &Story) -> Option<f64> {
    if story.counted {
        return Some(1000.0);
    }
    let boot = story.boots.last()?;
    let (cycles, us) = (boot.program_cycles? as f64, boot.guest_us?.program as f64);
    (cycles > 0.0 && us > 0.0).then(|| cycles / us)
}

/// Whether two boots did the same.
fn same(a: &Line, b: &Line) -> bool {
    a.output == b.output && a.results == b.results && a.exit == b.exit
}
