//! `bareflow bench`: every level against native code.
//!
//! Each contender is a process. They run in turn, round after round, so that a machine whose
//! speed drifts slows all of them; figures are ratios within a round, their median over the
//! rounds, and the geometric mean over the modules. What is timed is the time that a process had a
//! processor, so that other work on the machine counts little. Answers are compared with the right
//! ones.

mod against;
mod args;
mod chart;
mod cold;
mod compile_time;
mod contender;
mod entries;
mod figures;
mod machine;
mod module_run;
mod native;
mod peak;
mod peers;
mod process;
mod profiled;
mod report;
mod rust;
mod subject;
mod table;
mod wasm;
mod watched;

use serde::Serialize;

use crate::artefacts::Artefacts;
use crate::failure::{Exit, Failure, Kind};
use crate::output_file::write_bytes;
use crate::ui::Ui;
pub use args::Args;
use contender::Contender;
use figures::{Line, Rounds, Summary};
use subject::{Module, Of, subjects};

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
    if let Some(other) = &args.against {
        let one = |module: &Module| {
            against::measure(module, args.bitcode, other, &artefacts, args.rounds)
        };
        let lines = each(&modules, ui, true, one)?;
        if !ui.json() {
            println!("{}", against::render(&lines, args.rounds));
        }
        return Ok(Exit::Success);
    }
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(Kind::Output, format!("a temporary folder: {error}")))?;
    let bar = ui.progress(modules.len() as u64 * u64::from(args.rounds), "measuring");
    let mut lines = Vec::new();
    for module in &modules {
        let contenders =
            entries::all(module, args.bitcode, &args.compilers, &artefacts, folder.path())?;
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
        write_bytes(file, chart::render(&lines, &summary, &command).as_bytes())?;
    }
    if let Some(folder) = &args.report {
        let peaks = time_to_peak(&modules, args, &artefacts, ui, false)?;
        report::write_all(folder, &lines, &summary, &peaks, &command)?;
    }
    ui.result(&summary, || table::render(&lines, &summary));
    Ok(Exit::Success)
}

fn time_to_peak(
    modules: &[Module],
    args: &Args,
    artefacts: &Artefacts,
    ui: &Ui,
    show: bool,
) -> Result<Vec<peak::Line>, Failure> {
    each(modules, ui, show, |module| {
        peak::measure(module, artefacts, args.thresholds.as_deref(), args.smp)
    })
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
