//! The cycle itself: boots, snapshot, shrunk image, its boot, the comparison.

use std::path::Path;

use bareflow_cranelift::Cranelift;
use bareflow_shrink::{Options, Policy};

use super::args::Args;
use super::bed::Bed;
use super::story::Story;
use crate::boot::{Line, boot_once};
use crate::explore::Refusals;
use crate::failure::Failure;
use crate::live::Heartbeat;
use crate::output_file::write_bytes;
use crate::ui::Ui;

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Story, Failure> {
    let bed = Bed::new(args, ui)?;
    let boots = grow(&bed, args.boots, ui)?;
    let beat = Heartbeat::new(ui, "shrinking, and booting what is left".to_owned());
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
        lanes: Bed::lanes(args)?,
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
        let line = boot(&bed, &path, ui)?;
        story.same &= same(&story.boots[0], &line);
        story.shrunk = Some(line);
        // The image that is shipped measures nothing; one that does tells what it takes.
        let (image, _) = shrink(&snapshot, &bed.path, &Options { timing: true, ..options })?;
        let path = args.out.join("shrunk-timing.img");
        write_bytes(&path, &image)?;
        time(&mut story, &boot(&bed, &path, ui)?);
    }
    drop(beat);
    Ok(story)
}

type Shrunk = (Vec<u8>, bareflow_shrink::report::Report);

fn shrink(snapshot: &[u8], from: &Path, options: &Options) -> Result<Shrunk, Failure> {
    let shrunk = bareflow_shrink::shrink::shrink(snapshot, &Cranelift::new(), options)
        .map_err(|error| Failure::input(from, error))?;
    Ok((shrunk.image.map(|image| image.file).unwrap_or_default(), shrunk.report))
}

/// Why functions have no code after a boot, by `module:symbol`.
fn refusals(last: Option<&Line>) -> Refusals {
    let Some(line) = last else { return Refusals::new() };
    let rejected = line.rejected.iter().map(|one| (one.function.clone(), one.reason.clone()));
    let refused = line.functions.iter().filter_map(|function| {
        let name = format!("{}:{}", function.module, function.name);
        Some((name, function.refused.clone()?))
    });
    rejected.chain(refused).collect()
}

/// Boots a shrunk image, in a machine like the bed's.
fn boot(bed: &Bed, image: &Path, ui: &Ui) -> Result<Line, Failure> {
    let booted = boot_once(&bed.machine().settings(image), ui, false)?;
    booted.exit_or_failure(image)?;
    Ok(booted.line)
}

/// What the shrunk image measured, in cycles, and in time as the grown machine's clock goes.
fn time(story: &mut Story, line: &Line) {
    let Some(timing) = line.timing else { return };
    story.shrunk_cycles = Some(timing.program);
    let rate = story.boots.last().and_then(|boot| {
        let us = boot.guest_us?.program;
        (us > 0).then_some(boot.program_cycles? as f64 / us as f64)
    });
    if let Some(rate) = rate.filter(|rate| *rate > 0.0) {
        story.shrunk_us = Some((timing.to_program as f64 / rate, timing.program as f64 / rate));
    }
}

/// Whether two boots did the same.
fn same(a: &Line, b: &Line) -> bool {
    a.output == b.output && a.results == b.results && a.exit == b.exit
}

fn grow(bed: &Bed, boots: u32, ui: &Ui) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::new();
    for boot in 1..=boots {
        let beat = Heartbeat::new(ui, format!("boot {boot} of {boots}"));
        let line = bed.boot(ui)?;
        drop(beat);
        if !ui.json() {
            ui.note(&line.summary());
        }
        lines.push(line);
    }
    Ok(lines)
}
