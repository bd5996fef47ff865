//! What is compiled on the machine and what is compiled on the host has the same bytes.
//!
//! The machine is an emulated one with every processor feature; `snapshot verify --recompile`
//! makes each function of its snapshot again, with the options and for the features noted there.
//! `cargo test --release -p bareflow-tests --test same_bytes -- --include-ignored` does it for all
//! programs of the suite, which takes minutes.

use std::path::Path;

use bareflow_tests::program::{self, Program};
use bareflow_tests::tool::{self, lines, text};
use bareflow_tests::{artefact, place};
use serde_json::{Value, json};

const LEVELS: [&str; 4] = ["O0", "O1", "O2", "O3"];

/// Boots an image of these modules once at one level, and compiles all again here. How many
/// objects were compared.
fn compare(entries: &[Value], files: &[std::path::PathBuf], level: &str, calls: u32) -> u64 {
    let folder = tempfile::tempdir().unwrap();
    let manifest = folder.path().join("manifest.json");
    let settings = json!({ "modules": entries, "calls": calls, "level": level });
    std::fs::write(&manifest, settings.to_string()).unwrap();
    let image = folder.path().join("disk.img");
    let mut arguments = vec!["image", "-o", text(&image), "--manifest", text(&manifest)];
    arguments.extend(files.iter().map(|file| text(file)));
    assert_eq!(lines("bareflow", &arguments).len(), 1);

    let grow = ["grow", text(&image), "--boots", "1", "--accel", "tcg", "--cpu", "max"];
    // Programs may end as they like (some abort, which is then the status of the boot).
    let output = tool::run("bareflow", &[&grow[..], &["--timeout", "900"]].concat());
    let said = String::from_utf8_lossy(&output.stderr);
    let boot: Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{said}"));
    let ended = boot["outcome"] == "success" || boot["outcome"] == "failure";
    assert!(ended && !boot["levels"].is_null(), "{level}: {}\n{said}", boot["outcome"]);
    let at_level = boot["levels"][level].as_u64().unwrap();
    assert!(at_level > 0, "{boot}");

    let verified = &lines("bareflow", &["snapshot", "verify", text(&image), "--recompile"])[0];
    assert_eq!(verified["ok"], true, "{level}: {verified}");
    assert_eq!(verified["skipped"].as_array().unwrap().len(), 0, "{level}: {verified}");
    let compared = verified["recompiled"].as_u64().unwrap();
    assert!(compared >= at_level, "{level}: {compared} of {at_level}");
    compared
}

#[test]
fn the_twelve_modules() {
    let list = std::fs::read(artefact("modules/modules.json")).unwrap();
    let list: Value = serde_json::from_slice(&list).unwrap();
    let (mut entries, mut files) = (Vec::new(), Vec::new());
    for module in list["modules"].as_array().unwrap() {
        let name = module["name"].as_str().unwrap();
        let (file, arg) = (format!("{name}.bc"), &module["small"]["arg"]);
        entries.push(json!({ "name": name, "files": [file], "entry": name, "arg": arg }));
        files.push(artefact(&format!("modules/{name}.bc")));
    }
    for level in LEVELS {
        let compared = compare(&entries, &files, level, 1);
        assert!(compared >= entries.len() as u64, "{level}: only {compared} objects");
    }
}

/// Programs that need neither input nor files.
fn programs() -> Vec<Program> {
    let alone = |program: &Program| !program.reads();
    program::all().into_iter().filter(alone).collect()
}

#[test]
#[ignore = "takes minutes"]
fn every_program_of_the_suite() {
    place::artefacts().unwrap();
    let mut compared = 0;
    for (batch, programs) in programs().chunks(20).enumerate() {
        let (mut entries, mut files) = (Vec::new(), Vec::new());
        for program in programs {
            let bitcode = program.bitcode(2, 22).unwrap();
            let name = |path: &Path| path.file_name().unwrap().to_str().unwrap().to_owned();
            let names: Vec<String> = bitcode.iter().map(|path| name(path)).collect();
            entries.push(json!({ "name": program.name.replace('/', "-"), "files": names }));
            files.extend(bitcode);
        }
        for level in LEVELS {
            let here = compare(&entries, &files, level, 1);
            println!("batch {batch}, {level}: {here} objects");
            compared += here;
        }
    }
    println!("{compared} objects have the same bytes");
}
