//! The whole chain: grow, save, restore, shrink, boot again.

use std::path::Path;

use bareflow_tests::artefact;
use bareflow_tests::tool::{lines, run, text};
use serde_json::Value;

/// Name, argument and right answer of each module, small enough for an emulator.
fn modules() -> Vec<(String, u64, u64)> {
    let list = std::fs::read_to_string(artefact("modules/modules.json")).unwrap();
    let list: Value = serde_json::from_str(&list).unwrap();
    let module = |module: &Value| {
        let small = &module["small"];
        let number = |value: &Value| value.as_u64().unwrap();
        (
            module["name"].as_str().unwrap().to_owned(),
            number(&small["arg"]),
            number(&small["result"]),
        )
    };
    list["modules"].as_array().unwrap().iter().map(module).collect()
}

/// A disk with all modules at their small arguments.
fn image(folder: &Path, calls: u64) -> std::path::PathBuf {
    let entries: Vec<Value> = modules()
        .iter()
        .map(|(name, arg, _)| {
            serde_json::json!({
                "name": name, "files": [format!("{name}.bc")], "entry": name, "arg": arg,
            })
        })
        .collect();
    let manifest = folder.join("manifest.json");
    let settings = serde_json::json!({ "modules": entries, "calls": calls });
    std::fs::write(&manifest, settings.to_string()).unwrap();
    let files: Vec<_> =
        modules().iter().map(|(name, ..)| artefact(&format!("modules/{name}.bc"))).collect();
    let image = folder.join("grown.img");
    let mut arguments = vec!["image", "-o", text(&image), "--manifest", text(&manifest)];
    arguments.extend(files.iter().map(|file| text(file)));
    assert_eq!(lines("bareflow", &arguments).len(), 1);
    image
}

fn check_results(boot: &Value) {
    for (name, _, right) in modules() {
        assert_eq!(boot["results"][&name], right.to_string(), "{name} in {boot}");
    }
}

#[test]
fn a_machine_grows_and_shrinks_to_the_same_answers() {
    let folder = tempfile::tempdir().unwrap();
    let image = image(folder.path(), 20);
    let boots = lines("bareflow", &["grow", text(&image), "--boots", "3", "--accel", "tcg"]);
    assert_eq!(boots.len(), 3);
    for (index, boot) in boots.iter().enumerate() {
        assert_eq!(boot["boot"], index as u64 + 1);
        check_results(boot);
    }
    assert_eq!(boots[0]["restored"], 0);
    assert!(boots[0]["compiles"].as_u64().unwrap() > 0);
    assert!(boots[1]["restored"].as_u64().unwrap() > 0);
    assert_eq!(boots[1]["rejected"].as_array().unwrap().len(), 0);

    let snapshot = folder.path().join("boot.snapshot");
    copy_snapshot(&image, 3, &snapshot);
    let small = folder.path().join("small.img");
    let report = &lines("bareflow-shrink", &[text(&snapshot), "-o", text(&small)])[0];
    let bytes = std::fs::metadata(&small).unwrap().len();
    assert_eq!(report["image_bytes"], bytes);
    assert!(bytes < 64 << 10, "{bytes} bytes");
    let shrunk = &lines("bareflow", &["boot", text(&small), "--accel", "tcg"])[0];
    check_results(shrunk);
}

/// Copies the snapshot of boot `boot` out of a disk, with mtools.
fn copy_snapshot(image: &Path, boot: u32, to: &Path) {
    let mut first = [0; 512];
    let mut disk = std::fs::File::open(image).unwrap();
    std::io::Read::read_exact(&mut disk, &mut first).unwrap();
    let start = u32::from_le_bytes(first[446 + 8..][..4].try_into().unwrap());
    let status = std::process::Command::new("mcopy")
        .args(["-n", "-i", &format!("{}@@{}", text(image), u64::from(start) * 512)])
        .arg(format!("::/boot/snapshots/boot_{boot:03}.snapshot"))
        .arg(to)
        .status()
        .expect("mcopy is there: run `cargo xtask setup`");
    assert!(status.success());
}

