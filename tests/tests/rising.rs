//! Rising, swapping and what is said of it, through `bareflow run` and in QEMU.
//!
//! `BAREFLOW_HAMMER=N` swaps N times as much.

use std::path::PathBuf;

use bareflow_tests::compile::{self, Recipe};
use bareflow_tests::tool::{lines, run, text};
use bareflow_tests::{artefact, place, program};
use serde_json::Value;

/// A C file of `tests/experiments` as bitcode.
fn bitcode(name: &str, level: &str) -> PathBuf {
    let source = place::workspace().join(format!("tests/experiments/{name}.c"));
    let args = ["-std=gnu2x", "-c", "-emit-llvm", level, "-o", "{out}", text(&source)];
    let args = args.map(String::from).to_vec();
    let inputs = vec![source.clone()];
    compile::make(&Recipe { compiler: "clang-22", args, inputs, suffix: "bc" }).unwrap()
}

fn one(arguments: &[&str]) -> Value {
    let mut lines = lines("bareflow", arguments);
    assert_eq!(lines.len(), 1, "{arguments:?}");
    lines.remove(0)
}

/// Every byte of code memory in use at the end belongs to a function.
fn nothing_lost(report: &Value) {
    assert_eq!(report["code"]["used"], report["code"]["live"], "{report}");
    assert_eq!(report["code"]["retired"], 0, "{report}");
}

#[test]
fn thousands_of_swaps_change_no_answer_and_lose_no_memory() {
    let much: u64 = std::env::var("BAREFLOW_HAMMER").map_or(1, |n| n.parse().unwrap());
    let (mut swaps, mut entries) = (0, 0);
    for level in ["-O0", "-O2"] {
        let file = bitcode("hammer", level);
        let program = ["run", text(&file), "--entry", "hammer", "--arg", "600"];
        let right = one(&[&program[..], &["--level", "interp"]].concat())["result"].clone();
        for seed in 1..=3 * much {
            let seed = seed.to_string();
            let report = one(&[&program[..], &["--stress", &seed, "--calls", "3"]].concat());
            assert_eq!(report["result"], right, "{level}, seed {seed}");
            nothing_lost(&report);
            swaps += report["swaps"].as_u64().unwrap();
            entries += report["osr_entries"].as_u64().unwrap();
        }
    }
    println!("{swaps} swaps, {entries} loops entered while they ran");
    assert!(swaps >= 5_000 * much, "{swaps} swaps");
    assert!(entries >= 100 * much, "{entries} loops entered while they ran");
}

#[test]
fn functions_of_programs_swap_and_loops_are_entered_while_they_run() {
    let (mut swaps, mut entries) = (0, 0);
    let names = ["c/sorting", "c/recursion", "c/virtual_machine", "c/red_black", "rust/iterators"];
    for program in program::all().iter().filter(|program| names.contains(&&*program.name)) {
        let files = program.bitcode(2, 22).unwrap();
        let mut arguments = vec!["run", "--thresholds", "2,4,8"];
        arguments.extend(files.iter().map(|file| text(file)));
        let low = one(&arguments);
        arguments.extend(["--level", "interp"]);
        assert_eq!(low["output"], one(&arguments)["output"], "{}", program.name);
        nothing_lost(&low);
        let here = (low["swaps"].as_u64().unwrap(), low["osr_entries"].as_u64().unwrap());
        assert!(here.0 > 0, "{}: no function was swapped", program.name);
        swaps += here.0;
        entries += here.1;
    }
    println!("{swaps} swaps, {entries} loops entered while they ran");
    assert!(swaps > 50 && entries > 5, "{swaps} swaps, {entries} loops entered");
}

