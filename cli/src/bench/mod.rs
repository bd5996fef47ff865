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
mod machine;
mod module_run;
mod native;
mod peak;
mod peers;
mod table;
mod watched;

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::artefacts::Artefacts;
use crate::failure::{Exit, Failure, Kind};
use crate::output_file::write_whole;
use crate::ui::Ui;
use contender::Contender;

/// What `bareflow bench` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow bench                              the twelve modules, every level, five rounds
  bareflow bench --rounds 9 --only sha256     one module
  bareflow bench --bitcode O0                 from bitcode that no compiler has optimised
  bareflow bench --compile-time               how long compiling all functions takes
  bareflow bench --json > bench.json          one JSON object a module, then the summary
  bareflow bench --peak                       how long until each module runs at its peak
  bareflow bench --watched --rounds 15        what profiling at the top level costs
  bareflow bench --html bench.html            a page with a chart, too

Native code is made by clang (clang-22, or what CLANG names) from the C twins of the modules.
Peers run when they are in the search path: lli (its interpreter with small arguments), wasmtime
and wasmi (the twins that need no C library; their processes are timed).")]
pub struct Args {
    /// Rounds
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    rounds: u32,
    /// Only the modules with this in their name
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
}

/// How far rustc optimised the modules.
#[derive(clap::ValueEnum, Serialize, Clone, Copy, PartialEq, Eq, Debug)]
#[value(rename_all = "verbatim")]
enum Bitcode {
    O0,
    O1,
    O2,
    O3,
}

impl Bitcode {
    /// The file of a module.
    fn file(self, module: &str, artefacts: &Artefacts) -> Result<PathBuf, Failure> {
        artefacts.path(&match self {
            Self::O2 => format!("modules/{module}.bc"),
            other => format!("modules/{other:?}/{module}.bc"),
        })
    }
}

/// The twelve modules as `modules.json` describes them.
#[derive(Deserialize, Debug)]
struct List {
    modules: Vec<Module>,
}

/// A module, its argument and its right answer.
#[derive(Deserialize, Debug, Clone)]
struct Module {
    name: String,
    arg: u64,
    result: u64,
    small: Small,
}

/// A smaller argument, and its right answer.
#[derive(Deserialize, Debug, Clone, Copy)]
struct Small {
    arg: u64,
    result: u64,
}

/// One module's figures.
#[derive(Serialize, Debug)]
struct Line {
    module: String,
    /// Least nanoseconds of a call of the baseline, median over the rounds.
    baseline_ns: u64,
    /// Median ratio to the baseline, by contender; below 1 is faster.
    ratio: BTreeMap<&'static str, f64>,
    /// Smallest and largest ratio of any round, by contender.
    spread: BTreeMap<&'static str, (f64, f64)>,
    /// Nanoseconds of compiling everything, by contender.
    compile_ns: BTreeMap<&'static str, u64>,
    /// Bytes of native code, by contender.
    code_bytes: BTreeMap<&'static str, u64>,
    /// Most memory of the process, by contender.
    peak_bytes: BTreeMap<&'static str, u64>,
    /// Peers that failed on this module, and why.
    left_out: BTreeMap<&'static str, String>,
}

/// All modules together.
#[derive(Serialize, Debug)]
struct Summary {
    machine: machine::Machine,
    rounds: u32,
    bitcode: Bitcode,
    baseline: &'static str,
    /// Geometric mean of the ratios, by contender.
    geometric_mean: BTreeMap<&'static str, f64>,
    /// Where each level gains most on the one below it.
    gains: Vec<Gain>,
    /// Nanoseconds of compiling all functions of all modules, by contender.
    compile_ns: BTreeMap<&'static str, u64>,
    /// Bytes of native code of all modules, by contender.
    code_bytes: BTreeMap<&'static str, u64>,
    /// Most memory of a process, median over the modules, by contender.
    peak_bytes: BTreeMap<&'static str, u64>,
}

/// What a level is there for.
#[derive(Serialize, Debug)]
struct Gain {
    level: &'static str,
    below: &'static str,
    module: String,
    /// Time at the level below, in times of this level.
    times: f64,
}

/// Levels, each behind the one that it has to beat.
const STEPS: [(&str, &str); 4] = [("interp", "O0"), ("O0", "O1"), ("O1", "O2"), ("O2", "O3")];