#[test]
fn code_for_another_processor_is_not_run() {
    let folder = tempfile::tempdir().unwrap();
    let image = image(folder.path(), 20);
    let grown = lines("bareflow", &["grow", text(&image), "--boots", "1", "--accel", "tcg"]);
    check_results(&grown[0]);
    for cpu in ["qemu64", "Nehalem", "SandyBridge", "Haswell", "Skylake-Client", "EPYC"] {
        let arguments =
            ["boot", text(&image), "--discard", "--cpu", cpu, "--accel", "tcg", "--machine", "pc"];
        let boot = &lines("bareflow", &arguments)[0];
        check_results(boot);
        for rejection in boot["rejected"].as_array().unwrap() {
            let reason = rejection["reason"].as_str().unwrap();
            assert!(reason.contains("processor feature"), "{cpu}: {reason}");
        }
        if cpu == "qemu64" {
            assert!(!boot["rejected"].as_array().unwrap().is_empty(), "{boot}");
        }
    }
}

#[test]
fn a_second_run_in_a_process_starts_where_the_first_ended() {
    let disk = tempfile::tempdir().unwrap();
    let module = artefact("modules/sha256.bc");
    let once = || {
        let arguments = [
            "run",
            text(&module),
            "--entry",
            "sha256",
            "--arg",
            "20",
            "--calls",
            "2000",
            "--disk",
            text(disk.path()),
        ];
        lines("bareflow", &arguments).remove(0)
    };
    let runs = [once(), once(), once()];
    let right = modules().into_iter().find(|(name, ..)| name == "sha256").unwrap().2.to_string();
    assert!(runs.iter().all(|run| run["result"] == right));
    assert_eq!(runs[0]["restored"], 0);
    assert!(runs[0]["compiles"].as_u64().unwrap() > 0);
    assert!(runs[1]["restored"].as_u64().unwrap() > 0);
    // What is settled is not made again.
    assert_eq!(runs[2]["compiles"], 0, "{}", runs[2]);
    assert_eq!(runs[2]["levels"]["O3"], runs[1]["levels"]["O3"]);
}

#[test]
fn a_changed_program_is_compiled_anew() {
    let disk = tempfile::tempdir().unwrap();
    let once = |level: &str| {
        let module = artefact(&format!("modules/{level}/sha256.bc"));
        let arguments = [
            "run",
            text(&module),
            "--entry",
            "sha256",
            "--arg",
            "20",
            "--calls",
            "500",
            "--disk",
            text(disk.path()),
        ];
        lines("bareflow", &arguments).remove(0)
    };
    let (first, second) = (once("O2"), once("O1"));
    assert_eq!(first["result"], second["result"]);
    assert_eq!(second["restored"], 0);
    let rejected = second["rejected"].as_array().unwrap();
    assert!(!rejected.is_empty());
    for rejection in rejected {
        let reason = rejection["reason"].as_str().unwrap();
        assert!(reason.contains("changed") || reason.contains("no longer"), "{reason}");
    }
}

#[test]
fn a_damaged_snapshot_is_set_aside() {
    let disk = tempfile::tempdir().unwrap();
    let module = artefact("modules/sha256.bc");
    let arguments = [
        "run",
        text(&module),
        "--entry",
        "sha256",
        "--arg",
        "20",
        "--calls",
        "500",
        "--disk",
        text(disk.path()),
    ];
    let _ = lines("bareflow", &arguments);
    let _ = lines("bareflow", &arguments);
    let folder = disk.path().join("boot/snapshots");
    let newest = folder.join("boot_002.snapshot");
    let mut bytes = std::fs::read(&newest).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&newest, bytes).unwrap();

    let output = run("bareflow", &arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("boot_002.snapshot") && said.contains("set aside"), "{said}");
    let run: Value = serde_json::from_slice(&output.stdout).unwrap();
    // It went on from the one before.
    assert_eq!(run["boot"], 2);
    assert!(run["restored"].as_u64().unwrap() > 0);
    assert!(folder.join("boot_002.damaged").is_file());
}
