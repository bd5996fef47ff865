//! The larger programs: what their list calls the right answers is what they compute natively, and
//! every level of the engine agrees, whatever optimised the bitcode.

use std::process::Command;
use std::time::Duration;

use bareflow_tests::compile::{self, Recipe, make, text};
use bareflow_tests::{place, process};
use serde_json::Value;

/// Levels of the engine, and those that the bitcode is built at.
const ENGINES: [&str; 6] = ["interp", "O0", "O1", "O2", "O3", "auto"];
const LEVELS: [&str; 4] = ["0", "1", "2", "3"];

struct Program {
    name: String,
    source: String,
    /// Arguments and results.
    answers: [(u64, u64); 2],
}

fn programs() -> Vec<Program> {
    let file = place::workspace().join("images/programs/programs.json");
    let bytes = std::fs::read(&file).expect("the list is there");
    let list: Value = serde_json::from_slice(&bytes).expect("the list is JSON");
    let number = |value: &Value| value.as_u64().expect("a number");
    let word = |value: &Value| value.as_str().expect("a text").to_owned();
    let list = list["programs"].as_array().expect("a list");
    list.iter()
        .map(|program| Program {
            name: word(&program["name"]),
            source: word(&program["source"]),
            answers: [program, &program["small"]]
                .map(|answer| (number(&answer["arg"]), number(&answer["result"]))),
        })
        .collect()
}

/// The program as native code, started with an argument, printing its result.
fn native(program: &Program) -> std::path::PathBuf {
    let images = place::workspace().join("images");
    let source = images.join("programs").join(&program.source);
    let driver = place::workspace().join("tests/native/twin.c");
    let mut args = vec!["-O2".to_owned(), format!("-DENTRY={}", program.name)];
    args.extend(
        ["-ffp-contract=off", "-Wall", "-Wextra", "-Werror", "-o", "{out}"].map(Into::into),
    );
    let mut inputs = vec![driver.clone(), source.clone(), images.join("reference/random.h")];
    args.push(text(&driver));
    if program.source.ends_with(".rs") {
        let folder = source.parent().expect("it is in a folder");
        let list = std::fs::read_dir(folder).expect("its folder");
        inputs.extend(list.map(|entry| entry.expect("a file").path()));
        let support = compile::support(false).expect("support compiles");
        let mut rust: Vec<String> =
            ["--edition=2024", "--crate-type=staticlib", "-Cpanic=abort", "-Copt-level=2"]
                .map(Into::into)
                .into();
        rust.extend(["-Clto=fat", "-Ccodegen-units=1", "-Coverflow-checks=on"].map(Into::into));
        rust.push(format!("--extern=support={}", text(&support)));
        rust.extend(["-o".into(), "{out}".into(), text(&source)]);
        let inputs = inputs.iter().cloned().chain([support]).collect();
        let recipe = Recipe { compiler: "rustc", args: rust, inputs, suffix: "a" };
        let library = make(&recipe).expect("the program compiles");
        // Rust's core refers to it even where nothing unwinds.
        args.push("-Wl,--defsym=rust_eh_personality=0".into());
        args.push(text(&library));
        return link(args, vec![driver, library]);
    }
    args.extend([text(&source), "-lm".into()]);
    link(args, inputs)
}

fn link(args: Vec<String>, inputs: Vec<std::path::PathBuf>) -> std::path::PathBuf {
    let recipe = Recipe { compiler: "clang-22", args, inputs, suffix: "native" };
    make(&recipe).expect("the program compiles")
}

#[test]
fn natively_they_give_the_answers_of_the_list() {
    for program in programs() {
        let file = native(&program);
        for (arg, result) in program.answers {
            let mut command = Command::new(&file);
            command.arg(arg.to_string());
            let ended = process::run(&mut command, b"", Duration::from_secs(60)).expect("it ends");
            let said = String::from_utf8_lossy(&ended.out).trim().to_owned();
            assert_eq!(said, result.to_string(), "{} {arg}", program.name);
        }
    }
}

/// What everybody's chess programs count: at two moves 400 positions from the start, 48 and 191
/// from two others, at four 197,281, 97,862 and 43,238.
#[test]
fn chess_positions_are_as_many_as_everybody_counts() {
    let chess = programs().into_iter().find(|program| program.name == "chess_moves");
    let answers = chess.expect("it is in the list").answers;
    assert_eq!(answers, [(4, 197_281 + 97_862 + 43_238), (2, 400 + 48 + 191)]);
}

#[test]
fn every_level_runs_to_the_right_answer() {
    let artefacts = place::artefacts().expect("the programs are built");
    for program in programs() {
        for (index, engine) in ENGINES.into_iter().enumerate() {
            let level = LEVELS[index % LEVELS.len()];
            let file = artefacts.join(format!("programs/O{level}/{}.bc", program.name));
            let (arg, result) = program.answers[1];
            let mut command = Command::new(place::tool("bareflow").expect("the tool is built"));
            command.args(["run", "--json", "--level", engine, "--entry", &program.name]);
            // More calls than one, so that what is left behind by a call would show.
            command.args(["--arg", &arg.to_string(), "--calls", "3"]).arg(&file);
            if engine == "auto" {
                // Low, so that functions and loops change while they run.
                command.args(["--thresholds", "3,10,40"]);
            }
            command.env("BAREFLOW_ARTEFACTS", artefacts);
            let ended = process::run(&mut command, b"", Duration::from_secs(60)).expect("it ends");
            let report: Value = serde_json::from_slice(&ended.out)
                .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&ended.err)));
            let got = report["result"].as_str().unwrap_or_default();
            assert_eq!(got, result.to_string(), "{} -O{level} on {engine}", program.name);
        }
    }
}
