//! Do tournaments keep the faster one? Ten kernels in two versions, one of them a tenth slower,
//! compete in the running program, with real code and the real clock, again and again.
//!
//! `cargo run --release -p bareflow-tests --example tournament [RUNS [KERNEL...]]`: RUNS (100)
//! of each kernel, or of those named, in one half of which the default is the slower version.
//! Prints for each kernel how often the faster one was kept, how much slower the other was measured
//! to be, how long it took, and what it cost: by the engine's own account, and as the difference to
//! runs without. Ends with 1 when fewer than 95 of 100 were right for a kernel or the cost was 3 %
//! or more.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use bareflow_tests::compile::{self, Recipe, text};
use bareflow_tests::place;
use serde_json::Value;

const KERNELS: [&str; 10] =
    ["hash", "sieve", "dot", "chase", "stencil", "count", "gcd", "bits", "collatz", "random"];
/// Calls of the kernel in a call of the entry, and calls of the entry.
const CALLS: (u64, &str) = (100, "200");
/// Each so many runs are made without a tournament, too.
const WITHOUT: usize = 4;

/// What the runs of a kernel gave.
#[derive(Default)]
struct Tally {
    runs: usize,
    right: usize,
    /// Runs that ended before it was decided.
    open: usize,
    /// Ratios of the two figures, slower to faster.
    ratios: Vec<f64>,
    settled_us: Vec<f64>,
    /// Cost by the engine's account, as a share of the time until it was settled.
    costs: Vec<f64>,
    /// The same by comparison with a run without.
    extra: Vec<f64>,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let runs = arguments.next().and_then(|runs| runs.parse().ok()).unwrap_or(100);
    let only: Vec<String> = arguments.collect();
    let file = match bitcode() {
        Ok(file) => file,
        Err(why) => {
            eprintln!("error: {why}");
            return ExitCode::from(2);
        }
    };
    let mut tallies: Vec<Tally> = KERNELS.iter().map(|_| Tally::default()).collect();
    for run in 0..runs {
        for (kernel, tally) in tallies.iter_mut().enumerate() {
            if !only.is_empty() && !only.iter().any(|name| name == KERNELS[kernel]) {
                continue;
            }
            tally.runs += 1;
            if let Err(why) = hold(&file, kernel, run, tally) {
                eprintln!("error: {}, run {run}: {why}", KERNELS[kernel]);
                return ExitCode::FAILURE;
            }
        }
        eprint!("\r{} of {runs} runs", run + 1);
    }
    eprintln!();
    if report(&mut tallies) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn bitcode() -> Result<PathBuf, String> {
    let source = place::workspace().join("tests/experiments/tournament.c");
    let args = ["-std=gnu2x", "-O2", "-c", "-emit-llvm", "-o", "{out}", &text(&source)];
    let args = args.map(String::from).to_vec();
    let inputs = vec![source];
    compile::make(&Recipe { compiler: "clang-22", args, inputs, suffix: "bc" })
}

/// One tournament of one kernel; in odd runs the default is the slower version.
fn hold(
    file: &std::path::Path,
    kernel: usize,
    run: usize,
    tally: &mut Tally,
) -> Result<(), String> {
    let name = KERNELS[kernel];
    let versions = [format!("{name}_fast"), format!("{name}_slow")];
    let slow_first = run % 2 == 1;
    let (own, other) = (&versions[usize::from(slow_first)], &versions[usize::from(!slow_first)]);
    let instead = format!("{own}={other}");
    let with = program(file, kernel, slow_first, &["--instead", &instead])?;
    let functions = with["functions"].as_array().ok_or("no functions")?;
    let report = functions.iter().find(|f| f["name"] == **own).ok_or("it did not run")?;
    let verdict = &report["verdict"];
    let Some(variants) = verdict["variants"].as_array().filter(|v| v.len() == 2) else {
        tally.open += 1;
        tally.right += usize::from(!slow_first);
        return Ok(());
    };
    let winner = verdict["winner"].as_u64().ok_or("no winner")?;
    let right = (winner == 1) == slow_first;
    tally.right += usize::from(right);
    if !right {
        eprintln!("\n{name}, run {run}: {verdict}");
    }
    let cycles = |at: usize| variants[at]["cycles"].as_f64().unwrap_or(0.0);
    tally.ratios.push(cycles(usize::from(!slow_first)) / cycles(usize::from(slow_first)).max(1.0));
    let settled = verdict["settled_us"].as_f64().unwrap_or(0.0);
    tally.settled_us.push(settled);
    tally.costs.push(verdict["cost_us"].as_f64().unwrap_or(0.0) / settled.max(1.0));
    if !slow_first && (run / 2).is_multiple_of(WITHOUT) {
        // Whichever runs next to the noise of the machine, half of the time the other does.
        let without = program(file, kernel, false, &["--tournaments", "0"])?;
        let again = program(file, kernel, slow_first, &["--instead", &instead])?;
        let time = |value: &Value| {
            let calls = value["call_ns"].as_array().into_iter().flatten();
            calls.filter_map(Value::as_f64).sum::<f64>() / 1e3
        };
        let mean = (time(&with) + time(&again)) / 2.0;
        tally.extra.push((mean - time(&without)) / settled.max(1.0));
    }
    Ok(())
}

fn program(
    file: &std::path::Path,
    kernel: usize,
    slow: bool,
    more: &[&str],
) -> Result<Value, String> {
    let which = kernel as u64 | u64::from(slow) << 4 | CALLS.0 << 8;
    let mut command = Command::new(place::tool("bareflow")?);
    command
        .args(["run", &text(file), "--entry", "tournament", "--arg", &which.to_string()])
        .args(["--calls", CALLS.1, "--thresholds", "20,40,80", "--processor-time", "--json"])
        .args(more)
        .env("BAREFLOW_ARTEFACTS", place::artefacts()?);
    let output = command.output().map_err(|error| error.to_string())?;
    serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{error}: {}", String::from_utf8_lossy(&output.stderr)))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Prints the figures; whether they are good enough.
fn report(tallies: &mut [Tally]) -> bool {
    println!("kernel      right  open   slower by   settled after   cost   compared");
    let mut good = true;
    let (mut costs, mut extras) = (Vec::new(), Vec::new());
    for (name, tally) in KERNELS.iter().zip(tallies).filter(|(_, tally)| tally.runs > 0) {
        let runs = tally.runs;
        let mean = tally.costs.iter().sum::<f64>() / tally.costs.len().max(1) as f64;
        costs.push(mean);
        extras.extend(&tally.extra);
        println!(
            "{name:<9}{:>4} of {runs}{:>6}{:>10.1} %{:>13.0} ms{:>6.2} %{:>9.1} %",
            tally.right,
            tally.open,
            (median(&mut tally.ratios) - 1.0) * 100.0,
            median(&mut tally.settled_us) / 1e3,
            mean * 100.0,
            median(&mut tally.extra) * 100.0,
        );
        good &= tally.right * 100 >= 95 * runs && mean < 0.03;
    }
    let mean = costs.iter().sum::<f64>() / costs.len().max(1) as f64 * 100.0;
    let extra = median(&mut extras) * 100.0;
    println!("cost, mean over the kernels: {mean:.2} %; compared with runs without: {extra:.1} %");
    good
}
