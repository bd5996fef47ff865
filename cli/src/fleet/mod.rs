//! `bareflow fleet`: what many machines learned, in a folder, and what a new one starts from.

mod store;

use std::path::{Path, PathBuf};

use bareflow_fleet::{Fleet, Newcomer, Origin, Refused, Settled};
use serde::Serialize;
use snapshot_fmt::{Snapshot, encode};

use crate::failure::{Exit, Failure};
use crate::output_file::write_bytes;
use crate::snapshot::all;
use crate::snapshot::names::{grouped, table};
use crate::snapshot::recompile::only_proved;
use crate::sync::Target;
use crate::ui::Ui;

pub use store::Store;

/// Snapshots of many machines.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
A STORE is a folder, wherever all machines' keepers reach it; each snapshot lies in it under the hash of its
bytes. In which order, how often and in what portions they come makes no difference.

Examples:
  bareflow fleet push /srv/fleet disk.img --machine box-17
  bareflow fleet report /srv/fleet
  bareflow fleet pull /srv/fleet new.img               what a new machine starts from, onto its disk
  bareflow fleet merge /srv/fleet -o all.snapshot")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Puts the snapshots of a machine into a store
    Push(Push),
    /// Writes what all machines know as one snapshot
    Merge(Merge),
    /// Puts what all machines know of a disk's programs onto it: its next boot starts there
    Pull(Pull),
    /// Says which machines there are, and what of each counts
    Report(Report),
}

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow fleet push /srv/fleet disk.img --machine box-17       all snapshots on the disk
  bareflow fleet push /srv/fleet disk.img:3 --machine box-17     that of boot 3")]