/// Runs the benchmark.
///
/// # Errors
/// A wrong answer, or a compiler that is missing.
pub fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let artefacts = Artefacts::locate();
    let path = artefacts.path("modules/modules.json")?;
    let text = std::fs::read(&path).map_err(|error| Failure::input(&path, error))?;
    let list: List = serde_json::from_slice(&text).map_err(|e| Failure::input(&path, e))?;
    let modules: Vec<Module> =
        list.modules.into_iter().filter(|module| module.name.contains(&args.only)).collect();
    if modules.is_empty() {
        return Err(Failure::usage(format!("no module has `{}` in its name", args.only)));
    }
    if args.compile_time {
        return compile_time::run(&modules, args, &artefacts, ui);
    }
    if args.peak {
        let one = |module: &Module| peak::measure(module, &artefacts, &args.thresholds);
        let lines = each(&modules, ui, one)?;
        if !ui.json() {
            println!("{}", peak::render(&lines));
        }
        return Ok(Exit::Success);
    }
    if args.watched {
        let one = |module: &Module| watched::measure(module, &artefacts, args.rounds);
        let lines = each(&modules, ui, one)?;
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
    let summary = summarise(&lines, args);
    if let Some(file) = &args.html {
        let words: Vec<String> = std::env::args().skip(1).collect();
        let command = format!("cargo bareflow {}", words.join(" "));
        let text = chart::render(&lines, &summary, &command);
        write_whole(file, |out| {
            std::io::Write::write_all(out, text.as_bytes())
                .map_err(|error| Failure::output(file, error))
        })?;
    }
    ui.result(&summary, || table::render(&lines, &summary));
    Ok(Exit::Success)
}

/// Measures every module; with `--json` each figure is printed as soon as it is known.
fn each<L: Serialize>(
    modules: &[Module],
    ui: &Ui,
    one: impl Fn(&Module) -> Result<L, Failure>,
) -> Result<Vec<L>, Failure> {
    let bar = ui.progress(modules.len() as u64, "measuring");
    let mut lines = Vec::new();
    for module in modules {
        let line = one(module)?;
        bar.suspend(|| ui.result(&line, String::new));
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
    let mut ratios: BTreeMap<&'static str, Vec<f64>> = BTreeMap::new();
    let mut line = Line {
        module: module.name.clone(),
        baseline_ns: 0,
        ratio: BTreeMap::new(),
        spread: BTreeMap::new(),
        compile_ns: BTreeMap::new(),
        code_bytes: BTreeMap::new(),
        peak_bytes: BTreeMap::new(),
        left_out: BTreeMap::new(),
    };
    let mut baselines = Vec::new();
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
                baselines.push(reading.ns);
            }
            let against =
                if contender.small { contenders[0].run_small(module)?.ns } else { baseline };
            let ratio = reading.ns as f64 / against.max(1) as f64;
            ratios.entry(contender.name).or_default().push(ratio);
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
    baselines.sort_unstable();
    line.baseline_ns = baselines[baselines.len() / 2];
    for (name, mut values) in ratios {
        values.sort_by(f64::total_cmp);
        line.ratio.insert(name, values[values.len() / 2]);
        line.spread.insert(name, (values[0], values[values.len() - 1]));
    }
    Ok(line)
}

fn summarise(lines: &[Line], args: &Args) -> Summary {
    let mut summary = Summary {
        machine: machine::Machine::here(),
        rounds: args.rounds,
        bitcode: args.bitcode,
        baseline: contender::BASELINE,
        geometric_mean: BTreeMap::new(),
        gains: STEPS.into_iter().filter_map(|(below, level)| gain(lines, below, level)).collect(),
        compile_ns: BTreeMap::new(),
        code_bytes: BTreeMap::new(),
        peak_bytes: BTreeMap::new(),
    };
    for name in lines.iter().flat_map(|line| line.ratio.keys()) {
        let logs: Vec<f64> =
            lines.iter().filter_map(|line| line.ratio.get(name)).map(|ratio| ratio.ln()).collect();
        let mean = (logs.iter().sum::<f64>() / logs.len().max(1) as f64).exp();
        summary.geometric_mean.insert(*name, mean);
        let mut peaks: Vec<u64> =
            lines.iter().filter_map(|line| line.peak_bytes.get(name)).copied().collect();
        peaks.sort_unstable();
        if let Some(peak) = peaks.get(peaks.len() / 2) {
            summary.peak_bytes.insert(*name, *peak);
        }
    }
    for line in lines {
        for (name, ns) in &line.compile_ns {
            *summary.compile_ns.entry(name).or_default() += ns;
        }
        for (name, bytes) in &line.code_bytes {
            *summary.code_bytes.entry(name).or_default() += bytes;
        }
    }
    summary
}

/// The module on which a level gains most on the one below it.
fn gain(lines: &[Line], below: &'static str, level: &'static str) -> Option<Gain> {
    let times = |line: &Line| Some(line.ratio.get(below)? / line.ratio.get(level)?);
    let gains = lines.iter().filter_map(|line| {
        Some(Gain { level, below, module: line.module.clone(), times: times(line)? })
    });
    gains.max_by(|a, b| a.times.total_cmp(&b.times))
}
