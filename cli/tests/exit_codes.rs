//! What scripts rely on: exit codes, JSON on the right stream, errors in their JSON form.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn bareflow(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bareflow"))
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .output()
        .expect("bareflow starts")
}

/// The error object on standard error; nothing may be on standard output.
fn json_error(output: &Output) -> Value {
    assert!(output.stdout.is_empty(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stderr);
    let last = text.lines().last().expect("a line");
    serde_json::from_str::<Value>(last).unwrap_or_else(|e| panic!("{e}: {text}"))["error"].clone()
}

#[test]
fn help_has_examples_and_succeeds() {
    for command in ["image", "boot", "grow"] {
        let output = bareflow(&[command, "--help"]);
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains("Examples:") && text.contains("--json"), "{text}");
        assert!(!text.contains('\x1b'), "colours where nobody sees them: {text}");
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    for wrong in [
        vec!["boot"],
        vec!["nonsense"],
        vec!["boot", "disk.img", "--machine", "pdp11"],
        vec!["boot", "disk.img", "--mem", "much"],
        vec!["image", "a.bc", "-o", "b", "--thresholds", "3,2,1"],
        vec!["grow", "disk.img", "--boots", "0"],
    ] {
        let output = bareflow(&wrong);
        assert_eq!(output.status.code(), Some(2), "{wrong:?}");
        assert!(output.stdout.is_empty() && !output.stderr.is_empty(), "{wrong:?}");
        let error = json_error(&bareflow(&[wrong.as_slice(), &["--json"]].concat()));
        assert_eq!(error["kind"], "usage", "{wrong:?}");
        assert!(error["message"].as_str().is_some_and(|text| !text.is_empty()));
    }
}

#[test]
fn a_missing_file_is_named_and_ends_with_2() {
    for arguments in [
        vec!["boot", "/nowhere/disk.img", "--accel", "tcg"],
        vec!["grow", "/nowhere/disk.img", "--accel", "tcg"],
        vec!["image", "/nowhere/disk.img", "-o", "/tmp/bareflow-never-made.img"],
    ] {
        let output = bareflow(&[arguments.as_slice(), &["--json"]].concat());
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let error = json_error(&output);
        assert_eq!(
            (&error["kind"], &error["file"]),
            (&"input".into(), &"/nowhere/disk.img".into())
        );
    }
    assert!(!Path::new("/tmp/bareflow-never-made.img").exists());
}

#[test]
fn missing_qemu_ends_with_4_and_says_how_to_install_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let image = folder.path().join("disk.img");
    std::fs::write(&image, [0; 512]).expect("a file");
    let output = Command::new(env!("CARGO_BIN_EXE_bareflow"))
        .args(["boot", "--json"])
        .arg(&image)
        .env("PATH", folder.path())
        .env_remove("BAREFLOW_QEMU")
        .output()
        .expect("bareflow starts");
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    let error = json_error(&output);
    assert_eq!(error["kind"], "missing_tool");
    let message = error["message"].as_str().unwrap_or_default();
    assert!(message.contains("qemu-system-x86_64 is missing: install it with"), "{message}");
}

/// An image of one boot sector with this code.
fn sector(folder: &Path, code: &[u8]) -> String {
    let mut bytes = [0; 512];
    bytes[..code.len()].copy_from_slice(code);
    bytes[510..].copy_from_slice(&[0x55, 0xaa]);
    let path = folder.join("sector.img");
    std::fs::write(&path, bytes).expect("a file");
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn the_end_of_the_machine_decides_the_exit_code() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let exit = |value: u8| vec![0xb0, value, 0xe6, 0xf4, 0xeb, 0xfe];
    let reset = vec![0xb0, 0xfe, 0xe6, 0x64, 0xeb, 0xfe];
    for (code, expected, outcome) in [
        (exit(0x10), 0, "success"),
        (exit(0x11), 1, "failure"),
        (exit(0x12), 1, "fault"),
        (reset, 3, "reset"),
        (vec![0xeb, 0xfe], 3, "hung"),
    ] {
        let image = sector(folder.path(), &code);
        let timeout = if outcome == "hung" { "3" } else { "60" };
        let output = bareflow(&["boot", &image, "--json", "--accel", "tcg", "--timeout", timeout]);
        assert_eq!(output.status.code(), Some(expected), "{outcome}: {output:?}");
        let line: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        assert!(line["outcome"].as_str().is_some_and(|text| text.starts_with(outcome)), "{line}");
        for field in [
            "boot",
            "exit",
            "output",
            "results",
            "guest_us",
            "program_cycles",
            "levels",
            "compiles",
            "restored",
            "rejected",
            "snapshot",
        ] {
            assert!(line.get(field).is_some(), "{field} is missing in {line}");
        }
        let says_error = !output.stderr.is_empty();
        assert_eq!(says_error, expected == 3, "{outcome}: {output:?}");
    }
}
