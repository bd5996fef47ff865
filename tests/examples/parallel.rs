//! What several processors bring and cost, hosted: prints medians of runs that take turns, and ratios.
//!
//! `cargo run --release --no-default-features -p bareflow-tests --example parallel [ROUNDS]`
//! `cargo run --release --no-default-features -p bareflow-tests --example parallel -- --machine [ROUNDS]`: the first
//! of these on emulated machines, whose processors are threads of the emulator
//!
//! * how many times faster five programs are on two processors than on one, whose iterations have
//!   nothing to do with each other (by the program's own clock, compiled beforehand);
//! * what a parallel region and a barrier cost with 2 and 4 threads, beside LLVM's OpenMP library, natively;
//! * how many times as much two threads allocate and free as one does, beside the system's C library;
//! * the longest time that a program sees between two of its calls while functions rise: compiled by
//!   the processor that runs it, or by another one.
//!
//! Two processors of the host have to be free: what else runs there shows in every figure but the first
//! column of the last table, which is the least of all runs. Needs `omp.h` and `libomp` of clang 22
//! (Debian: `libomp-22-dev`).

use std::path::{Path, PathBuf};
use std::process::Command;

use bareflow_tests::compile::{Recipe, make, text};
use bareflow_tests::place;

/// What a program says: first words of a line, and the number it ends with.
type Said = Vec<(String, f64)>;

/// A line of both, and the numbers of one and of the other, run by run.
type Rows = Vec<(String, Vec<f64>, Vec<f64>)>;

fn compile(name: &str, args: &[&str], suffix: &str) -> Result<PathBuf, String> {
    let source = place::workspace().join(format!("tests/native/parallel/{name}.c"));
    let mut all: Vec<String> = args.iter().map(|arg| (*arg).into()).collect();
    all.extend(["-fopenmp", "-w", "-O2", "-o", "{out}"].map(String::from));
    all.push(text(&source));
    make(&Recipe { compiler: "clang-22", args: all, inputs: vec![source], suffix })
}

fn ask(command: &mut Command) -> Result<Said, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |line: &str| {
        let (name, number) = line.rsplit_once(' ')?;
        // Times have a point. Sums, which go to standard error, have none; a machine has both on one line.
        number.contains('.').then(|| Some((name.to_owned(), number.parse().ok()?)))?
    };
    let said: Said = said.lines().filter_map(line).collect();
    if said.is_empty() || !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("{command:?} ended with {}: {errors}", output.status));
    }
    Ok(said)
}

fn ours(bitcode: &Path, level: &str, processors: u32) -> Result<Said, String> {
    let mut command = Command::new(place::tool("bareflow")?);
    command.args(["run", "--level", level, "--smp", &processors.to_string()]).arg(bitcode);
    ask(command.env("BAREFLOW_ARTEFACTS", place::artefacts()?))
}