#[test]
fn a_full_pool_is_said_and_the_program_goes_on() {
    let file = bitcode("hammer", "-O2");
    let program = ["run", text(&file), "--entry", "hammer", "--arg", "2000", "--pool", "probes=4"];
    let right = one(&[&program[..], &["--level", "interp"]].concat())["result"].clone();
    // What the slots of the program and the C library take, and a little code.
    let pools = ["--pool", "slots=512", "--pool", "code=14K", "--calls", "3"];
    let output = run("bareflow", &[&program[..], &pools[..], &["--thresholds", "2,4,8"]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    assert_eq!(report["result"], right);
    assert!(said.contains("code pool full"), "{said}");
    let functions = report["functions"].as_array().unwrap();
    assert!(
        functions.iter().any(|f| f["refused"].as_str().is_some_and(|why| why.contains("full")))
    );
    nothing_lost(&report);

    // Too small for what must be there: a message, no boot.
    let output = run("bareflow", &[&program[..], &["--pool", "slots=3"]].concat());
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("slot pool full"));
    let output = run("bareflow", &[&program[..], &["--pool", "data=1K"]].concat());
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_adaptive_mode_says_why() {
    let module = artefact("modules/sha256.bc");
    let program = ["run", text(&module), "--entry", "sha256", "--arg", "200", "--calls", "30"];
    let options = ["--thresholds", "adaptive", "--verbose"];
    let output = run("bareflow", &[&program[..], &options[..]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    assert_eq!(report["result"], one(&program)["result"]);
    let decisions: Vec<_> = said.lines().filter(|line| line.contains("would save")).collect();
    assert!(
        decisions
            .iter()
            .any(|line| line.contains(" rises from ") || line.contains(" continues at ")),
        "{said}"
    );
    assert!(decisions.iter().all(|line| line.contains(" us at ") && line.contains(" costs ")));
    assert!(report["compiles"].as_u64().unwrap() > 0);
    nothing_lost(&report);
}

/// What a profile must say of a function that loops.
fn check_profile(profile: &[Value], function: &str, calls: u64) {
    let line = profile.iter().find(|line| line["function"] == function);
    let line = line.unwrap_or_else(|| panic!("{function} is not in {profile:?}"));
    assert!(line["calls"].as_u64().unwrap() >= calls, "{line}");
    assert!(line["back_edges"].as_u64().unwrap() > 0, "{line}");
    assert!(line["blocks_reached"].as_u64().unwrap() > 0, "{line}");
    let cycles = &line["cycles"];
    let number = |field: &str| cycles[field].as_u64().unwrap();
    assert!(number("samples") > 0, "{line}");
    assert!(number("min") <= number("average") && number("average") <= number("max"), "{line}");
    assert!(number("total") >= number("max"), "{line}");
}

#[test]
fn a_profile_is_printed_when_asked_for() {
    let file = bitcode("hammer", "-O1");
    let program = ["run", text(&file), "--entry", "hammer", "--arg", "4000"];
    let report = one(&[&program[..], &["--profile", "--calls", "20"]].concat());
    let profile = report["profile"].as_array().unwrap();
    check_profile(profile, "loop", 4_000);
    // Calls through the table, with their targets.
    let hammer = profile.iter().find(|line| line["function"] == "hammer").unwrap();
    let site = &hammer["indirect_calls"][0]["targets"];
    assert!(site.as_array().is_some_and(|targets| targets.len() >= 3), "{hammer}");
    assert!(one(&program)["profile"].as_array().unwrap().is_empty());
}

#[test]
fn rounds_of_loops_are_no_calls() {
    let file = bitcode("rounds", "-O1");
    // Compiled early, and never to the top, where calls are sampled.
    let thresholds = ["--thresholds", "3,10,10000000", "--profile"];
    let program = ["run", text(&file), "--entry", "start", "--arg", "50"];
    let report = one(&[&program[..], &thresholds[..]].concat());
    let profile = report["profile"].as_array().unwrap();
    let line = profile.iter().find(|line| line["function"] == "rounds").unwrap();
    assert_eq!(line["calls"], 50, "{line}");
    // Less those of the one call that went on in code which counts nothing.
    let rounds = line["back_edges"].as_u64().unwrap();
    assert!((49 * 99..=50 * 101).contains(&rounds), "{line}");
}

#[test]
fn a_machine_prints_its_profile_over_the_serial_line() {
    let folder = tempfile::tempdir().unwrap();
    let image = folder.path().join("profile.img");
    let file = bitcode("hammer", "-O1");
    let made = [
        "image",
        "-o",
        text(&image),
        text(&file),
        "--entry",
        "hammer",
        "--arg",
        "2000",
        "--profile",
        "--calls",
        "3",
    ];
    assert_eq!(lines("bareflow", &made).len(), 1);
    let boot = one(&["boot", text(&image), "--accel", "tcg", "--timeout", "120"]);
    assert_eq!(boot["exit"], 0, "{boot}");
    let profile = boot["profile"].as_object().unwrap().values().next().unwrap();
    check_profile(profile.as_array().unwrap(), "loop", 500);
    let own = one(&["run", text(&file), "--entry", "hammer", "--arg", "2000"]);
    assert!(boot["results"].as_object().unwrap().values().any(|r| *r == own["result"]), "{boot}");
}
