//! `bareflow snapshot verify`: every sum in a snapshot.

use serde::Serialize;
use sha2::{Digest, Sha256};
use snapshot_fmt::{Snapshot, decode};

use crate::failure::{Exit, Failure};
use crate::snapshot::recompile::recompile;
use crate::snapshot::source::{Source, all};
use crate::ui::Ui;

/// Checks every sum in snapshots.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow snapshot verify disk.img              every sum of every snapshot on the disk
  bareflow snapshot verify boot_003.snapshot --recompile")]
pub(super) struct Args {
    /// Files, folders, disk images
    #[arg(value_name = "SNAPSHOT", required = true)]
    targets: Vec<String>,
    /// Compile every function anew from the bitcode in the snapshot, and compare bytes
    #[arg(long)]
    recompile: bool,
}

/// What was found of one snapshot.
#[derive(Serialize)]
struct Line {
    name: String,
    ok: bool,
    bytes: usize,
    functions: usize,
    /// Objects that were compiled anew, with the same bytes.
    recompiled: Option<usize>,
    /// Objects that could not be compiled here.
    skipped: Vec<String>,
    problems: Vec<String>,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let mut exit = Exit::Success;
    for target in &args.targets {
        for source in all(target)? {
            let line = verify(&source, args.recompile, ui);
            if !line.ok {
                exit = Exit::Failed;
            }
            ui.result(&line, || text(&line));
        }
    }
    Ok(exit)
}

fn verify(source: &Source, anew: bool, ui: &Ui) -> Line {
    let mut line = Line {
        name: source.name(),
        ok: false,
        bytes: source.bytes.len(),
        functions: 0,
        recompiled: None,
        skipped: Vec::new(),
        problems: Vec::new(),
    };
    match decode(&source.bytes) {
        Err(error) => line.problems.push(error.to_string()),
        Ok(snapshot) => {
            line.functions = snapshot.functions.len();
            line.problems = content(source, &snapshot);
            if anew {
                let compiled = snapshot.functions.iter().filter(|f| f.object.is_some());
                let bar = ui.progress(compiled.count() as u64, "compiling");
                let result = recompile(&snapshot, &bar);
                bar.finish_and_clear();
                line.recompiled = Some(result.same);
                line.skipped = result.skipped;
                line.problems.extend(result.problems);
            }
        }
    }
    line.ok = line.problems.is_empty();
    line
}

/// What decoding does not check: the hashes in the records, and the name.
fn content(source: &Source, snapshot: &Snapshot) -> Vec<String> {
    let mut problems = Vec::new();
    for file in &snapshot.bitcode {
        if file.hash[..] != Sha256::digest(&file.bytes)[..] {
            problems.push(format!("bitcode {}: its SHA-256 is another", file.name));
        }
    }
    if source.boot.is_some_and(|boot| boot != snapshot.boot_count) {
        problems.push(format!("it is of boot {}, not of the one named", snapshot.boot_count));
    }
    problems
}

fn text(line: &Line) -> String {
    let mut all = Vec::new();
    if line.ok {
        let anew = line
            .recompiled
            .map_or(String::new(), |same| format!(", {same} objects compiled anew are the same"));
        all.push(format!("whole ({} functions{anew})", line.functions));
    }
    all.extend(line.problems.iter().cloned());
    all.extend(line.skipped.iter().map(|skipped| format!("not compared: {skipped}")));
    let lines = all.iter().map(|text| format!("{}: {text}", line.name));
    lines.collect::<Vec<_>>().join("\n")
}
