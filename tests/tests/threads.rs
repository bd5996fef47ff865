//! Programs of several threads behave as they do natively, on any number of processors, at every level,
//! and end when they hang.

use std::sync::{Arc, OnceLock};

use bareflow_tests::process::Ended;
use bareflow_tests::program::{self, Program};
use libtest_mimic::{Arguments, Failed, Trial};

/// Bitcode level and the level of the engine it runs at.
const LEVELS: [(u8, &str); 4] = [(0, "interp"), (1, "O1"), (2, "O3"), (2, "auto")];
/// Of programs on Rust's standard library, all of which would be compiled at a level of its own.
const LEVELS_ON_STD: [(u8, &str); 2] = [(1, "interp"), (2, "auto")];
const PROCESSORS: [u32; 3] = [1, 2, 4];

/// Programs that hang on that many processors or fewer: two threads that wait for each other need two.
const HANG: [(&str, u32); 3] =
    [("threads/stuck", u32::MAX), ("threads/circle", u32::MAX), ("threads/queue", 1)];

struct Case {
    program: Program,
    native: OnceLock<Result<Ended, String>>,
}

fn check(case: &Case, bitcode: u8, engine: &str, processors: u32) -> Result<(), Failed> {
    let program = &case.program;
    let ended = program.run_bitcode_on(processors, &program.bitcode(bitcode, 22)?, engine)?;
    if HANG.iter().any(|(name, most)| *name == program.name && processors <= *most) {
        let said = String::from_utf8_lossy(&ended.err);
        let right = ended.status == 134 && said.contains("every thread waits");
        return if right { Ok(()) } else { Err(format!("{}: {said}", ended.status).into()) };
    }
    let native = case.native.get_or_init(|| program.run_native());
    Ok(program.compare(native.as_ref().map_err(Clone::clone)?, &ended)?)
}

fn main() {
    let mut trials = Vec::new();
    for program in program::threaded() {
        let case = Arc::new(Case { program, native: OnceLock::new() });
        let on_std = case.program.name.starts_with("std/");
        for (bitcode, engine) in if on_std { &LEVELS_ON_STD[..] } else { &LEVELS } {
            let (bitcode, engine) = (*bitcode, *engine);
            for processors in PROCESSORS {
                let name = &case.program.name;
                let name = format!("{name} -O{bitcode} on {engine}, {processors} processors");
                let case = Arc::clone(&case);
                trials.push(Trial::test(name, move || check(&case, bitcode, engine, processors)));
            }
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}
