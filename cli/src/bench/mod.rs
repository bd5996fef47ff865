//! `bareflow bench`: every level against native code.
//!
//! Each contender is a process. They run in turn, round after round, so that a machine whose
//! speed drifts slows all of them; figures are ratios within a round, their median over the
//! rounds, and the geometric mean over the modules. What is timed is the time that a process had a
//! processor, so that other work on the machine counts little. Answers are compared with the right
//! ones.

mod chart;
mod compile_time;
mod contender;
mod figures;
mod machine;
mod module_run;
mod native;
mod peak;
mod peers;
mod report;
mod rust;
mod subject;
mod table;
mod wasm;
mod watched;

use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::artefacts::Artefacts;
use crate::failure::{Exit, Failure, Kind};
use crate::output_file::write_whole;
use crate::ui::Ui;
use contender::Contender;
use figures::{Line, Rounds, Summary};
use subject::{Bitcode, Module, Of, subjects};

/// What `bareflow bench` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow bench                              modules and larger programs, every level
  bareflow bench --rounds 9 --only sha256     one module
  bareflow bench --of programs                the larger programs alone
  bareflow bench --bitcode O0                 from bitcode that no compiler has optimised
  bareflow bench --compile-time               how long compiling all functions takes
  bareflow bench --json > bench.json          one JSON object a module, then the summary
  bareflow bench --peak                       how long until each module runs at its peak
  bareflow bench --watched --rounds 15        what profiling at the top level costs
  bareflow bench --html bench.html            a page with a chart, too
  bareflow bench --report docs                benchmarks.md, .svg and .json, with time to peak

Native code is made by clang (clang-22, or what CLANG names) from the C twins of the modules and
from the larger programs, one of which is Rust and made by rustc. Peers run when they are in the
search path:
  lli       apt-get install llvm-22 (its interpreter gets small arguments and simplified code)
  wasmtime  cargo install wasmtime-cli (--version 48.0.8 with Rust 1.95); apt-get install lld-22 for wasm-ld
  wasmi     cargo install wasmi_cli; apt-get install lld-22 for wasm-ld
Programs that need a C library run on the last two with wasi-libc (apt-get install wasi-libc).")]
pub struct Args {
    /// Rounds
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    rounds: u32,
    /// What is measured: usually both; with --compile-time, --peak and --watched the modules
    #[arg(long, value_name = "WHAT")]
    of: Option<Of>,
    /// Only the modules and programs with this in their name
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// Optimisation of the bitcode that the engine gets
    #[arg(long, value_name = "LEVEL", default_value = "O2")]
    bitcode: Bitcode,
    /// Time compiling all functions at each level, not running them
    #[arg(long)]
    compile_time: bool,
    /// Instead: how long from the first instruction until 95 % of peak speed, functions rising
    #[arg(long, conflicts_with_all = ["watched", "rounds"])]
    peak: bool,
    /// With --peak: when functions rise
    #[arg(long, value_name = "A,B,C", default_value = "100,1000,10000", requires = "peak")]
    thresholds: String,
    /// Instead: what counting and measuring at the top level costs, the same code with and without
    #[arg(long)]
    watched: bool,
    /// Write a page with a chart and all figures
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write benchmarks.md, benchmarks.svg and benchmarks.json into this folder, with the time
    /// that each program takes to its peak
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["peak", "watched", "compile_time"])]
    report: Option<PathBuf>,
}

