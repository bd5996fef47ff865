//! The twelve modules: what their manifest calls the right answers is what other programs of
//! the same algorithms compute, and their bitcode needs nothing but the C library.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bareflow_tests::compile::{Recipe, make, text};
use bareflow_tests::{artefact, place, process, tool};
use serde_json::{Value, json};

/// Optimisation levels that the modules are built at.
const LEVELS: [&str; 6] = ["0", "1", "2", "3", "s", "z"];
/// Levels of the engine.
const ENGINES: [&str; 6] = ["interp", "O0", "O1", "O2", "O3", "auto"];

struct Module {
    name: String,
    /// Arguments and results.
    answers: Vec<(u64, u64)>,
}

fn modules() -> Vec<Module> {
    let file = place::workspace().join("images/modules/modules.json");
    let bytes = std::fs::read(&file).expect("the manifest is there");
    let manifest: Value = serde_json::from_slice(&bytes).expect("the manifest is JSON");
    let number = |value: &Value| value.as_u64().expect("a number");
    let list = manifest["modules"].as_array().expect("a list");
    list.iter()
        .map(|module| Module {
            name: module["name"].as_str().expect("a name").into(),
            answers: [module, &module["small"]]
                .map(|answer| (number(&answer["arg"]), number(&answer["result"])))
                .into(),
        })
        .collect()
}

#[test]
fn there_are_twelve() {
    let names: BTreeSet<String> = modules().into_iter().map(|module| module.name).collect();
    let wanted = "compute fft_1d fibonacci gemm_tile matrix_mul physics_step primes quicksort \
                  regex_dfa sha256 strops sum";
    assert_eq!(names.iter().map(String::as_str).collect::<Vec<_>>().join(" "), wanted);
}

#[test]
fn their_twins_in_c_give_the_same_answers() {
    let folder = place::workspace().join("images/reference");
    let driver = place::workspace().join("tests/native/twin.c");
    for module in modules() {
        let source = folder.join(format!("{}.c", module.name));
        let mut args: Vec<String> =
            ["-O2", "-ffp-contract=off", "-Wall", "-Wextra", "-Werror"].map(Into::into).into();
        args.extend([format!("-DENTRY={}", module.name), "-o".into(), "{out}".into()]);
        args.extend([text(&source), text(&driver)]);
        let inputs = vec![source, folder.join("random.h"), driver.clone()];
        let recipe = Recipe { compiler: "clang-22", args, inputs, suffix: "native" };
        let twin = make(&recipe).expect("the twin compiles");
        for (arg, result) in module.answers {
            let mut command = Command::new(&twin);
            command.arg(arg.to_string());
            let ended = process::run(&mut command, b"", Duration::from_secs(60)).expect("it ends");
            let said = String::from_utf8_lossy(&ended.out).trim().to_owned();
            assert_eq!(said, result.to_string(), "{} {arg}", module.name);
        }
    }
}

/// Names that a bitcode file uses and does not define, and those that it defines.
fn symbols(file: &Path) -> (BTreeSet<String>, BTreeSet<String>) {
    let ended = process::run(
        Command::new("llvm-nm-22").arg("--format=just-symbols").arg("--undefined-only").arg(file),
        b"",
        Duration::from_secs(60),
    )
    .expect("llvm-nm runs");
    let lines = |bytes: &[u8]| -> BTreeSet<String> {
        String::from_utf8_lossy(bytes).lines().map(Into::into).collect()
    };
    let undefined = lines(&ended.out);
    let ended = process::run(
        Command::new("llvm-nm-22").arg("--format=just-symbols").arg("--defined-only").arg(file),
        b"",
        Duration::from_secs(60),
    )
    .expect("llvm-nm runs");
    (undefined, lines(&ended.out))
}

const HOST_CALLS: &[&str] = &[
    "bf_write",
    "bf_read",
    "bf_open",
    "bf_close",
    "bf_seek",
    "bf_map",
    "bf_terminal",
    "bf_read_at",
    "bf_write_at",
    "bf_resize",
    "bf_sync",
    "bf_status",
    "bf_path",
    "bf_list",
    "bf_rename",
    "bf_remove",
    "bf_make_folder",
    "bf_duplicate",
    "bf_flags",
    "bf_grow",
    "bf_clock",
    "bf_date",
    "bf_cpuid",
    "bf_raised",
    "bf_exit",
    "bf_abort",
    "bf_cores",
    "bf_core",
    "bf_start",
    "bf_wait",
    "bf_wake",
    "bf_thread",
    "bf_call",
    "bf_leave",
    "bf_catch",
    "bf_throw",
];

/// What linking makes of a program's thread-local variables, and what the C++ library knows of types.
const LINKED: &[&str] =
    &["__bf_tls_template", "__bf_tls_size", "__bf_tls_align", "__bf_cxx_takes", "__bf_cxx_outside"];

