//! Benchmarks that are kept elsewhere, each timing itself: our levels beside clang's on the same sources.
//!
//! `cargo run --release -p bareflow-tests --example suites -- FOLDER...` takes folders of PolyBench/C 4.2,
//! TSVC 2 and Embench, and prints for each program (in TSVC: each loop) the native seconds of `clang -O3
//! -march=native` and by how much the others' are more: the median of `--rounds N` rounds (default 3) in which
//! all take turns. `--bitcode O0` gives ours unoptimised bitcode, `--only TEXT` takes the programs with that in their
//! names. Programs whose answers differ are named, and the status is 1 then. Compiled are all of
//! them without fused operations that the source does not ask for, since the interpreter defines what
//! is right.
//!
//! Times are of a processor, so that other work on the machine counts little ([`CLOCK`]). What compiling costs is
//! in a time if the built-in compiler compiles while it counts: short programs show that. What LLVM takes, in a
//! process of its own, is not.

mod embench;
mod polybench;
mod program;
mod tsvc;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bareflow_tests::{place, process};
use program::Program;

/// How a program is run: a name, and the options of clang, or of ours on clang's -O2 bitcode.
enum Contender {
    Native(&'static str, &'static [&'static str]),
    Ours(&'static str, &'static [&'static str]),
}

/// The first is what the others are compared with.
const CONTENDERS: [Contender; 5] = [
    Contender::Native("clang -O3 -march=native", &["-O3", "-march=native"]),
    Contender::Native("clang -O2", &["-O2"]),
    Contender::Ours("O3", &["--level", "O3"]),
    Contender::Ours("O3 by LLVM", &["--level", "O3", "--compilers", "O3=llvm"]),
    Contender::Ours("rising", &[]),
];
/// The clock by which programs time themselves, natively and here.
const CLOCK: &str = r#"
#include <sys/time.h>
#include <time.h>

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec taken;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &taken);
    now->tv_sec = taken.tv_sec;
    now->tv_usec = taken.tv_nsec / 1000;
    return 0;
}
"#;
const PATIENCE: Duration = Duration::from_secs(600);

impl Contender {
    fn name(&self) -> &'static str {
        match self {
            Self::Native(name, _) | Self::Ours(name, _) => name,
        }
    }

    /// Compiles the program; gives what runs it.
    fn build(
        &self,
        program: &Program,
        bitcode: &str,
        folder: &Path,
    ) -> Result<Vec<String>, String> {
        match self {
            Self::Native(name, options) => {
                let file = folder.join(format!("{}-{}", program.name, name.replace(' ', "")));
                let mut command = clang(program, options);
                command.args(&program.sources).arg("-lm").arg("-o").arg(&file);
                compile(&mut command)?;
                Ok(vec![file.display().to_string()])
            }
            Self::Ours(_, options) => {
                let tool = place::tool("bareflow")?.display().to_string();
                let mut line = vec![tool, "run".into(), "--processor-time".into()];
                for (at, source) in program.sources.iter().enumerate() {
                    let file = folder.join(format!("{}-{at}.bc", program.name));
                    if !file.exists() {
                        // Not optimised, but free to be.
                        let free = ["-Xclang", "-disable-O0-optnone"];
                        let free = if bitcode == "O0" { &free[..] } else { &[] };
                        let level = format!("-{bitcode}");
                        let options = [&[&level, "-emit-llvm", "-c"], free].concat();
                        let mut command = clang(program, &options);
                        compile(command.arg(source).arg("-o").arg(&file))?;
                    }
                    line.push(file.display().to_string());
                }
                line.extend(options.iter().map(|&option| option.to_owned()));
                Ok(line)
            }
        }
    }
}

fn clang(program: &Program, options: &[&str]) -> Command {
    let mut command = Command::new("clang-22");
    command.args(options).args(["-w", "-ffp-contract=off"]).args(&program.flags);
    command
}

fn compile(command: &mut Command) -> Result<(), String> {
    let ended = process::run(command, b"", PATIENCE)?;
    match ended.status {
        0 => Ok(()),
        _ => Err(format!("{command:?}: {}", String::from_utf8_lossy(&ended.err))),
    }
}

/// Seconds of each contender's runs, and its answer, or why there is none.
type Results = Vec<(Vec<f64>, String)>;

/// Runs all in turns; gives each part's results.
fn measure(
    program: &mut Program,
    rounds: u32,
    bitcode: &str,
) -> Result<BTreeMap<String, Results>, String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let clock = folder.path().join("clock.c");
    std::fs::write(&clock, CLOCK).map_err(|error| error.to_string())?;
    program.sources.push(clock);
    let build = |contender: &Contender| contender.build(program, bitcode, folder.path());
    let lines: Result<Vec<_>, String> = CONTENDERS.iter().map(build).collect();
    let mut parts: BTreeMap<String, Results> = BTreeMap::new();
    let lines = lines?;
    for _ in 0..rounds {
        for (at, line) in lines.iter().enumerate() {
            let mut command = Command::new(&line[0]);
            command.args(&line[1..]).env("BAREFLOW_ARTEFACTS", place::artefacts()?);
            let ended = process::run(&mut command, b"", PATIENCE)?;
            let readings = (program.read)(&ended);
            if readings.is_empty() {
                let said = String::from_utf8_lossy(&ended.err);
                let said = said.lines().next().unwrap_or("it says nothing");
                return Err(format!("{}: {}: {said}", program.name, CONTENDERS[at].name()));
            }
            for reading in readings {
                let name = format!("{} {}", program.name, reading.part);
                let part = parts.entry(name.trim_end().to_owned()).or_default();
                part.resize(CONTENDERS.len(), (Vec::new(), String::new()));
                part[at].0.push(reading.seconds);
                part[at].1 = reading.answer;
            }
        }
    }
    Ok(parts)
}

