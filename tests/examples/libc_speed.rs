//! Times functions of the C library (`tests/native/speed.c`) against the system's: ours as a program
//! has them, run by `bareflow run --level O3`, theirs natively.
//!
//! `cargo run --release -p bareflow-tests --example libc_speed` prints nanoseconds a call, of both,
//! and how many times slower ours are.

use std::path::PathBuf;
use std::process::Command;

use bareflow_tests::compile::{Recipe, make, text};
use bareflow_tests::place;

fn compile(args: &[&str], last: &[&str], suffix: &str) -> Result<PathBuf, String> {
    let source = place::workspace().join("tests/native/speed.c");
    let mut all: Vec<String> = args.iter().map(|arg| (*arg).into()).collect();
    all.extend(["-w", "-O2", "-fno-builtin", "-o", "{out}"].map(String::from));
    all.push(text(&source));
    all.extend(last.iter().map(|arg| (*arg).into()));
    make(&Recipe { compiler: "clang-22", args: all, inputs: vec![source], suffix })
}

/// Name, size, nanoseconds of each line.
fn times(command: &mut Command) -> Result<Vec<(String, f64)>, String> {
    let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = |line: &str| {
        let (name, time) = line.rsplit_once(' ')?;
        Some((name.to_owned(), time.parse().ok()?))
    };
    let times: Vec<_> = said.lines().filter_map(line).collect();
    if times.is_empty() {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(format!("{command:?} says nothing: {errors}"));
    }
    Ok(times)
}

fn main() -> Result<(), String> {
    let artefacts = place::artefacts()?;
    let theirs = times(&mut Command::new(compile(&[], &["-lm"], "native")?))?;
    let bitcode = compile(&["-c", "-emit-llvm"], &[], "bc")?;
    let mut ours = Command::new(place::tool("bareflow")?);
    ours.args(["run", "--level", "O3"]).arg(bitcode).env("BAREFLOW_ARTEFACTS", artefacts);
    let ours = times(&mut ours)?;
    println!("{:<20} {:>10} {:>10} {:>7}", "function, bytes", "ours ns", "theirs ns", "times");
    for ((name, ours), (_, theirs)) in ours.iter().zip(&theirs) {
        println!("{name:<20} {ours:>10.2} {theirs:>10.2} {:>7.2}", ours / theirs);
    }
    Ok(())
}
