//! The cycle itself: image, boots, snapshot, shrunk image, its boot, the comparison.

use std::path::Path;

use bareflow_compile::Cranelift;
use bareflow_session::Manifest;
use bareflow_shrink::{Options, Policy};

use super::{Args, Story};
use crate::artefacts::Artefacts;
use crate::boot::{Line, boot_once};
use crate::failure::{Failure, Kind};
use crate::image::{Contents, Disk, Geometry, write_disk};
use crate::machine::MachineOptions;
use crate::output_file::write_whole;
use crate::ui::Ui;

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Story, Failure> {
    let grown = args.out.join("grown.img");
    let grown_bytes = make_image(&grown, args.calls)?;
    let boots = grow(&grown, args.boots, ui)?;
    let snapshot = crate::snapshot::one(&grown.to_string_lossy())?.bytes;
    let snapshot_bytes = snapshot.len() as u64;

    let options = Options { policy: Policy::Reachable, flat: true, ..Options::default() };
    let shrunk = bareflow_shrink::shrink::shrink(&snapshot, &Cranelift::new(), &options)
        .map_err(|error| Failure::input(&grown, error))?;
    let image = shrunk.image.map(|image| image.file).unwrap_or_default();
    let path = args.out.join("shrunk.img");
    write_whole(&path, |file| {
        std::io::Write::write_all(file, &image).map_err(|error| Failure::output(&path, error))
    })?;
    let booted = boot_once(&MachineOptions::plain().settings(&path), ui, false)?;
    booted.exit_or_failure(&path)?;

    let last = boots.last().ok_or_else(|| Failure::usage("no boot to compare with"))?;
    let same = same(last, &booted.line) && boots.iter().all(|boot| same(boot, last));
    Ok(Story {
        shrunk: booted.line,
        grown_bytes: grown_bytes + snapshot_bytes,
        shrunk_bytes: image.len() as u64,
        report: shrunk.report,
        same,
        page: args.out.join("index.html"),
        boots,
    })
}

/// Whether two boots did the same.
fn same(a: &Line, b: &Line) -> bool {
    a.output == b.output && a.results == b.results && a.exit == b.exit
}

/// The disk with the twelve modules; the bytes of what is on it.
fn make_image(path: &Path, calls: u64) -> Result<u64, Failure> {
    let artefacts = Artefacts::locate();
    artefacts.refresh()?;
    let manifest_path = artefacts.path("modules/manifest.json")?;
    let text = std::fs::read(&manifest_path).map_err(|e| Failure::input(&manifest_path, e))?;
    let manifest: Manifest =
        serde_json::from_slice(&text).map_err(|e| Failure::input(&manifest_path, e))?;
    let mut contents = Contents { manifest: Manifest { calls, ..manifest }, files: Vec::new() };
    let files: Vec<String> =
        contents.manifest.modules.iter().flat_map(|module| module.files.clone()).collect();
    for file in files {
        contents.add(&artefacts.path(&format!("modules/{file}"))?, format!("/modules/{file}"))?;
    }
    contents.add_library(&artefacts)?;
    let kernel = artefacts.read("kernel.bin")?;
    let (stage1, stage2) = (artefacts.read("stage1.bin")?, artefacts.read("stage2.bin")?);
    let disk = Disk {
        stage1: &stage1,
        stage2: &stage2,
        kernel: &kernel,
        command_line: b"",
        geometry: Geometry::Hard(None),
    };
    write_whole(path, |file| write_disk(file, path, &disk, &contents))?;
    let on_disk: u64 = contents.files.iter().map(|file| file.bytes).sum();
    Ok(on_disk + (stage1.len() + stage2.len() + kernel.len()) as u64)
}

fn grow(image: &Path, boots: u32, ui: &Ui) -> Result<Vec<Line>, Failure> {
    let settings = MachineOptions::plain().settings(image);
    let bar = ui.progress(u64::from(boots), "growing");
    let mut lines = Vec::new();
    for _ in 0..boots {
        let booted = boot_once(&settings, ui, false)?;
        booted.exit_or_failure(image)?;
        if booted.line.exit != 0 || booted.line.boot.is_none() {
            bar.finish_and_clear();
            let said = booted.line.log.join("\n");
            return Err(Failure::new(Kind::Failed, format!("a boot failed:\n{said}")));
        }
        if !ui.json() {
            bar.suspend(|| ui.note(&booted.line.summary()));
        }
        lines.push(booted.line);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(lines)
}
