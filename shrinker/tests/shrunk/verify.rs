//! `--verify`, on a disk that was grown in an emulator and on a snapshot taken from it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bareflow_shrink::source;
use bareflow_tests::artefact;
use bareflow_tests::tool::{lines, text};
use serde_json::{Value, json};

/// A disk with module `fibonacci`, whose entry is called with `arg`.
fn disk(folder: &Path, name: &str, arg: u64) -> PathBuf {
    let module = artefact("modules/fibonacci.bc");
    let (image, manifest) = (folder.join(name), folder.join("manifest.json"));
    let entry =
        json!({ "name": "fibonacci", "files": ["fibonacci.bc"], "entry": "fibonacci", "arg": arg });
    std::fs::write(&manifest, json!({ "modules": [entry] }).to_string()).unwrap();
    let made = ["image", "-o", text(&image), "--manifest", text(&manifest), text(&module)];
    assert_eq!(lines("bareflow", &made).len(), 1);
    image
}

fn shrink(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bareflow-shrink"));
    command.args(arguments).args(["--verify", "--json"]).output().unwrap()
}

fn assert_verified(done: &Output, image: &Path) {
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    let verdict = &report["verify"];
    assert_eq!(verdict["results"], json!({ "fibonacci": [0, 6765] }), "{report}");
    assert_eq!(verdict["outcome"], "success", "{report}");
    assert!(image.exists());
}

/// Ends with `code`, says an error of `kind` with `words` in it, and writes nothing to `image`.
fn assert_refused(done: &Output, code: i32, kind: &str, words: &[&str], image: &Path) {
    let said = String::from_utf8_lossy(&done.stderr);
    assert_eq!(done.status.code(), Some(code), "{said}");
    assert!(done.stdout.is_empty());
    let error: Value = serde_json::from_str(&said).unwrap_or_else(|_| panic!("{said}"));
    let error = &error["error"];
    assert_eq!(error["kind"], kind, "{error}");
    let message = error["message"].as_str().unwrap();
    assert!(words.iter().all(|word| message.contains(word)), "{message}");
    assert!(!image.exists());
}

#[test]
fn verify_boots_both_and_compares_them() {
    let folder = tempfile::tempdir().unwrap();
    let grown = disk(folder.path(), "grown.img", 20);
    assert_eq!(lines("bareflow", &["grow", text(&grown), "--boots", "1"])[0]["exit"], 0);

    let image = folder.path().join("of_disk.img");
    assert_verified(&shrink(&[text(&grown), "-o", text(&image)]), &image);

    let snapshot = folder.path().join("boot_001.snapshot");
    std::fs::write(&snapshot, source::one(&grown).unwrap().bytes).unwrap();
    let image = folder.path().join("of_snapshot.img");
    let found = shrink(&[text(&snapshot), "-o", text(&image), "--grown", text(&grown)]);
    assert_verified(&found, &image);

    // A disk with both: the shrunk one starts, against the grown one alone, though the disk had both before.
    let both = folder.path().join("both.img");
    for of in [&grown, &both] {
        let done = shrink(&[text(of), "-o", text(&both), "--with-grown"]);
        assert_verified(&done, &both);
        let report: Value = serde_json::from_slice(&done.stdout).unwrap();
        assert_eq!(report["verify"]["returns"], 0, "{report}");
    }
    let boot = &lines("bareflow", &["boot", text(&both), "--accel", "tcg"])[0];
    assert_eq!((&boot["boot"], &boot["results"]["fibonacci"]), (&Value::Null, &json!("6765")));

    // A snapshot alone boots nothing.
    let image = folder.path().join("unwritten.img");
    let alone = shrink(&[text(&snapshot), "-o", text(&image)]);
    assert_refused(&alone, 2, "usage", &["--grown"], &image);
    // A disk that gives another result: fibonacci(19).
    let other = disk(folder.path(), "other.img", 19);
    let differs = shrink(&[text(&snapshot), "-o", text(&image), "--grown", text(&other)]);
    assert_refused(&differs, 1, "differs", &["6765", "4181"], &image);
    // A machine that does not end in time.
    let hangs = shrink(&[text(&grown), "-o", text(&image), "--timeout", "0"]);
    assert_refused(&hangs, 3, "crashed", &["grown"], &image);
}
