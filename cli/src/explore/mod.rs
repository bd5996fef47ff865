//! `bareflow explore`: one page to look through all that was learned.
//!
//! The page is a file of its own: data as JSON, a script that shows it, no network. What it shows is
//! gathered here: from the snapshot what was counted, measured and compiled ([`function`]), from its
//! bitcode what the code was made of ([`bodies`]), from the shrinker what would be left out and why,
//! and from the older snapshots on the same disk how it came about ([`past`]).

mod bodies;
mod charts;
mod data;
mod function;
mod past;
mod shell;
mod source;

use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};

use bareflow_cranelift::Cranelift;
use bareflow_shrink::Options;
use snapshot_fmt::Snapshot;

use crate::failure::{Exit, Failure};
use crate::output_file::write_bytes;
use crate::snapshot::{Source, all, one};
use crate::ui::Ui;
use data::Data;
use function::Fates;

pub(crate) use function::Refusals;

/// Writes one page to look through all that was learned.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow explore disk.img                        writes disk.html
  bareflow explore disk.img -o page.html           all boots on the disk, the newest in detail
  bareflow explore new.snapshot --against old.snapshot -o page.html

The page needs no network. Keys: / searches, arrows or j and k go through functions, b shows boots,
c compares, ? lists all keys.")]
pub struct Args {
    /// File, folder or disk image
    #[arg(value_name = "SNAPSHOT")]
    target: String,
    /// The page; without it, it goes beside the snapshot
    #[arg(short, long, value_name = "PAGE")]
    output: Option<PathBuf>,
    /// A further snapshot to compare with, beside those on the same disk
    #[arg(long, value_name = "SNAPSHOT")]
    against: Option<String>,
}

/// What `--json` prints.
#[derive(serde::Serialize)]
struct Line<'a> {
    page: &'a Path,
    bytes: usize,
    functions: usize,
    snapshots: usize,
}

/// Writes the page.
///
/// # Errors
/// A snapshot that cannot be read, a page that cannot be written.
pub fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let source = one(&args.target)?;
    let mut others = older(&args.target, &source);
    if let Some(against) = &args.against {
        others.push(one(against)?);
    }
    let output = args.output.clone().unwrap_or_else(|| source.file.with_extension("html"));
    let data = gather(&source, &others, &Refusals::new())?;
    let page = shell::page(&data);
    write_bytes(&output, page.as_bytes())?;
    let line = Line {
        page: &output,
        bytes: page.len(),
        functions: data.functions.len(),
        snapshots: data.snapshots.len(),
    };
    ui.result(&line, || {
        format!(
            "{}: {} functions of {}, {} snapshots",
            output.display(),
            line.functions,
            data.name,
            line.snapshots
        )
    });
    Ok(Exit::Success)
}

/// Says on a terminal where a disk that has learned something can be looked through.
pub(crate) fn hint(disk: &Path, ui: &Ui) {
    if !ui.json() && std::io::stdout().is_terminal() {
        println!("look through it: bareflow explore {}", disk.display());
    }
}

/// The page of the newest snapshot that `target` names, for other commands.
///
/// # Errors
/// A snapshot that cannot be read.
pub(crate) fn page(target: &str, refusals: &Refusals) -> Result<String, Failure> {
    let source = one(target)?;
    let others = older(target, &source);
    Ok(shell::page(&gather(&source, &others, refusals)?))
}

/// What else lies where `source` lies: other boots of the same disk. One that cannot be read is none.
fn older(target: &str, source: &Source) -> Vec<Source> {
    // `IMAGE:N` names one; its disk has others.
    let disk = match &source.inside {
        Some(_) => source.file.to_string_lossy().into_owned(),
        None => target.to_owned(),
    };
    let mut found = all(&disk).unwrap_or_default();
    found.retain(|other| other.name() != source.name());
    found
}

fn gather(source: &Source, others: &[Source], refusals: &Refusals) -> Result<Data, Failure> {
    let snapshot = source.decode()?;
    let mut notes = Vec::new();
    let bodies = bodies::read(&snapshot, &mut notes);
    let fates = fates(source, &mut notes);
    let mut functions = function::all(&snapshot, &bodies, &fates, refusals);
    functions.sort_by_key(|function| std::cmp::Reverse((function.heat, function.calls)));
    function::connect(&mut functions);
    let mut decoded: Vec<(String, Snapshot)> = Vec::new();
    for other in others {
        match other.decode() {
            Ok(past) => decoded.push((other.name(), past)),
            Err(failure) => notes.push(failure.to_string()),
        }
    }
    let snapshots = past::all(&source.name(), &snapshot, &decoded, &functions);
    Ok(Data::new(source.name(), &snapshot, functions, snapshots, notes))
}

fn fates(source: &Source, notes: &mut Vec<String>) -> Fates {
    let options = Options { flat: true, plain: true, ..Options::default() };
    match bareflow_shrink::shrink::shrink(&source.bytes, &Cranelift::new(), &options) {
        Ok(shrunk) => {
            let lines = shrunk.report.functions.into_iter();
            lines.map(|line| (line.name, (line.kept, line.why))).collect()
        }
        Err(failure) => {
            notes.push(format!("what shrinking would leave out is not known: {failure}"));
            Fates::new()
        }
    }
}
