//! Programs of several threads that are kept elsewhere, unmodified: ours on 1, 2 and 4 processors beside clang's.
//!
//! `cargo run --release -p bareflow-tests --example threaded -- FOLDER...` takes folders of the NAS parallel
//! benchmarks in C with OpenMP, of the Barcelona OpenMP tasks and of llama2.c with a model, and any other folder
//! of C programs: each file, and each folder of files, is one. Each program is compiled by `clang -O2
//! -fopenmp`, natively and to bitcode; what it says is compared word by word, numbers to six digits, since sums
//! that threads make have no order. The status is 1 if any differs. `--only NAME` takes one program,
//! `--processors 1,2,8` other numbers, `--level LEVEL` another level than rising.
//!
//! Natively a program runs on one thread: a system's library takes minutes for small tasks where other things run.

mod bots;
mod llama;
mod nas;
mod plain;
mod program;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use bareflow_tests::process::Ended;
use bareflow_tests::{place, process};
use program::{PATIENCE, Program, compile};

/// What the command line asks for.
struct Asked {
    folders: Vec<PathBuf>,
    only: Option<String>,
    processors: Vec<u32>,
    level: String,
}

fn asked() -> Result<Asked, String> {
    let (level, processors) = ("auto".into(), vec![1, 2, 4]);
    let mut asked = Asked { folders: Vec::new(), only: None, processors, level };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut value = || arguments.next().ok_or(format!("{argument} takes a value"));
        match argument.as_str() {
            "--only" => asked.only = Some(value()?),
            "--level" => asked.level = value()?,
            "--processors" => {
                let numbers = value()?;
                let numbers: Result<_, _> = numbers.split(',').map(str::parse).collect();
                asked.processors = numbers.map_err(|_| "--processors takes numbers")?;
            }
            _ => asked.folders.push(argument.into()),
        }
    }
    if asked.folders.is_empty() {
        return Err("which folders?".into());
    }
    Ok(asked)
}

/// The programs in a folder, of whichever kind it is. `made`: where files can be written for them.
fn programs(folder: &Path, made: &Path) -> Result<Vec<Program>, String> {
    if folder.join("sys/setparams.c").exists() {
        nas::programs(folder, made)
    } else if folder.join("common/bots_main.c").exists() {
        bots::programs(folder)
    } else if folder.join("run.c").exists() && folder.join("tokenizer.bin").exists() {
        llama::programs(folder)
    } else {
        plain::programs(folder)
    }
}

fn clang(program: &Program, options: &[&str]) -> Command {
    let mut command = Command::new("clang-22");
    command.args(["-O2", "-fopenmp", "-w", "-ffp-contract=off"]).args(options).args(&program.flags);
    command
}

fn native(program: &Program, made: &Path) -> Result<Ended, String> {
    let file = made.join(format!("{}-native", program.name));
    let mut command = clang(program, &[]);
    compile(command.args(&program.sources).arg("-lm").arg("-o").arg(&file))?;
    let mut command = Command::new(file);
    command.args(&program.args).current_dir(&program.folder).env("OMP_NUM_THREADS", "1");
    process::run(&mut command, b"", PATIENCE)
}

fn bitcode(program: &Program, made: &Path) -> Result<Vec<PathBuf>, String> {
    let one = |(at, source): (usize, &PathBuf)| {
        let file = made.join(format!("{}-{at}.bc", program.name));
        compile(clang(program, &["-emit-llvm", "-c"]).arg(source).arg("-o").arg(&file))?;
        Ok(file)
    };
    program.sources.iter().enumerate().map(one).collect()
}

fn ours(program: &Program, files: &[PathBuf], level: &str, count: u32) -> Result<Ended, String> {
    let mut command = Command::new(place::tool("bareflow")?);
    command.args(["run", "--level", level, "--smp", &count.to_string()]).args(files);
    command.arg("--").args(&program.args).current_dir(&program.folder);
    process::run(command.env("BAREFLOW_ARTEFACTS", place::artefacts()?), b"", PATIENCE)
}

/// Compares a program on all numbers of processors; what differs, or what it takes, in seconds.
fn check(program: &Program, asked: &Asked) -> Result<Vec<f64>, String> {
    let made = tempfile::tempdir().map_err(|error| error.to_string())?;
    let wanted = native(program, made.path())?;
    if wanted.status != 0 {
        return Err(format!("natively it ends with {}", wanted.status));
    }
    let files = bitcode(program, made.path())?;
    let mut seconds = Vec::new();
    for &count in &asked.processors {
        let start = Instant::now();
        let ended = ours(program, &files, &asked.level, count)?;
        seconds.push(start.elapsed().as_secs_f64());
        program.compare(&wanted, &ended).map_err(|why| format!("{count} processors: {why}"))?;
    }
    Ok(seconds)
}

fn main() -> Result<(), String> {
    let asked = asked()?;
    let (mut right, mut wrong) = (0, Vec::new());
    for folder in &asked.folders {
        let folder = folder.canonicalize().map_err(|e| format!("{}: {e}", folder.display()))?;
        let made = tempfile::tempdir().map_err(|error| error.to_string())?;
        println!("{}", folder.file_name().unwrap_or_default().to_string_lossy());
        for program in programs(&folder, made.path())? {
            if asked.only.as_ref().is_some_and(|only| *only != program.name) {
                continue;
            }
            match check(&program, &asked) {
                Ok(seconds) => {
                    right += 1;
                    let numbers = asked.processors.iter().zip(seconds);
                    let words = numbers.map(|(count, took)| format!("{count}: {took:.2} s"));
                    println!(
                        "  {:<24} the same; {}",
                        program.name,
                        words.collect::<Vec<_>>().join(", ")
                    );
                }
                Err(why) => {
                    println!("  {:<24} {why}", program.name);
                    wrong.push(program.name);
                }
            }
        }
    }
    println!("{right} the same, {} not: {}", wrong.len(), wrong.join(" "));
    if wrong.is_empty() { Ok(()) } else { Err(format!("{} went wrong", wrong.len())) }
}