/// Runs the benchmark.
///
/// # Errors
/// A wrong answer, or a compiler that is missing.
pub fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let artefacts = Artefacts::locate();
    let special = args.compile_time || args.peak || args.watched;
    let of = args.of.unwrap_or(if special { Of::Modules } else { Of::All });
    let modules = subjects(of, &args.only, &artefacts)?;
    if args.compile_time {
        return compile_time::run(&modules, args, &artefacts, ui);
    }
    if args.peak {
        let lines = time_to_peak(&modules, args, &artefacts, ui, true)?;
        if !ui.json() {
            println!("{}", peak::render(&lines));
        }
        return Ok(Exit::Success);
    }
    if args.watched {
        let one = |module: &Module| watched::measure(module, &artefacts, args.rounds);
        let lines = each(&modules, ui, true, one)?;
        let summary = watched::summarise(&lines, args.rounds);
        ui.result(&summary, || watched::render(&lines, &summary));
        return Ok(Exit::Success);
    }
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(Kind::Output, format!("a temporary folder: {error}")))?;
    let bar = ui.progress(modules.len() as u64 * u64::from(args.rounds), "measuring");
    let mut lines = Vec::new();
    for module in &modules {
        let contenders = contender::all(module, args.bitcode, &artefacts, folder.path())?;
        let line = measure(module, &contenders, args.rounds, &bar)?;
        bar.suspend(|| {
            if ui.json() {
                ui.result(&line, String::new);
            }
        });
        lines.push(line);
    }
    bar.finish_and_clear();
    let summary = Summary::new(&lines, args.rounds, args.bitcode);
    let words: Vec<String> = std::env::args().skip(1).collect();
    let command = format!("cargo bareflow {}", words.join(" "));
    if let Some(file) = &args.html {
        write(file, &chart::render(&lines, &summary, &command))?;
    }
    if let Some(folder) = &args.report {
        let peaks = time_to_peak(&modules, args, &artefacts, ui, false)?;
        report::write_all(folder, &lines, &summary, &peaks, &command)?;
    }
    ui.result(&summary, || table::render(&lines, &summary));
    Ok(Exit::Success)
}

fn write(file: &Path, text: &str) -> Result<(), Failure> {
    write_whole(file, |out| {
        std::io::Write::write_all(out, text.as_bytes())
            .map_err(|error| Failure::output(file, error))
    })
}

fn time_to_peak(
    modules: &[Module],
    args: &Args,
    artefacts: &Artefacts,
    ui: &Ui,
    show: bool,
) -> Result<Vec<peak::Line>, Failure> {
    each(modules, ui, show, |module| peak::measure(module, artefacts, &args.thresholds))
}

/// Measures every module; with `--json` and `show` each figure is printed as soon as it is known.
fn each<L: Serialize>(
    modules: &[Module],
    ui: &Ui,
    show: bool,
    one: impl Fn(&Module) -> Result<L, Failure>,
) -> Result<Vec<L>, Failure> {
    let bar = ui.progress(modules.len() as u64, "measuring");
    let mut lines = Vec::new();
    for module in modules {
        let line = one(module)?;
        if show {
            bar.suspend(|| ui.result(&line, String::new));
        }
        bar.inc(1);
        lines.push(line);
    }
    bar.finish_and_clear();
    Ok(lines)
}

/// Runs all contenders in turn, round after round.
fn measure(
    module: &Module,
    contenders: &[Contender],
    rounds: u32,
    bar: &indicatif::ProgressBar,
) -> Result<Line, Failure> {
    let mut all = Rounds::default();
    let mut line =
        Line { module: module.name.clone(), program: module.is_program(), ..Line::default() };
    for round in 0..rounds {
        let mut baseline = 0;
        for contender in contenders {
            if contender.small && round > 0 {
                continue;
            }
            if line.left_out.contains_key(contender.name) {
                continue;
            }
            let right = if contender.small { module.small.result } else { module.result };
            let reading = match contender.run() {
                Err(failure) if contender.peer => {
                    let said = failure.to_string();
                    let first = said.lines().next().unwrap_or_default().to_owned();
                    line.left_out.insert(contender.name, first);
                    continue;
                }
                Ok(reading) if contender.peer && reading.result != right => {
                    let message = format!("gives {} instead of {right}", reading.result);
                    line.left_out.insert(contender.name, message);
                    continue;
                }
                ended => ended?,
            };
            if reading.result != right {
                let message = format!(
                    "{} of {} gives {} instead of {right}",
                    contender.name, module.name, reading.result
                );
                return Err(Failure::new(Kind::Failed, message));
            }
            if contender.name == contender::BASELINE {
                baseline = reading.ns;
                all.baseline(reading.ns);
            }
            let against =
                if contender.small { contenders[0].run_small(module)?.ns } else { baseline };
            all.ratio(contender.name, reading.ns, against);
            for (figures, figure) in [
                (&mut line.compile_ns, reading.compile_ns),
                (&mut line.code_bytes, reading.code_bytes),
                (&mut line.peak_bytes, reading.peak_bytes),
            ] {
                if figure > 0 {
                    figures.insert(contender.name, figure);
                }
            }
        }
        bar.inc(1);
    }
    all.finish(&mut line);
    Ok(line)
}
