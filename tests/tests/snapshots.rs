//! `bareflow snapshot` on what the engine really saved.

use std::path::Path;
use std::process::Command;

use bareflow_tests::artefact;
use bareflow_tests::tool::{lines, run, text};

/// Runs a module some times with `disk` as the machine's disk, each time from the last snapshot.
fn grow(disk: &Path, module: &str, runs: usize) {
    let file = artefact(&format!("modules/{module}.bc"));
    for _ in 0..runs {
        let arguments = ["run", text(&file), "--entry", module, "--arg", "20", "--calls", "2000"];
        let all = [&arguments[..], &["--disk", text(disk)]].concat();
        assert_eq!(lines("bareflow", &all).len(), 1);
    }
}

#[test]
fn code_is_made_anew_with_the_same_bytes() {
    let disk = tempfile::tempdir().unwrap();
    grow(disk.path(), "sha256", 2);
    let folder = disk.path().join("boot/snapshots");
    let verified = lines("bareflow", &["snapshot", "verify", text(&folder), "--recompile"]);
    assert_eq!(verified.len(), 2);
    for line in &verified {
        assert_eq!(line["ok"], true, "{line}");
        assert!(line["recompiled"].as_u64().unwrap() > 0, "{line}");
        assert_eq!(line["skipped"].as_array().unwrap().len(), 0, "{line}");
    }

    // Code that somebody changed, with all sums right, is found.
    let newest = folder.join("boot_002.snapshot");
    let mut snapshot = snapshot_fmt::decode(&std::fs::read(&newest).unwrap()).unwrap();
    let changed = snapshot.functions.iter_mut().find(|f| f.object.is_some()).unwrap();
    let name = changed.name.clone();
    *changed.object.as_mut().unwrap().text.last_mut().unwrap() ^= 1;
    std::fs::write(&newest, snapshot_fmt::encode(&snapshot).unwrap()).unwrap();
    let without = run("bareflow", &["snapshot", "verify", text(&newest)]);
    assert!(without.status.success());
    let with = run("bareflow", &["snapshot", "verify", text(&newest), "--recompile"]);
    assert_eq!(with.status.code(), Some(1));
    let said = String::from_utf8_lossy(&with.stdout);
    assert!(said.contains(&format!("sha256:{name}")) && said.contains("other code from byte"));
}

#[test]
fn what_was_saved_can_be_shown_compared_and_extracted() {
    let disk = tempfile::tempdir().unwrap();
    grow(disk.path(), "sha256", 2);
    let folder = disk.path().join("boot/snapshots");
    let (old, new) = (format!("{}:1", text(&folder)), format!("{}:2", text(&folder)));

    let overview = &lines("bareflow", &["snapshot", "show", &new])[0];
    let functions = overview["functions"].as_array().unwrap();
    let compiled =
        || functions.iter().filter(|function| function["code_bytes"].as_u64().unwrap() > 0);
    assert!(compiled().count() > 0, "{overview}");
    for function in compiled() {
        let name = format!("sha256:{}", function["name"].as_str().unwrap());
        let detail = &lines("bareflow", &["snapshot", "show", &new, &name])[0];
        let blocks = detail["blocks"].as_array().unwrap();
        let shown: u64 = blocks.iter().map(|block| block["bytes"].as_u64().unwrap()).sum();
        assert!(shown > 0 && shown <= function["code_bytes"].as_u64().unwrap(), "{name}");
    }
    let difference = &lines("bareflow", &["snapshot", "diff", &old, &new])[0];
    assert!(difference["code_bytes"]["old"].as_u64().unwrap() > 0, "{difference}");

    let object = disk.path().join("code.o");
    let extract = ["snapshot", "extract", &new, "--elf", "-o", text(&object)];
    assert_eq!(lines("bareflow", &extract)[0]["functions"], compiled().count());
    let objdump = ["llvm-objdump", "llvm-objdump-22", "objdump"]
        .into_iter()
        .find_map(|tool| Command::new(tool).args(["-d", "-r"]).arg(&object).output().ok());
    let listing = objdump.expect("an objdump is there");
    assert!(listing.status.success());
    let listing = String::from_utf8_lossy(&listing.stdout);
    for function in compiled() {
        assert!(listing.contains(&format!("<{}>:", function["name"].as_str().unwrap())));
    }
}