/// An image of a program, all of which is compiled at O3.
fn image(bitcode: &Path, folder: &Path) -> Result<PathBuf, String> {
    let image = folder.join("machine.img");
    let mut command = Command::new(place::tool("bareflow")?);
    command.args(["image", &text(bitcode), "--level", "O3", "--no-save", "-o", &text(&image)]);
    let output = command.env("BAREFLOW_ARTEFACTS", place::artefacts()?).output();
    let output = output.map_err(|error| format!("{command:?}: {error}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    if output.status.success() { Ok(image) } else { Err(format!("{command:?}: {errors}")) }
}

fn booted(image: &Path, processors: u32) -> Result<Said, String> {
    let mut command = Command::new(place::tool("bareflow")?);
    command.args(["boot", &text(image), "--discard", "--accel", "tcg", "--timeout", "600"]);
    ask(command.args(["--smp", &processors.to_string()]))
}

/// Runs both, turn and turn about; for each line the numbers of one and of the other.
fn in_turn(
    rounds: usize,
    one: impl Fn() -> Result<Said, String>,
    other: impl Fn() -> Result<Said, String>,
) -> Result<Rows, String> {
    let mut table = Rows::new();
    for _ in 0..rounds {
        for ((name, a), (_, b)) in one()?.into_iter().zip(other()?) {
            match table.iter_mut().find(|(known, ..)| *known == name) {
                Some((_, left, right)) => {
                    left.push(a);
                    right.push(b);
                }
                None => table.push((name, vec![a], vec![b])),
            }
        }
    }
    Ok(table)
}

fn median(numbers: &[f64]) -> f64 {
    let mut sorted = numbers.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    sorted[sorted.len() / 2]
}

fn least(numbers: &[f64]) -> f64 {
    numbers.iter().copied().fold(f64::INFINITY, f64::min)
}

/// The median of the ratios of runs that stand side by side.
fn ratio(left: &[f64], right: &[f64]) -> f64 {
    let ratios: Vec<f64> = left.iter().zip(right).map(|(a, b)| a / b).collect();
    median(&ratios)
}

fn head(what: &str, left: &str, right: &str, ratio: &str) {
    println!("\n{what:<24} {left:>12} {right:>12} {ratio:>8}");
}

fn line(name: &str, left: f64, right: f64, ratio: f64) {
    println!("{name:<24} {left:>12.3} {right:>12.3} {ratio:>8.2}");
}

/// How many times faster programs are on two processors than on one.
fn speed_up(rounds: usize, on: impl Fn(u32) -> Result<Said, String>) -> Result<(), String> {
    head("seconds", "1 processor", "2", "faster");
    for (name, one, two) in in_turn(rounds, || on(1), || on(2))? {
        line(&name, median(&one), median(&two), ratio(&one, &two));
    }
    Ok(())
}

fn main() -> Result<(), String> {
    let mut words = std::env::args().skip(1).peekable();
    let machine = words.next_if(|word| word == "--machine").is_some();
    let rounds = words.next().and_then(|text| text.parse().ok()).unwrap_or(7_usize).max(1);
    let bitcode = |name| compile(name, &["-c", "-emit-llvm"], "bc");
    busy();

    let spread = bitcode("spread")?;
    if machine {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let image = image(&spread, folder.path())?;
        return speed_up(rounds, |processors| booted(&image, processors));
    }
    speed_up(rounds, |processors| ours(&spread, "O3", processors))?;

    let (native, own) = (compile("costs", &[], "native")?, bitcode("costs")?);
    head("nanoseconds", "libomp", "ours", "of it");
    let libomp = || ask(&mut Command::new(&native));
    for (name, theirs, ours) in in_turn(rounds, libomp, || ours(&own, "O3", 4))? {
        line(&name, median(&theirs), median(&ours), ratio(&ours, &theirs));
    }

    let (native, own) = (compile("heap", &[], "native")?, bitcode("heap")?);
    head("malloc+free a µs", "system's", "ours", "of it");
    let system = || ask(&mut Command::new(&native));
    let table = in_turn(rounds, system, || ours(&own, "O3", 2))?;
    for (name, theirs, ours) in &table {
        line(name, median(theirs), median(ours), ratio(ours, theirs));
    }
    head("2 threads against 1", "system's", "ours", "");
    for (name, theirs, ours) in &table {
        let Some(kind) = name.strip_suffix(" 2") else { continue };
        let Some((_, one, own)) = table.iter().find(|(name, ..)| *name == format!("{kind} 1"))
        else {
            continue;
        };
        println!("{kind:<24} {:>12.2} {:>12.2}", ratio(theirs, one), ratio(ours, own));
    }

    let pauses = bitcode("pauses")?;
    head("longest pause, µs", "inline", "beside", "of it");
    for (_, inline, beside) in
        in_turn(rounds, || ours(&pauses, "auto", 1), || ours(&pauses, "auto", 2))?
    {
        let (a, b) = (least(&inline), least(&beside));
        line("least of all runs", a, b, b / a);
        line("median", median(&inline), median(&beside), ratio(&beside, &inline));
    }
    busy();
    Ok(())
}

/// Says so when the host has other things to do.
fn busy() {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let running = load.split([' ', '/']).nth(3).and_then(|text| text.parse::<u32>().ok());
    if let Some(others) = running.filter(|running| *running > 1) {
        println!("the host is busy: {} other threads want to run; ratios only", others - 1);
    }
}
