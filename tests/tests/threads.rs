//! Programs of several threads behave as they do natively, on any number of processors, at every level,
//! and end when they hang.
//!
//! Each program runs on every number of processors, at one level after the other: the levels of the next
//! program are those of this one moved on by one. What is left out so is ignored, and run by `-- --ignored`.

use std::sync::{Arc, OnceLock};

use bareflow_tests::batch;
use bareflow_tests::process::Ended;
use bareflow_tests::program::{self, Program};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::json;

/// Bitcode level and the level of the engine it runs at.
const LEVELS: [(u8, &str); 6] =
    [(0, "interp"), (1, "O1"), (2, "O3"), (2, "auto"), (2, "llvm"), (2, "llvm rising")];
/// Of programs on Rust's standard library, all of which would be compiled at a level of its own.
const LEVELS_ON_STD: [(u8, &str); 2] = [(2, "interp"), (2, "auto")];
const PROCESSORS: [u32; 4] = [1, 2, 4, 8];
/// More than so many are tried in processes with `--ignored` only.
const USUAL: u32 = 4;

/// Programs that hang on that many processors or fewer: two threads that wait for each other need two.
const HANG: [(&str, u32); 5] = [
    ("threads/stuck", u32::MAX),
    ("threads/circle", u32::MAX),
    ("threads/queue", 1),
    ("threads/semaphores", 1),
    ("threads/streams", 1),
];

struct Case {
    program: Program,
    native: OnceLock<Result<Ended, String>>,
}

fn check(case: &Case, bitcode: u8, engine: &str, processors: u32) -> Result<(), Failed> {
    let program = &case.program;
    if !program::can_run_at(engine) {
        return Ok(());
    }
    let ended = program.run_bitcode_on(processors, &program.bitcode(bitcode, 22)?, engine)?;
    if hangs(program, processors) {
        let said = String::from_utf8_lossy(&ended.err);
        let right = ended.status == 134 && said.contains("every thread waits");
        return if right { Ok(()) } else { Err(format!("{}: {said}", ended.status).into()) };
    }
    let native = case.native.get_or_init(|| program.run_native());
    Ok(program.compare(native.as_ref().map_err(Clone::clone)?, &ended)?)
}

/// Whether a program ends by being stopped on so many processors.
fn hangs(program: &Program, processors: u32) -> bool {
    HANG.iter().any(|(name, most)| *name == program.name && processors <= *most)
}

/// The same on the machine, several programs in one boot.
fn boot(cases: &[Arc<Case>], processors: u32) -> Result<(), Failed> {
    let cases: Vec<_> = cases.iter().filter(|case| !hangs(&case.program, processors)).collect();
    let programs: Vec<_> = cases.iter().map(|case| &case.program).collect();
    let settings = json!({ "thresholds": [3, 10, 40], "save": false });
    let booted = batch::boot(&programs, 2, processors, &settings)?;
    for (case, ended) in cases.iter().zip(&booted.ended) {
        let native = case.native.get_or_init(|| case.program.run_native());
        let compared = case.program.compare(native.as_ref().map_err(Clone::clone)?, ended);
        compared.map_err(|why| format!("{}: {why}", case.program.name))?;
    }
    Ok(())
}

fn main() {
    let mut trials = Vec::new();
    let mut cases = Vec::new();
    for (at, program) in program::threaded().into_iter().enumerate() {
        let case = Arc::new(Case { program, native: OnceLock::new() });
        // A program that reads would read what the next one is to.
        if !case.program.reads() {
            cases.push(Arc::clone(&case));
        }
        let on_std = case.program.name.starts_with("std/");
        let levels = if on_std { &LEVELS_ON_STD[..] } else { &LEVELS };
        for (level, (bitcode, engine)) in levels.iter().enumerate() {
            let (bitcode, engine) = (*bitcode, *engine);
            for (turn, processors) in PROCESSORS.into_iter().enumerate() {
                let has_turn = processors <= USUAL && (at + turn) % levels.len() == level;
                let name = &case.program.name;
                let name = format!("{name} -O{bitcode} on {engine}, {processors} processors");
                let case = Arc::clone(&case);
                let trial = Trial::test(name, move || check(&case, bitcode, engine, processors));
                trials.push(trial.with_ignored_flag(!has_turn));
            }
        }
    }
    // On the machine each program has one of the numbers, by turn; with `--ignored` all have all.
    for (turn, processors) in PROCESSORS.into_iter().enumerate() {
        let some: Vec<_> = cases.iter().skip(turn).step_by(PROCESSORS.len()).cloned().collect();
        for (which, cases) in [("some", some), ("all", cases.clone())] {
            let name = format!("{which} on the machine, {processors} processors");
            let trial = Trial::test(name, move || boot(&cases, processors));
            trials.push(trial.with_ignored_flag(which == "all"));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
