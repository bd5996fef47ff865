//! Every program of `tests/programs` behaves as it does natively: output and exit status, from
//! bitcode of every optimisation level, on every level of the engine, in a process and on a
//! machine.
//!
//! By default each bitcode level runs on one level of the engine, a part of the programs comes
//! from an older clang, and one machine runs a few of them. `BAREFLOW_PROGRAMS=all` runs all
//! combinations in processes, `BAREFLOW_PROGRAMS=machine` all programs on machines. `BAREFLOW_SMP=N` does any of it
//! on N processors, of which those beside the first compile.

use std::sync::{Arc, OnceLock};

use bareflow_tests::batch::{Batch, Booted};
use bareflow_tests::process::Ended;
use bareflow_tests::program::{self, Program};
use libtest_mimic::{Arguments, Failed, Trial};
use serde_json::{Value, json};

/// Bitcode level and the level of the engine it runs at.
const USUAL: [(u8, &str); 4] = [(0, "interp"), (1, "O1"), (2, "auto"), (3, "interp")];
const ENGINE: [&str; 6] = ["interp", "O0", "O1", "O2", "O3", "auto"];
const OLDER: [u32; 3] = [14, 16, 19];

/// The same for machines. `stress` changes functions all the time; at `llvm` LLVM, on the machine, makes all code, at
/// `llvm rising` what is hot and loops that are entered. What LLVM made at `llvm` is made again on this host, comes
/// back at a second boot, and is shrunk.
const MACHINE: [(u8, &str); 16] = [
    (1, "interp"),
    (0, "O0"),
    (2, "O1"),
    (3, "O2"),
    (2, "O3"),
    (0, "auto"),
    (1, "auto"),
    (2, "auto"),
    (3, "auto"),
    (2, "stress"),
    (0, "llvm"),
    (1, "llvm"),
    (2, "llvm"),
    (0, "llvm rising"),
    (1, "llvm rising"),
    (2, "llvm rising"),
];
/// Programs a machine; the second where LLVM compiles. There a function takes a fifth of a second of emulation, and
/// what programs have in common is compiled once a boot; those in C++ have a thousand functions each.
const TOGETHER: [usize; 2] = [20, 40];
/// By default every so manieth program runs on a machine.
const SOME: usize = 8;

/// A program and what it does natively, found out once.
struct Case {
    program: Program,
    native: OnceLock<Result<Ended, String>>,
}

impl Case {
    fn native(&self) -> Result<&Ended, String> {
        let native = self.native.get_or_init(|| self.program.run_native());
        native.as_ref().map_err(|why| format!("natively: {why}"))
    }

    fn check(&self, level: u8, clang: u32, engine: &str) -> Result<(), Failed> {
        let native = self.native()?;
        let bitcode = self.program.bitcode(level, clang)?;
        let ended = self.program.run_bitcode_on(processors(), &bitcode, engine)?;
        Ok(self.program.compare(native, &ended)?)
    }
}

/// How many processors all of it runs on.
fn processors() -> u32 {
    let asked = std::env::var("BAREFLOW_SMP").ok();
    asked.map_or(1, |text| text.parse().expect("BAREFLOW_SMP is a number"))
}

/// Boots one machine with these programs, once or, if LLVM makes all, again and shrunk.
fn check_batch(cases: &[Arc<Case>], level: u8, engine: &str) -> Result<(), Failed> {
    let settings = match engine {
        // Low, so that functions and loops change while they run.
        "auto" => json!({ "thresholds": [3, 10, 40], "save": false }),
        "stress" => json!({ "stress": 0x5eed, "save": false }),
        "llvm" => json!({ "level": "O3", "compilers": [["O3", "llvm"]] }),
        "llvm rising" => json!({
            "thresholds": [3, 10, 40],
            "compilers": [["O2", "llvm"], ["O3", "llvm"]],
            "save": false,
        }),
        level => json!({ "level": level, "save": false }),
    };
    let programs: Vec<&Program> = cases.iter().map(|case| &case.program).collect();
    let mut batch = Batch::new(&programs, level, processors(), &settings)?;
    let booted = batch.boot()?;
    check_ended(cases, &booted, |_| true)?;
    let count = |what: &Value| what.as_u64().unwrap_or_default();
    if engine == "llvm" {
        come_back(&mut batch, cases, count(&booted.report["compiles"]))?;
    }
    let report = &booted.report;
    println!(
        "{} programs, -O{level} on {engine}: {} compiled, {} swaps, {} loops entered, {} \
         interruptions, {} ms",
        cases.len(),
        report["compiles"],
        report["swaps"],
        report["osr_entries"],
        report["interruptions"],
        count(&report["program_us"]) / 1000,
    );
    // How far processors beside the program come meanwhile is the host's affair.
    let happened: &[&str] = match engine {
        "interp" => &[],
        _ if processors() > 1 => &["compiles"],
        "auto" | "stress" => &["compiles", "swaps", "osr_entries"],
        "llvm rising" => &["compiles", "swaps"],
        _ => &["compiles"],
    };
    match happened.iter().find(|what| count(&report[**what]) == 0) {
        Some(what) => Err(format!("no {what}").into()),
        None => Ok(()),
    }
}

