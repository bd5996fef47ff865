//! Random programs of loops that compilers make vectors of: what LLVM makes of them on our side, wider
//! than they came, does what an unoptimised native program does.
//!
//! `BAREFLOW_SEEDS=A..B` takes other seeds than the usual ones.

use std::process::Command;
use std::time::Duration;

use bareflow_tests::compile::{self, Recipe};
use bareflow_tests::parallel::in_parallel;
use bareflow_tests::{loops, place, process};
use serde_json::Value;

/// Loops in each program.
const LOOPS: u64 = 20;
const PATIENCE: Duration = Duration::from_secs(240);

/// The seeds: those that the environment names, or some.
fn seeds() -> Vec<u64> {
    let Ok(text) = std::env::var("BAREFLOW_SEEDS") else { return (1..7).collect() };
    let (from, to) = text.split_once("..").expect("BAREFLOW_SEEDS is A..B");
    let number = |text: &str| text.parse::<u64>().expect("BAREFLOW_SEEDS has numbers");
    (number(from)..number(to)).collect()
}

/// What the program prints, by an engine level and perhaps with another compiler for it.
fn run(bitcode: &std::path::Path, level: &str, compilers: &str) -> Result<String, String> {
    let mut command = Command::new(place::tool("bareflow")?);
    command.args(["run", "--json", "--level", level, "--thresholds", "3,10,40"]).arg(bitcode);
    if !compilers.is_empty() {
        command.args(["--compilers", compilers]);
    }
    command.env("BAREFLOW_ARTEFACTS", place::artefacts()?);
    let ended = process::run(&mut command, b"", PATIENCE)?;
    let said = String::from_utf8_lossy(&ended.err).into_owned();
    let report: Value = serde_json::from_slice(&ended.out).map_err(|_| said)?;
    Ok(report["output"].as_str().unwrap_or_default().to_owned())
}

fn check(seed: u64) -> Result<(), String> {
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let source = folder.path().join("loops.c");
    std::fs::write(&source, loops::program(seed, LOOPS)).map_err(|error| error.to_string())?;
    let clang = |flags: &[&str], suffix: &str| {
        let mut args: Vec<String> = flags.iter().map(|&flag| flag.to_owned()).collect();
        args.extend(["-ffp-contract=off", "-w", "-o", "{out}"].map(str::to_owned));
        args.push(source.display().to_string());
        let inputs = vec![source.clone()];
        compile::make(&Recipe { compiler: "clang-22", args, inputs, suffix })
    };
    let native = process::run(&mut Command::new(clang(&["-O0"], "exe")?), b"", PATIENCE)?;
    let wanted = String::from_utf8_lossy(&native.out).into_owned();
    let optimised = if seed.is_multiple_of(2) { "-O2" } else { "-O3" };
    let bitcode = clang(&[optimised, "-emit-llvm", "-c"], "bc")?;
    let there = place::artefacts()?.join("compilers/llvm").is_file();
    let engines = [("O3", ""), ("O3", "O3=llvm"), ("auto", "O3=llvm")];
    for (level, compilers) in engines {
        if !compilers.is_empty() && !there {
            continue;
        }
        let got = run(&bitcode, level, compilers)?;
        if got != wanted || wanted.lines().count() as u64 != LOOPS {
            let differs = wanted.lines().zip(got.lines()).find(|(wanted, got)| wanted != got);
            return Err(format!("seed {seed}, {level} {compilers}: {differs:?}"));
        }
    }
    Ok(())
}

#[test]
fn loops_made_wider_do_what_they_did() {
    in_parallel(seeds(), check);
}
