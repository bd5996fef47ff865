//! `bareflow sync`: what machines printed of themselves decides where the next boot of a disk starts.
//!
//! Machines whose image was made with `--profile` print what they counted on their serial line. That text is
//! all that is needed: functions are sorted into levels by it, compiled here, and put onto a disk as the
//! snapshot that its next boot starts from.

mod apply;
mod log;
mod target;

use std::io::Read as _;
use std::path::PathBuf;

use bareflow_profile::Level;
use serde::Serialize;
use snapshot_fmt::encode;

use crate::failure::{Exit, Failure};
use crate::program::{ThresholdChoice, thresholds};
use crate::snapshot::names::{grouped, table};
use crate::ui::Ui;
use apply::Decision;
use log::{Damaged, Reading};
pub(crate) use target::Target;

/// Takes profiles from serial lines to a disk, so that its next boot starts where they lead.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow sync disk.img serial.log              functions into levels, compiled here, onto the disk
  bareflow sync disk.img serial.log --dry-run    the table only
  ssh box cat /dev/ttyS0 | bareflow sync disk.img
  bareflow sync /mnt/disk one.log two.log        a folder that a volume is mounted on")]
pub struct Args {
    /// A disk image, or a folder that lies there as its volume does
    #[arg(value_name = "IMAGE|FOLDER")]
    target: PathBuf,
    /// What came over serial lines, profiles among whatever else [default: standard input]
    #[arg(value_name = "LOG")]
    logs: Vec<PathBuf>,
    /// Write nothing: say only what would be
    #[arg(long)]
    dry_run: bool,
    /// Calls and rounds of loops from which a function is at O1, O2, O3 [default: the disk's]
    #[arg(long, value_name = "A,B,C", value_parser = thresholds)]
    thresholds: Option<ThresholdChoice>,
}

/// What `--json` prints.
#[derive(Serialize)]
struct Line {
    target: PathBuf,
    /// The snapshot that was written; null when nothing was.
    snapshot: Option<String>,
    bytes: Option<usize>,
    functions: Vec<Decision>,
    /// Lines that look like a profile and are none.
    damaged: Vec<Damaged>,
}

/// Synchronises.
///
/// # Errors
/// Logs that cannot be read or hold no profile, a disk without a program, or one that cannot be written.
pub fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let reading = read(args)?;
    let target = Target(args.target.clone());
    let mut snapshot = target.base()?;
    let thresholds = match args.thresholds {
        Some(ThresholdChoice::Fixed(thresholds)) => thresholds,
        Some(ThresholdChoice::Adaptive) => {
            return Err(Failure::usage("--thresholds adaptive needs a machine that measures"));
        }
        None => apply::thresholds(&snapshot),
    };
    let functions = apply::apply(&mut snapshot, &reading, thresholds)?;
    snapshot.boot_count += 1;
    snapshot.generation += 1;
    let bytes = encode(&snapshot).map_err(|error| Failure::output(&args.target, error))?;
    let written = match args.dry_run {
        true => None,
        false => Some(target.write(snapshot.boot_count, &bytes)?),
    };
    let line = Line {
        target: args.target.clone(),
        bytes: written.as_ref().map(|_| bytes.len()),
        snapshot: written,
        functions,
        damaged: reading.damaged,
    };
    ui.result(&line, || text(&line));
    Ok(Exit::Success)
}

fn read(args: &Args) -> Result<Reading, Failure> {
    let mut reading = Reading::default();
    for log in &args.logs {
        let bytes = std::fs::read(log).map_err(|error| Failure::input(log, error))?;
        reading.add(&log.display().to_string(), &bytes);
    }
    if args.logs.is_empty() {
        let mut bytes = Vec::new();
        let failed = |error| Failure::usage(format!("standard input: {error}"));
        std::io::stdin().read_to_end(&mut bytes).map_err(failed)?;
        reading.add("standard input", &bytes);
    }
    if reading.profiles.is_empty() {
        let also = match reading.damaged.first() {
            Some(first) => format!(" ({}:{}: {})", first.log, first.line, first.why),
            None => " (an image made with --profile prints one)".to_owned(),
        };
        return Err(Failure::usage(format!("there is no profile{also}")));
    }
    Ok(reading)
}

fn text(line: &Line) -> String {
    let heading = ["function", "calls", "rounds", "was", "starts at", "code bytes", "note"];
    let mut rows = vec![heading.map(String::from).to_vec()];
    for decision in &line.functions {
        rows.push(vec![
            format!("{}:{}", decision.module, decision.function),
            grouped(decision.calls),
            grouped(decision.rounds),
            decision.before.to_string(),
            decision.level.to_string(),
            decision.code_bytes.map_or(String::from("-"), grouped),
            decision.note.clone().unwrap_or_default(),
        ]);
    }
    let mut text = table(&rows, &[0, 6]);
    for damaged in &line.damaged {
        text.push_str(&format!("\n{}:{}: skipped: {}", damaged.log, damaged.line, damaged.why));
    }
    let count = |level: Level| line.functions.iter().filter(|d| d.level == level).count();
    let [interp, o0, o1, o2, o3] = Level::ALL.map(count);
    text.push_str(&format!("\ninterp/O0/O1/O2/O3: {interp}/{o0}/{o1}/{o2}/{o3}; "));
    text.push_str(&match (&line.snapshot, line.bytes) {
        (Some(snapshot), Some(bytes)) => {
            format!("wrote {snapshot}, {} bytes", grouped(bytes as u64))
        }
        _ => "nothing was written".to_owned(),
    });
    text
}