fn median(times: &[f64]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}

/// The programs in a folder, of whichever suite it is.
fn programs(folder: &Path) -> Result<Vec<Program>, String> {
    if folder.join("utilities/polybench.c").exists() {
        polybench::programs(folder)
    } else if folder.join("src/tsvc.c").exists() {
        tsvc::programs(folder)
    } else if folder.join("support/beebsc.c").exists() {
        embench::programs(folder)
    } else {
        Err(format!("{}: neither PolyBench/C, TSVC 2 nor Embench", folder.display()))
    }
}

fn main() -> Result<(), String> {
    let (mut rounds, mut bitcode, mut only) = (3, "O2".to_owned(), String::new());
    let mut folders = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--rounds" => {
                let number = arguments.next().and_then(|text| text.parse().ok());
                rounds = number.ok_or("--rounds takes a number")?;
            }
            "--bitcode" => bitcode = arguments.next().ok_or("--bitcode takes a level: O0")?,
            "--only" => only = arguments.next().ok_or("--only takes a part of a name")?,
            _ => folders.push(PathBuf::from(argument)),
        }
    }
    if folders.is_empty() {
        return Err("which folders? Of PolyBench/C 4.2, TSVC 2 or Embench".into());
    }
    let mut wrong = Vec::new();
    for folder in folders {
        print!(
            "{:<24}{:>12}",
            folder.file_name().unwrap_or_default().to_string_lossy(),
            "native s"
        );
        CONTENDERS[1..].iter().for_each(|contender| print!("{:>14}", contender.name()));
        println!();
        let mut logs = vec![Vec::new(); CONTENDERS.len()];
        let chosen = programs(&folder)?.into_iter().filter(|program| program.name.contains(&only));
        for mut program in chosen {
            let parts = match measure(&mut program, rounds, &bitcode) {
                Ok(parts) => parts,
                Err(why) => {
                    wrong.push(why);
                    continue;
                }
            };
            for (part, results) in parts {
                let native = median(&results[0].0);
                print!("{part:<24}{native:>12.5}");
                for (at, (times, answer)) in results.iter().enumerate().skip(1) {
                    let ratio = median(times) / native;
                    print!("{ratio:>14.2}");
                    // What takes no time shows nothing.
                    if ratio.is_finite() && ratio > 0.0 {
                        logs[at].push(ratio.ln());
                    }
                    if *answer != results[0].1 {
                        wrong.push(format!("{part}: {}: another answer", CONTENDERS[at].name()));
                    }
                }
                println!();
            }
        }
        print!("{:<36}", "geometric mean");
        for logs in &logs[1..] {
            print!("{:>14.3}", (logs.iter().sum::<f64>() / logs.len() as f64).exp());
        }
        println!("\n");
    }
    wrong.iter().for_each(|what| eprintln!("{what}"));
    if wrong.is_empty() { Ok(()) } else { Err(format!("{} went wrong", wrong.len())) }
}
