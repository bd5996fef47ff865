//! Sessions on several processors in orders that a seed decides (`bareflow_hosted::seeded`): whatever the
//! order, the programs' answers are right, nobody waits for ever, and the same seed is the same order.
//!
//! A seed says which of the programs of `tests/seeded` runs, on how many processors, how its functions
//! rise (by thresholds, or to any level and back all the time), and who comes first wherever that
//! matters. `BAREFLOW_SEEDS=A..B` takes other seeds than the usual ones; each is a process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

use bareflow_hosted::{Hosted, Output, install_fault_handler, seeded};
use bareflow_session::{Job, Manifest, ModuleEntry, Part, Pools, Source, Thresholds, boot};
use bareflow_tests::compile::{self, Recipe, text};
use bareflow_tests::parallel::in_parallel;
use bareflow_tests::{place, process};

/// By turn; the fifth one, whose threads are many, seldom.
const PROGRAMS: [&str; 16] = [
    "pool", "team", "starts", "swaps", "pool", "team", "tree", "swaps", //
    "pool", "team", "starts", "swaps", "pool", "team", "starts", "swaps",
];
const PATIENCE: Duration = Duration::from_secs(120);

/// What a process is told: the seed, the program's bitcode, and the library's.
const SEED: &str = "BAREFLOW_TEST_SEED";
const BITCODE: &str = "BAREFLOW_TEST_BITCODE";
const LIBRARY: &str = "BAREFLOW_TEST_LIBRARY";

/// The seeds: those that the environment names, or some.
fn seeds() -> Vec<u64> {
    let Ok(text) = std::env::var("BAREFLOW_SEEDS") else { return (0..48).collect() };
    let (from, to) = text.split_once("..").expect("BAREFLOW_SEEDS is A..B");
    let number = |text: &str| text.parse::<u64>().expect("BAREFLOW_SEEDS has numbers");
    (number(from)..number(to)).collect()
}

fn program(seed: u64) -> &'static str {
    PROGRAMS[seed as usize % PROGRAMS.len()]
}

/// Code memory of seeds whose functions are swapped all the time, in bytes: so little that what was swapped out
/// has to be freed, when no processor is in it any more.
const SMALL: Pools =
    Pools { code: Some(84 << 10), data: None, metadata: None, slots: Some(2_048), probes: None };

/// How the session of a seed is.
fn manifest(seed: u64) -> Manifest {
    let kind = seed / 4 % 3;
    let thresholds = if kind == 0 { Thresholds(3, 9, 30) } else { Thresholds(2, 40, 400) };
    let (stress, pools) = if kind == 2 { (seed | 1, SMALL) } else { (0, Pools::default()) };
    // What is measured depends on time.
    Manifest {
        watch: false,
        tournament_share: 0,
        save: false,
        thresholds: Some(thresholds),
        stress,
        pools,
        ..Manifest::default()
    }
}

/// Processors of a seed: two threads at least can run in all programs.
fn processors(seed: u64) -> u32 {
    let fewest = if matches!(program(seed), "starts" | "tree") { 3 } else { 2 };
    fewest + (seed / 12 % 3) as u32
}

fn clang(name: &str, flags: &[&str], suffix: &str) -> Result<PathBuf, String> {
    let source = place::workspace().join(format!("tests/seeded/{name}.c"));
    let mut args: Vec<String> = flags.iter().map(|flag| (*flag).into()).collect();
    args.extend(["-fopenmp", "-pthread", "-w", "-O1", "-o", "{out}"].map(String::from));
    args.push(text(&source));
    compile::make(&Recipe { compiler: "clang-22", args, inputs: vec![source], suffix })
}

/// A process for a seed: its answer, and how many offers in which order, in words.
fn run(seed: u64) -> Result<(String, String), String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let mut command = Command::new(own);
    command.args(["one_seed", "--exact", "--nocapture"]).env(SEED, seed.to_string());
    command.env(BITCODE, clang(program(seed), &["-c", "-emit-llvm"], "bc")?);
    command.env(LIBRARY, place::artefacts()?.join("libc.bc"));
    let ended = process::run(&mut command, b"", PATIENCE)?;
    let (out, err) = (String::from_utf8_lossy(&ended.out), String::from_utf8_lossy(&ended.err));
    let line = |name: &str| out.lines().find_map(|line| line.split_once(name)).map(|line| line.1);
    match (line("answer "), line("order ")) {
        (Some(answer), Some(order)) if ended.status == 0 => Ok((answer.into(), order.into())),
        _ => Err(format!("ended with {}: {}", ended.status, err.trim())),
    }
}

