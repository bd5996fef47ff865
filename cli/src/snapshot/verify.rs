//! `bareflow snapshot verify`: every sum in a snapshot.

use serde::Serialize;
use sha2::{Digest, Sha256};
use snapshot_fmt::{Snapshot, decode};

use crate::failure::{Exit, Failure};
use crate::snapshot::source::{Source, all};
use crate::ui::Ui;

/// Checks every sum in snapshots.
#[derive(clap::Args, Debug)]
pub(super) struct Args {
    /// Files, folders, disk images
    #[arg(value_name = "SNAPSHOT", required = true)]
    targets: Vec<String>,
}

/// What was found of one snapshot.
#[derive(Serialize)]
struct Line {
    name: String,
    ok: bool,
    bytes: usize,
    functions: usize,
    problems: Vec<String>,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let mut exit = Exit::Success;
    for target in &args.targets {
        for source in all(target)? {
            let line = verify(&source);
            if !line.ok {
                exit = Exit::Failed;
            }
            ui.result(&line, || text(&line));
        }
    }
    Ok(exit)
}

fn verify(source: &Source) -> Line {
    let (functions, problems) = match decode(&source.bytes) {
        Ok(snapshot) => (snapshot.functions.len(), content(source, &snapshot)),
        Err(error) => (0, vec![error.to_string()]),
    };
    let bytes = source.bytes.len();
    Line { name: source.name(), ok: problems.is_empty(), bytes, functions, problems }
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
    match line.problems.is_empty() {
        true => format!("{}: whole ({} functions)", line.name, line.functions),
        false => line
            .problems
            .iter()
            .map(|problem| format!("{}: {problem}", line.name))
            .collect::<Vec<_>>()
            .join("\n"),
    }
}