#[test]
fn nothing_is_missing_at_any_level() {
    let artefacts = place::artefacts().expect("the modules are built");
    let (needed, library) = symbols(&artefacts.join("libc.bc"));
    let known = |name: &String| {
        let outside = |names: &[&str]| names.contains(&name.as_str());
        outside(HOST_CALLS) || outside(LINKED) || library.contains(name)
    };
    let missing: Vec<_> = needed.iter().filter(|name| !known(name)).collect();
    assert!(missing.is_empty(), "the C library needs {missing:?}");
    for module in modules() {
        for level in LEVELS {
            let file = artefacts.join(format!("modules/O{level}/{}.bc", module.name));
            let (needed, defined) = symbols(&file);
            assert!(defined.contains(&module.name), "{} lacks its entry", file.display());
            let missing: Vec<_> = needed.iter().filter(|name| !known(name)).collect();
            assert!(missing.is_empty(), "{} needs {missing:?}", file.display());
        }
    }
}

/// Runs a module hosted, by its small argument.
fn check(module: &Module, files: &[&Path], engine: &str) {
    let (arg, result) = module.answers[1];
    let mut command = Command::new(place::tool("bareflow").expect("the tool is built"));
    command.args(["run", "--json", "--level", engine, "--entry", &module.name]);
    command.args(["--arg", &arg.to_string()]).args(files);
    command.env("BAREFLOW_ARTEFACTS", place::artefacts().expect("the modules are built"));
    let ended = process::run(&mut command, b"", Duration::from_secs(60)).expect("it ends");
    let report: Value = serde_json::from_slice(&ended.out)
        .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&ended.err)));
    let got = report["result"].as_str().unwrap_or_default();
    assert_eq!(got, result.to_string(), "{} from {files:?} on {engine}", module.name);
}

#[test]
fn every_level_runs_to_the_right_answer() {
    let artefacts = place::artefacts().expect("the modules are built");
    for (index, module) in modules().into_iter().enumerate() {
        for (place, level) in LEVELS.into_iter().enumerate() {
            let file = artefacts.join(format!("modules/O{level}/{}.bc", module.name));
            check(&module, &[&file], ENGINES[(index + place) % ENGINES.len()]);
        }
    }
}

#[test]
fn every_level_of_the_twins_in_c_runs_to_the_right_answer() {
    let folder = place::workspace().join("images/reference");
    for (index, module) in modules().into_iter().enumerate() {
        for (place, level) in LEVELS.into_iter().enumerate() {
            let source = folder.join(format!("{}.c", module.name));
            let mut args: Vec<String> =
                ["-c", "-emit-llvm", "-ffp-contract=off", "-o", "{out}"].map(Into::into).into();
            args.extend([format!("-O{level}"), text(&source)]);
            let inputs = vec![source, folder.join("random.h")];
            let recipe = Recipe { compiler: "clang-22", args, inputs, suffix: "bc" };
            let file = make(&recipe).expect("the twin compiles");
            check(&module, &[&file], ENGINES[(index + place) % ENGINES.len()]);
        }
    }
}

#[test]
fn every_level_gives_the_right_answers_on_the_machine() {
    let folder = tempfile::tempdir().expect("a folder");
    let machine: [Value; 6] =
        [json!("interp"), json!("O0"), json!("O1"), Value::Null, json!("O3"), Value::Null];
    for (place, level) in LEVELS.into_iter().enumerate() {
        let entries: Vec<Value> = (modules().iter())
            .map(|module| {
                let (name, (arg, _)) = (&module.name, module.answers[1]);
                json!({ "name": name, "files": [format!("{name}.bc")], "entry": name, "arg": arg })
            })
            .collect();
        let settings = json!({ "modules": entries, "calls": 1, "level": machine[place] });
        let manifest = folder.path().join(format!("O{level}.json"));
        std::fs::write(&manifest, settings.to_string()).expect("it can be written");
        let files: Vec<_> = (modules().iter())
            .map(|module| artefact(&format!("modules/O{level}/{}.bc", module.name)))
            .collect();
        let image = folder.path().join(format!("O{level}.img"));
        let mut arguments =
            vec!["image", "-o", tool::text(&image), "--manifest", tool::text(&manifest)];
        arguments.extend(files.iter().map(|file| tool::text(file)));
        assert_eq!(tool::lines("bareflow", &arguments).len(), 1);
        let arguments = ["boot", tool::text(&image), "--accel", "tcg", "--timeout", "300"];
        let boot = &tool::lines("bareflow", &arguments)[0];
        for module in modules() {
            let right = module.answers[1].1.to_string();
            assert_eq!(boot["results"][&module.name], right, "{} -O{level}: {boot}", module.name);
        }
    }
}