/// What is wrong with how those programs ended that are asked for.
fn check_ended(
    cases: &[Arc<Case>],
    booted: &Booted,
    is_asked: fn(&Program) -> bool,
) -> Result<(), Failed> {
    let mut wrong = Vec::new();
    let all = cases.iter().zip(&booted.ended);
    for (case, ended) in all.filter(|(case, _)| is_asked(&case.program)) {
        if let Err(why) = case.program.compare(case.native()?, ended) {
            wrong.push(format!("{}: {why}", case.program.name));
        }
        // Where LLVM fails the built-in compiler steps in, so no output shows it.
        let said = String::from_utf8_lossy(&ended.err);
        if let Some(line) = said.lines().find(|line| line.contains("the compiler failed: ")) {
            wrong.push(format!("{}: {line}", case.program.name));
        }
    }
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n").into()) }
}

/// What LLVM made on a machine has the same bytes on this host, is there at the next boot, at which no compiler is
/// loaded, and does the same in a shrunk image.
fn come_back(batch: &mut Batch<'_>, cases: &[Arc<Case>], compiled: u64) -> Result<(), Failed> {
    let same = batch.made_again()?;
    if same < compiled {
        return Err(format!("{same} of {compiled} objects were saved").into());
    }
    // Where one level is asked for, all is made anew.
    batch.set("level", Value::Null)?;
    batch.set("tournament_share", json!(0))?;
    let again = batch.boot().map_err(|why| format!("at the second boot: {why}"))?;
    // Those that write files find what they wrote before.
    let starts_alike: fn(&Program) -> bool = |program| program.disk_files().is_empty();
    check_ended(cases, &again, starts_alike)?;
    let restored = again.report["restored"].as_u64().unwrap_or_default();
    if restored < same {
        return Err(format!("{restored} of {same} objects are restored at the second boot").into());
    }
    let mut said = again.ended.iter().map(|ended| String::from_utf8_lossy(&ended.err));
    if said.any(|err| err.contains("bytes unpacked from")) {
        return Err("the compiler is loaded at the second boot".into());
    }
    let shrunk = batch.shrunk().map_err(|why| format!("shrunk: {why}"))?;
    check_ended(cases, &shrunk, starts_alike).map_err(|why| format!("shrunk: {why:?}"))?;
    println!(
        "{same} objects with the same bytes, {restored} restored, {} compiled at the second boot",
        again.report["compiles"]
    );
    Ok(())
}

fn main() {
    let arguments = Arguments::from_args();
    let wanted = std::env::var("BAREFLOW_PROGRAMS").unwrap_or_default();
    let new = |program| Arc::new(Case { program, native: OnceLock::new() });
    let cases: Vec<Arc<Case>> = program::all().into_iter().map(new).collect();
    let trials = match wanted.as_str() {
        "machine" => {
            let cases = on_machine(&cases);
            let (cxx, others): (Vec<_>, Vec<_>) =
                cases.into_iter().partition(|case| case.program.is_cxx());
            let batches = |(level, engine): (u8, &str)| {
                let together = TOGETHER[usize::from(engine.starts_with("llvm"))];
                // All of a C++ program by LLVM takes a minute and more.
                let cxx = if engine == "llvm" && level != 2 { &[] } else { &cxx[..] };
                others.chunks(together).chain(cxx.chunks(together)).enumerate()
            };
            let on = MACHINE.iter().filter(|(_, engine)| program::can_run_at(engine));
            let all = on.flat_map(|on| batches(*on).map(move |(n, cases)| (*on, n, cases)));
            all.map(|((level, engine), n, cases)| machine(&n.to_string(), cases, level, engine))
                .collect()
        }
        wanted => {
            let mut trials = in_processes(&cases, wanted == "all");
            if wanted != "all" {
                let some: Vec<_> = on_machine(&cases).into_iter().step_by(SOME).collect();
                trials.push(machine("some", &some, 2, "auto"));
            }
            trials
        }
    };
    libtest_mimic::run(&arguments, trials).exit();
}

/// Those that leave a machine to the programs behind them.
fn on_machine(cases: &[Arc<Case>]) -> Vec<Arc<Case>> {
    cases.iter().filter(|case| !case.program.dies).cloned().collect()
}

/// A trial that boots one machine.
fn machine(name: &str, cases: &[Arc<Case>], level: u8, engine: &'static str) -> Trial {
    let cases = cases.to_vec();
    let name = format!("machine {name}, -O{level} on {engine}");
    Trial::test(name, move || check_batch(&cases, level, engine))
}

/// Trials that run each program in a process of its own.
fn in_processes(cases: &[Arc<Case>], all: bool) -> Vec<Trial> {
    let mut trials = Vec::new();
    for (index, case) in cases.iter().enumerate() {
        let mut add = |level: u8, clang: u32, engine: &'static str| {
            let program = &case.program;
            let compiler =
                if program.is_rust() { "rustc".into() } else { format!("clang-{clang}") };
            let name = format!("{} {compiler} -O{level} on {engine}", program.name);
            let case = Arc::clone(case);
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
    trials
}