struct Push {
    /// The store; it is made if it is not there
    store: PathBuf,
    /// Files, folders, disk images; of disks and folders all snapshots
    #[arg(value_name = "SNAPSHOT", required = true)]
    targets: Vec<String>,
    /// What the machine is called; others must be called otherwise
    #[arg(long, value_name = "NAME")]
    machine: String,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow fleet merge /srv/fleet -o all.snapshot
  bareflow fleet merge /srv/fleet -o all.snapshot --features sse41,popcnt")]
struct Merge {
    /// The store
    store: PathBuf,
    /// The snapshot to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Take code only that needs no other processor features than these
    #[arg(long, value_name = "NAME", value_delimiter = ',', num_args = 0..)]
    features: Option<Vec<String>>,
    /// The new machine's processor, as `report` calls it: what machines of that model found fast weighs more
    #[arg(long, value_name = "MODEL")]
    cpu: Option<String>,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow fleet pull /srv/fleet new.img
  bareflow fleet pull /srv/fleet old.img --replace               push its own snapshots first")]
struct Pull {
    /// The store
    store: PathBuf,
    /// A disk image, or a folder that lies there as its volume does
    #[arg(value_name = "IMAGE|FOLDER")]
    target: PathBuf,
    /// Take code only that needs no other processor features than these; the machine itself looks, too,
    /// before it runs any
    #[arg(long, value_name = "NAME", value_delimiter = ',', num_args = 0..)]
    features: Option<Vec<String>>,
    /// The new machine's processor, as `report` calls it: what machines of that model found fast weighs more
    #[arg(long, value_name = "MODEL")]
    cpu: Option<String>,
    /// Though the disk has boots of its own: what they learned counts only if it was pushed
    #[arg(long)]
    replace: bool,
    /// Take code as its machine pushed it, without compiling it again here to compare bytes
    #[arg(long)]
    trust: bool,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow fleet report /srv/fleet
  bareflow fleet report /srv/fleet --json                        one JSON object a machine")]
struct Report {
    /// The store
    store: PathBuf,
}

/// Runs it.
///
/// # Errors
/// A store or a disk that cannot be read or written, or one without any snapshot.
pub fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    match &args.command {
        Command::Push(args) => push(args, ui)?,
        Command::Merge(args) => {
            let (fleet, damaged) = open(&args.store)?;
            let base = fleet.commonest().ok_or_else(|| nothing(&args.store))?;
            let settled = settle(&fleet, &base, args.features.as_deref(), args.cpu.as_deref())?;
            let bytes = encoded(&settled.snapshot, &args.output)?;
            write_bytes(&args.output, &bytes)?;
            told(&args.output.display().to_string(), &settled, &[], &damaged, ui);
        }
        Command::Pull(args) => {
            let (fleet, damaged) = open(&args.store)?;
            let target = Target(args.target.clone());
            let base = target.base()?;
            if base.boot_count > 0 && !args.replace {
                let message = "it has boots of its own: push them first; --replace then starts it from \
                               what all know";
                return Err(Failure::input(&args.target, message));
            }
            let cpu = args.cpu.as_deref();
            let mut settled = settle(&fleet, &base, args.features.as_deref(), cpu)?;
            // What a machine says its code is need not be so: bytes tell.
            let unproved = if args.trust { Vec::new() } else { only_proved(&mut settled.snapshot) };
            settled.snapshot.boot_count = base.boot_count + 1;
            settled.snapshot.generation = base.generation + 1;
            let bytes = encoded(&settled.snapshot, &args.target)?;
            let file = target.write(settled.snapshot.boot_count, &bytes)?;
            told(&format!("{}:{file}", args.target.display()), &settled, &unproved, &damaged, ui);
        }
        Command::Report(args) => report(args, ui)?,
    }
    Ok(Exit::Success)
}

fn open(store: &Path) -> Result<(Fleet, Vec<String>), Failure> {
    let mut fleet = Fleet::default();
    let damaged = Store(store.to_owned()).each(|entry| fleet.add(entry))?;
    Ok((fleet, damaged))
}

fn nothing(store: &Path) -> Failure {
    Failure::input(store, "there is no snapshot in it: `bareflow fleet push` puts some there")
}

fn settle(
    fleet: &Fleet,
    base: &Snapshot,
    features: Option<&[String]>,
    cpu: Option<&str>,
) -> Result<Settled, Failure> {
    // A disk that has booted says whose it is.
    let own = Some(base.engine.cpu.as_str()).filter(|_| base.boot_count > 0);
    let engine = bareflow_session::engine();
    let newcomer = Newcomer { engine: &engine, features, cpu: cpu.or(own) };
    let settled = fleet.settle(base, newcomer).map_err(Failure::usage)?;
    if settled.machines == 0 {
        return Err(Failure::usage("no machine of the store has run these programs"));
    }
    Ok(settled)
}

fn encoded(snapshot: &Snapshot, to: &Path) -> Result<Vec<u8>, Failure> {
    encode(snapshot).map_err(|error| Failure::output(to, error))
}

#[derive(Serialize)]
struct Pushed {
    machine: String,
    boot: u32,
    entry: String,
    new: bool,
}

fn push(args: &Push, ui: &Ui) -> Result<(), Failure> {
    let store = Store(args.store.clone());
    for target in &args.targets {
        for source in all(target)? {
            let boot = source.decode()?.boot_count;
            let origin = Origin { machine: args.machine.clone(), boot };
            let (entry, new) = store.push(&origin, &source.bytes)?;
            let line = Pushed { machine: args.machine.clone(), boot, entry, new };
            ui.result(&line, || {
                let known = if line.new { "" } else { ", which was there" };
                format!("{}, boot {}: {}{known}", line.machine, line.boot, line.entry)
            });
        }
    }
    Ok(())
}

#[derive(Serialize)]
struct Told<'a> {
    output: &'a str,
    machines: usize,
    functions: usize,
    compiled: usize,
    code_of: &'a Option<Origin>,
    reopened: usize,
    refused: &'a [Refused],
    /// Code that was not taken, since it is not what its compiler makes here.
    unproved: &'a [String],
    damaged: &'a [String],
}

fn told(output: &str, settled: &Settled, unproved: &[String], damaged: &[String], ui: &Ui) {
    let functions = &settled.snapshot.functions;
    let line = Told {
        output,
        machines: settled.machines,
        functions: functions.len(),
        compiled: functions.iter().filter(|function| function.object.is_some()).count(),
        code_of: &settled.code_of,
        reopened: settled.reopened,
        refused: &settled.refused,
        unproved,
        damaged,
    };
    ui.result(&line, || {
        let Told { machines, functions, compiled, .. } = line;
        let mut text = format!("{output}: {functions} functions of {machines} machines");
        if let Some(origin) = line.code_of {
            text += &format!("; code of {compiled}, from {}, boot {}", origin.machine, origin.boot);
        }
        if line.reopened > 0 {
            text += &format!("; {} tournaments to be held again", line.reopened);
        }
        for Refused { origin, why } in line.refused {
            text += &format!("\n  {}, boot {}: {why}", origin.machine, origin.boot);
        }
        unproved.iter().for_each(|line| text += &format!("\n  code not taken: {line}"));
        damaged.iter().for_each(|line| text += &format!("\n  skipped: {line}"));
        text
    });
}

fn report(args: &Report, ui: &Ui) -> Result<(), Failure> {
    let (fleet, damaged) = open(&args.store)?;
    let machines = fleet.report();
    if machines.is_empty() {
        return Err(nothing(&args.store));
    }
    if ui.json() {
        machines.iter().for_each(|machine| ui.result(machine, String::new));
    } else {
        let heading =
            ["machine", "boot", "snapshots", "counted", "counts", "compiled", "processor"];
        let mut rows = vec![heading.map(String::from).to_vec()];
        rows.extend(machines.iter().map(|one| {
            vec![
                one.machine.clone(),
                grouped(one.boot),
                grouped(one.snapshots as u64),
                grouped(one.counted),
                grouped(one.counts),
                grouped(one.compiled as u64),
                one.cpu.clone(),
            ]
        }));
        ui.note(&table(&rows, &[0, 6]));
    }
    damaged.iter().for_each(|line| eprintln!("skipped: {line}"));
    Ok(())
}
