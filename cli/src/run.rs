//! `bareflow run`: a program in this process, on the same engine as on bare metal.

mod died;
mod line;

use std::io::Write;
use std::path::PathBuf;

use bareflow_hosted::{Clock, Fault, Hosted, Output, install_fault_handler};
use bareflow_report::Record;
use bareflow_session::{
    Finished, Job, Orders, Outcome, ProfileLine, boot, interpreting, symbolise,
};

use crate::artefacts::Artefacts;
use crate::failure::{Exit, Failure, Kind};
use crate::output_file::write_whole;
use crate::perf_map::perf_map;
use crate::program::{NO_MAIN, ProgramOptions, variable};
use crate::sources;
use crate::ui::Ui;
use line::Line;

/// What `bareflow run` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow run hello.bc                          main() of a program
  bareflow run tool.bc -- -v notes.txt           arguments of the program
  bareflow run tool.bc --env LANG=C.UTF-8 < in   its environment, and its standard input
  bareflow run a.bc b.bc --level O2              two files, one program, compiled at O2
  bareflow run fib.bc --entry fib --arg 30       uint64_t fib(uint64_t), its result printed
  bareflow run hello.bc --thresholds adaptive -v why functions rise, or do not
  bareflow run hello.bc --profile --json         what was counted for each function
  bareflow run fib.bc --entry fib --arg 30 --json --repeat 10
  bareflow run hello.bc --smp 2                  compiles on a second processor meanwhile
  bareflow run hello.bc --disk state             starts warm from what the last run saved there
  bareflow run --disk folder                     what a disk with these files would boot")]
pub struct Args {
    /// Bitcode: plain files are linked into one program, each LLBC file is one of its own
    #[arg(required_unless_present = "disk", value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    options: ProgramOptions,
    /// An environment variable of the program; may be repeated. It has no others
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<String>,
    /// Timed calls of the entry, after the --calls of warm-up
    #[arg(long, value_name = "N", default_value_t = 0)]
    repeat: u64,
    /// Time calls by the time this process had a processor, for figures on a busy machine
    #[arg(long)]
    processor_time: bool,
    /// Processors: threads of this process, which compile while the program runs
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=64))]
    smp: u32,
    /// A folder that stands for the machine's disk: starts from its snapshots and saves one.
    /// Without a FILE, its boot/manifest.json says what to run
    #[arg(long, value_name = "DIR")]
    disk: Option<PathBuf>,
    /// Say what is decided and why, on standard error
    #[arg(long, short)]
    verbose: bool,
    /// Write where compiled code lay at the end, as perf reads it; in /tmp/perf-PID.map without
    /// a FILE, where perf looks
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true)]
    perf_map: Option<Option<PathBuf>>,
    /// Let standard output be the machine's serial line: output and records
    #[arg(long, hide = true, conflicts_with = "json")]
    serial: bool,
    /// Arguments of the program
    #[arg(last = true, value_name = "ARG")]
    args: Vec<String>,
}

impl Args {
    /// One program with these arguments.
    pub(crate) fn of_program(
        file: PathBuf,
        options: ProgramOptions,
        smp: u32,
        args: Vec<String>,
    ) -> Self {
        Self {
            files: vec![file],
            options,
            env: Vec::new(),
            repeat: 0,
            processor_time: false,
            smp,
            disk: None,
            verbose: false,
            perf_map: None,
            serial: false,
            args,
        }
    }
}

/// The only level, or that functions rise.
fn level_name(options: &ProgramOptions) -> &'static str {
    options.level.0.map_or("auto", |level| level.name())
}

/// Runs the command.
///
/// # Errors
/// What kept the program from starting.
pub fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let output = if ui.json() { Output::Capture } else { Output::Inherit };
    let machine = Hosted::new(output, args.disk.clone(), true)
        .and_then(|machine| machine.with_cores(args.smp))
        .map_err(|error| Failure::new(Kind::Crashed, format!("no address space: {error}")))?;
    let machine = with_compiler(machine, &args.options)?;
    let clock = if args.processor_time { Clock::Processor } else { Clock::Wall };
    let machine: &'static Hosted = Box::leak(Box::new(machine.with_clock(clock)));
    install_fault_handler(describe);
    let mut job = match args.files.is_empty() {
        true => on_disk(machine, args)?,
        false => given(args)?,
    };
    let orders = Orders {
        args: (!args.args.is_empty()).then(|| args.args.clone()),
        env: args.env.clone(),
        ..Orders::default()
    };
    if orders.args.is_some() && job.manifest.modules.iter().all(|module| module.arg.is_some()) {
        return Err(Failure::usage(NO_MAIN));
    }
    orders.apply(&mut job.manifest);
    let entries: Vec<String> = (job.sources.iter())
        .map(|source| source.entry.clone().unwrap_or_else(|| "main".into()))
        .collect();
    if ui.json() {
        let names = job.sources.iter().map(|source| source.name.clone());
        died::tell(
            machine,
            names.zip(entries.iter().cloned()).collect(),
            level_name(&args.options),
        );
    }
    let finished =
        boot(machine, job).map_err(|error| Failure::new(Kind::Input, error.to_string()))?;
    let printed = machine.take_output();
    if let Some(file) = &args.perf_map {
        let usual = || format!("/tmp/perf-{}.map", std::process::id()).into();
        let file = file.clone().unwrap_or_else(usual);
        write_whole(&file, |out| {
            let map = perf_map(&finished.report.functions);
            out.write_all(map.as_bytes()).map_err(|error| Failure::output(&file, error))
        })?;
    }
    if args.serial {
        serial(&machine.take_records());
        return Ok(Exit::of(finished.report.exit));
    }
    show(&finished, &machine.take_records(), &entries, args, &printed, ui);
    Ok(Exit::of(finished.report.exit))
}