/// What such a process does.
#[test]
fn one_seed() {
    let Ok(seed) = std::env::var(SEED) else { return };
    let seed: u64 = seed.parse().expect("a number");
    let part = |variable: &str, name: &str| {
        let path = std::env::var_os(variable).expect("the process that runs all tells which");
        Part { file: name.into(), bytes: std::fs::read(path).expect("it is there") }
    };
    install_fault_handler(|fault| {
        format!("{} at {:#x} on core {}", fault.kind, fault.address, fault.core)
    });
    let machine = Hosted::new(Output::Capture, None, true).expect("address space");
    let machine = machine.with_cores(processors(seed)).expect("address space");
    let machine: &'static Hosted = Box::leak(Box::new(machine));
    let name = String::from(program(seed));
    let source = Source {
        name: name.clone(),
        parts: vec![part(BITCODE, "program.bc")],
        ..Source::default()
    };
    let modules =
        vec![ModuleEntry { name, files: vec!["program.bc".into()], ..ModuleEntry::default() }];
    let manifest = Manifest { modules, ..manifest(seed) };
    let job = Job { manifest, sources: vec![source], library: vec![part(LIBRARY, "libc.bc")] };
    seeded::begin(seed);
    let finished = boot(machine, job).unwrap_or_else(|error| panic!("{error}"));
    let (steps, order) = seeded::so_far();
    let output = String::from_utf8_lossy(&machine.take_output()).trim().to_owned();
    let exit = finished.report.exit;
    println!("\nanswer {output}, exit {exit}");
    println!(
        "order {order:016x} of {steps} offers, {} compiled, {} swaps",
        finished.report.compiles, finished.report.swaps
    );
}

#[test]
fn answers_are_right_in_every_order() {
    let mut wanted = BTreeMap::new();
    for name in PROGRAMS {
        let native = clang(name, &[], "native").unwrap_or_else(|error| panic!("{error}"));
        let ended = process::run(&mut Command::new(native), b"", PATIENCE).expect("it ends");
        let answer = String::from_utf8_lossy(&ended.out).trim().to_owned();
        wanted.insert(name, format!("{answer}, exit {}", ended.status));
    }
    let orders = Mutex::new(BTreeMap::new());
    in_parallel(seeds(), |seed| {
        let name = program(seed);
        let told = |why: String| {
            format!("seed {seed} ({name}): {why}; BAREFLOW_SEEDS={seed}..{} repeats it", seed + 1)
        };
        let (answer, order) = run(seed).map_err(told)?;
        if answer != wanted[name] {
            return Err(told(format!("{answer}, not {}", wanted[name])));
        }
        orders.lock().map_err(|_| "another thread panicked")?.insert(seed, order);
        Ok(())
    });
    let orders = orders.into_inner().expect("no thread panicked");
    println!("{} seeds; the last: {:?}", orders.len(), orders.last_key_value());
}

#[test]
fn a_seed_is_one_order() {
    for seed in 0..12 {
        let (first, again) = (run(seed), run(seed));
        assert_eq!(first, again, "seed {seed}");
    }
    assert_ne!(run(0), run(36), "the same program, another order");
}

/// No program of the folder is left out.
#[test]
fn programs_lie_where_they_are_looked_for() {
    let folder = place::workspace().join("tests/seeded");
    let listed = std::fs::read_dir(&folder).expect("the folder");
    let mut found: Vec<String> = listed
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter_map(|path: PathBuf| {
            Some(Path::new(&path).file_stem()?.to_string_lossy().into_owned())
        })
        .collect();
    found.sort();
    let mut known = PROGRAMS.map(String::from).to_vec();
    known.sort();
    known.dedup();
    assert_eq!(found, known);
}
