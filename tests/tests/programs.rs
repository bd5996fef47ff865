//! Every program of `tests/programs` behaves as it does natively: output and exit status, from
//! bitcode of every optimisation level, on every level of the engine.
//!
//! By default each bitcode level runs on one level of the engine, and a part of the programs
//! comes from an older clang. `BAREFLOW_PROGRAMS=all` runs all combinations.

use std::sync::{Arc, OnceLock};

use bareflow_tests::process::Ended;
use bareflow_tests::program::{self, Program};
use libtest_mimic::{Arguments, Failed, Trial};

/// Bitcode level and the level of the engine it runs at.
const USUAL: [(u8, &str); 4] = [(0, "interp"), (1, "O1"), (2, "auto"), (3, "interp")];
const ENGINE: [&str; 6] = ["interp", "O0", "O1", "O2", "O3", "auto"];
const OLDER: [u32; 3] = [14, 16, 19];

/// A program and what it does natively, found out once.
struct Case {
    program: Program,
    native: OnceLock<Result<Ended, String>>,
}

impl Case {
    fn check(&self, level: u8, clang: u32, engine: &str) -> Result<(), Failed> {
        let native = self.native.get_or_init(|| self.program.run_native());
        let native = native.as_ref().map_err(|why| format!("natively: {why}"))?;
        let bitcode = self.program.bitcode(level, clang)?;
        let ended = self.program.run_bitcode(&bitcode, engine)?;
        Ok(self.program.compare(native, &ended)?)
    }
}

fn main() {
    let arguments = Arguments::from_args();
    let all = std::env::var("BAREFLOW_PROGRAMS").is_ok_and(|value| value == "all");
    let mut trials = Vec::new();
    for (index, program) in program::all().into_iter().enumerate() {
        let case = Arc::new(Case { program, native: OnceLock::new() });
        let mut add = |level: u8, clang: u32, engine: &'static str| {
            let program = &case.program;
            let compiler =
                if program.is_rust() { "rustc".into() } else { format!("clang-{clang}") };
            let name = format!("{} {compiler} -O{level} on {engine}", program.name);
            let case = Arc::clone(&case);
            trials.push(Trial::test(name, move || case.check(level, clang, engine)));
        };
        if all {
            for level in 0..=3 {
                ENGINE.into_iter().for_each(|engine| add(level, 22, engine));
            }
        } else {
            USUAL.into_iter().for_each(|(level, engine)| add(level, 22, engine));
        }
        if !case.program.is_rust() {
            for (place, clang) in OLDER.into_iter().enumerate() {
                if clang >= case.program.clang && (all || index % OLDER.len() == place) {
                    add([0, 2, 3, 1][(index / OLDER.len() + place) % 4], clang, "auto");
                }
            }
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}