/// The machine with the resident compiler, where it is built. Where some level is to be served by it,
/// it must be there.
fn with_compiler(machine: Hosted, options: &ProgramOptions) -> Result<Hosted, Failure> {
    let artefacts = Artefacts::locate();
    let named = options.compilers.iter().any(|(_, name)| name == "llvm");
    if !named && !artefacts.has("compilers/llvm") {
        return Ok(machine);
    }
    let file = artefacts.path("compilers/llvm")?;
    machine.with_compiler(&file).map_err(|error| Failure::input(&file, error))
}

/// The files of the command line as a job.
fn given(args: &Args) -> Result<Job, Failure> {
    let mut job = sources::job(&args.files, &args.options, &Artefacts::locate())?;
    job.manifest.calls += args.repeat;
    job.manifest.verbose = args.verbose;
    job.manifest.save = args.disk.is_some();
    Ok(job)
}

/// What the folder that stands for the disk says.
fn on_disk(machine: &Hosted, args: &Args) -> Result<Job, Failure> {
    let folder = args.disk.clone().unwrap_or_default();
    if !folder.is_dir() {
        return Err(Failure::input(&folder, "not a folder"));
    }
    let job = Job::from_disk(machine).map_err(|error| Failure::input(&folder, error))?;
    let mut job = job.ok_or_else(|| {
        Failure::input(&folder, "nothing to run: neither boot/manifest.json nor modules/*.bc")
    })?;
    job.manifest.verbose |= args.verbose;
    Ok(job)
}

/// Writes records as they go over a serial line.
fn serial(records: &[Record]) {
    let mut out = std::io::stdout().lock();
    for record in records {
        let text = serde_json::to_string(record).unwrap_or_default();
        // Nobody reads any more: the run is over all the same.
        let _ = writeln!(out, "\u{1e}{text}");
    }
}

fn show(
    finished: &Finished,
    records: &[Record],
    entries: &[String],
    args: &Args,
    printed: &[u8],
    ui: &Ui,
) {
    let report = &finished.report;
    for (index, outcome) in finished.outcomes.iter().enumerate() {
        let (ns_first, ns_median, ns_min) = times(outcome, args.repeat as usize);
        // The programs of one run share one console.
        let output = if index == 0 { printed } else { &[] };
        let line = Line {
            output: String::from_utf8_lossy(output).into_owned(),
            ns_first,
            ns_median,
            ns_min,
            profile: profiles(records, &outcome.module),
            ..Line::new(report, outcome, &entries[index], level_name(&args.options))
        };
        if !ui.json() {
            for profile in &line.profile {
                eprintln!("{}", serde_json::to_string(profile).unwrap_or_default());
            }
        }
        ui.result(&line, || match outcome.result {
            Some(result) => format!("{}: {result}", outcome.module),
            None => String::new(),
        });
    }
}

/// The profiles of a module among the records of a run.
fn profiles<'a>(records: &'a [Record], of: &str) -> Vec<&'a ProfileLine> {
    let own = |record: &'a Record| match record {
        Record::Profile { module, profile } if module == of => Some(profile),
        _ => None,
    };
    records.iter().filter_map(own).collect()
}

/// Nanoseconds of the first call, and median and least of the timed ones.
fn times(outcome: &Outcome, repeat: usize) -> (u64, u64, u64) {
    let all = &outcome.call_ns;
    let mut timed = all[all.len().saturating_sub(repeat.max(1))..].to_vec();
    timed.sort_unstable();
    let first = all.first().copied().unwrap_or(0);
    let median = timed.get(timed.len() / 2).copied().unwrap_or(0);
    (first, median, timed.first().copied().unwrap_or(0))
}

/// A fault of the program, in words; and told to programs that asked.
fn describe(fault: &Fault) -> String {
    let place = |address: u64| match symbolise(address as usize) {
        Some(symbol) => format!("{address:#x} in {symbol}"),
        None => format!("{address:#x}"),
    };
    let touched = match fault.kind {
        "page fault" => format!(" at address {:#x}", fault.address),
        _ => String::new(),
    };
    let core = match fault.core {
        0 => String::new(),
        core => format!(", on core {core}"),
    };
    // Outside of the program's code, it is the interpreter that runs it.
    let place = match symbolise(fault.instruction as usize) {
        None if let Some(place) = interpreting(fault.words()) => format!("in {place}, interpreted"),
        _ => place(fault.instruction),
    };
    let text = format!("error: {}{touched}: {place}{core}", fault.kind);
    died::told(fault, &text);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warm_up_calls_are_not_timed() {
        let outcome = Outcome { call_ns: vec![90, 50, 10, 30, 20], ..Outcome::default() };
        assert_eq!(times(&outcome, 3), (90, 20, 10));
        assert_eq!(times(&outcome, 0), (90, 20, 20));
    }
}
