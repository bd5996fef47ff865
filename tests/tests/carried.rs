//! What machines learned, carried to other disks: from a serial line, and from a fleet's store.

use std::path::{Path, PathBuf};
use std::process::Command;

use bareflow_tests::grown::{copy_snapshot, volume};
use bareflow_tests::tool::{lines, run, text};
use bareflow_tests::{artefact, place};
use serde_json::{Value, json};

/// Emulated everywhere, and hung only after minutes: tests run beside many others.
const PATIENT: [&str; 4] = ["--accel", "tcg", "--timeout", "600"];

/// A disk with two of the modules.
fn image(folder: &Path, name: &str, more: &[&str]) -> PathBuf {
    let image = folder.join(name);
    let modules = ["fibonacci", "quicksort"];
    let entries = modules.map(
        |name| json!({ "name": name, "files": [format!("{name}.bc")], "entry": name, "arg": 20 }),
    );
    let profile = more.contains(&"profile");
    let manifest = folder.join(format!("{name}.json"));
    let settings = json!({ "modules": entries, "calls": 20, "profile": profile });
    std::fs::write(&manifest, settings.to_string()).unwrap();
    let files = modules.map(|name| artefact(&format!("modules/{name}.bc")));
    let mut arguments = vec!["image", "-o", text(&image), "--manifest", text(&manifest)];
    arguments.extend(files.iter().map(|file| text(file)));
    assert_eq!(lines("bareflow", &arguments).len(), 1);
    image
}

fn boot(image: &Path) -> Value {
    lines("bareflow", &[&["boot", text(image)][..], &PATIENT].concat()).remove(0)
}

/// What a machine with this image says on its serial line, as it comes.
fn serial(image: &Path) -> Vec<u8> {
    let mut settings = bareflow_emulator::Settings::new(image);
    settings.accel = bareflow_emulator::Accel::Tcg;
    settings.timeout = std::time::Duration::from_secs(600);
    let run = bareflow_emulator::run(&settings, &mut |_| ()).unwrap();
    let mut serial = run.output;
    for record in run.records {
        serial.extend([&[0x1e], record.as_bytes(), b"\r\n"].concat());
    }
    serial
}

#[test]
fn what_a_machine_printed_is_where_the_next_boot_of_another_disk_starts() {
    let folder = tempfile::tempdir().unwrap();
    let mut log = b"SeaBIOS\r\nsome other output ".to_vec();
    log.extend(serial(&image(folder.path(), "talks.img", &["profile"])));
    // A line that the cable spoilt.
    log.extend(b"\n\x1e{\"record\":\"profile\",\"module\":\"fibonacci\",\"prof\n");
    let file = folder.path().join("serial.log");
    std::fs::write(&file, &log).unwrap();

    let fresh = image(folder.path(), "fresh.img", &[]);
    let before = std::fs::read(&fresh).unwrap();
    let dry = &lines("bareflow", &["sync", text(&fresh), text(&file), "--dry-run"])[0];
    assert!(std::fs::read(&fresh).unwrap() == before, "--dry-run writes nothing");
    let line = &lines("bareflow", &["sync", text(&fresh), text(&file)])[0];
    assert_eq!((&dry["snapshot"], &dry["functions"]), (&Value::Null, &line["functions"]));
    let damaged = line["damaged"].as_array().unwrap();
    let last = log.split(|byte| *byte == b'\n').count() - 1;
    assert_eq!(damaged.len(), 1, "{damaged:?}");
    assert_eq!(damaged[0]["line"], last, "{damaged:?}");
    let functions = line["functions"].as_array().unwrap();
    // The hottest first.
    assert_eq!(functions[0]["level"], "O3", "{functions:?}");
    assert!(functions[0]["calls"].as_u64().unwrap() >= 10_000, "{functions:?}");

    // mtools finds it where it is said to be, and what they copy out is a whole snapshot, whose code the
    // compiler makes again to the byte.
    let copied = folder.path().join("boot_001.snapshot");
    copy_snapshot(&fresh, 1, &copied);
    let verified = &lines("bareflow", &["snapshot", "verify", text(&copied), "--recompile"])[0];
    assert_eq!((&verified["ok"], &verified["skipped"]), (&json!(true), &json!([])), "{verified}");
    let made = functions.iter().filter(|function| !function["code_bytes"].is_null()).count() as u64;
    assert_eq!(verified["recompiled"], made, "{verified}");
    assert!(made >= 2);

    // The next boot starts there.
    let booted = boot(&fresh);
    assert_eq!((&booted["boot"], &booted["restored"]), (&json!(2), &json!(made)), "{booted}");
    assert_eq!(booted["rejected"], json!([]), "{booted}");

    // A folder that lies there as the volume does takes the same, and goes back onto a disk with mtools.
    let second = image(folder.path(), "second.img", &[]);
    let mounted = folder.path().join("mounted");
    std::fs::create_dir(&mounted).unwrap();
    let mcopy = |from: &str, to: &str| {
        let status =
            Command::new("mcopy").args(["-s", "-n", "-i", &volume(&second), from, to]).status();
        assert!(status.expect("mcopy is there: run `cargo xtask setup`").success());
    };
    for part in ["boot", "modules"] {
        mcopy(&format!("::/{part}"), text(&mounted));
    }
    // Through a pipe this time.
    let piped = Command::new(place::tool("bareflow").unwrap())
        .args(["sync", text(&mounted), "--json"])
        .stdin(std::fs::File::open(&file).unwrap())
        .output()
        .unwrap();
    assert!(piped.status.success(), "{piped:?}");
    let line: Value = serde_json::from_slice(&piped.stdout).unwrap();
    assert_eq!(line["snapshot"], "boot/snapshots/boot_001.snapshot", "{line}");
    assert_eq!(line["functions"].as_array().unwrap().len(), functions.len(), "{line}");
    mcopy(text(&mounted.join("boot/snapshots/boot_001.snapshot")), "::/boot/snapshots/");
    let booted = boot(&second);
    assert_eq!((&booted["boot"], &booted["restored"]), (&json!(2), &json!(made)), "{booted}");
}

#[test]
fn logs_without_a_profile_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let fresh = image(folder.path(), "fresh.img", &[]);
    let log = folder.path().join("serial.log");
    std::fs::write(&log, "hello\n{\"not\": \"a profile\"}\n").unwrap();
    let refused = run("bareflow", &["sync", text(&fresh), text(&log)]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("there is no profile"));
}

#[test]
fn a_new_machine_starts_from_what_the_fleet_knows() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("store");
    for (machine, boots) in [("one", 2), ("two", 1)] {
        let disk = image(folder.path(), &format!("{machine}.img"), &[]);
        for _ in 0..boots {
            boot(&disk);
        }
        for again in [true, false] {
            let push = ["fleet", "push", text(&store), text(&disk), "--machine", machine];
            let pushed = lines("bareflow", &push);
            assert_eq!(pushed.len(), boots);
            assert!(pushed.iter().all(|line| line["new"] == again), "{pushed:?}");
        }
    }
    let report = lines("bareflow", &["fleet", "report", text(&store)]);
    let names: Vec<_> = report.iter().map(|line| (&line["machine"], &line["boot"])).collect();
    assert_eq!(names, [(&json!("one"), &json!(2)), (&json!("two"), &json!(1))]);

    let new = image(folder.path(), "new.img", &[]);
    let pulled = &lines("bareflow", &["fleet", "pull", text(&store), text(&new)])[0];
    assert_eq!(pulled["machines"], 2, "{pulled}");
    let compiled = pulled["compiled"].as_u64().unwrap();
    assert!(compiled >= 2, "{pulled}");
    let refused = pulled["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 2, "one older boot, one that does not lead: {pulled}");
    let booted = boot(&new);
    assert_eq!(booted["restored"], compiled, "{booted}");
    assert_eq!(booted["rejected"], json!([]), "{booted}");

    // A disk with boots of its own is not overwritten by accident.
    let refused = run("bareflow", &["fleet", "pull", text(&store), text(&new)]);
    assert_eq!(refused.status.code(), Some(2));
    let replace = ["fleet", "pull", text(&store), text(&new), "--replace"];
    assert_eq!(lines("bareflow", &replace).len(), 1);
    // A store in which a byte has changed names what is damaged and goes on without it.
    let entry = report[0]["entry"].as_str().unwrap();
    let path = store.join(&entry[..2]).join(format!("{}.entry", &entry[2..]));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[200] ^= 1;
    std::fs::write(&path, bytes).unwrap();
    let all = folder.path().join("all.snapshot");
    let merged = &lines("bareflow", &["fleet", "merge", text(&store), "-o", text(&all)])[0];
    assert_eq!(merged["damaged"].as_array().unwrap().len(), 1, "{merged}");
    assert_eq!(merged["machines"], 2, "its older boot counts: {merged}");
}

#[test]
fn code_that_its_compiler_does_not_make_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    let disk = image(folder.path(), "one.img", &[]);
    boot(&disk);
    let honest = folder.path().join("boot_001.snapshot");
    copy_snapshot(&disk, 1, &honest);
    let mut snapshot = snapshot_fmt::decode(&std::fs::read(&honest).unwrap()).unwrap();
    let there = snapshot.functions.iter().filter(|function| function.object.is_some()).count();
    assert!(there >= 2, "{there}");
    // All sums are right, and one instruction is another.
    let lied = snapshot.functions.iter_mut().find(|function| function.object.is_some()).unwrap();
    let name = format!("{}:", snapshot.modules[lied.module as usize].name) + &lied.name;
    let code = &mut lied.object.as_mut().unwrap().text;
    *code.last_mut().unwrap() ^= 1;
    let lie = folder.path().join("lie.snapshot");
    std::fs::write(&lie, snapshot_fmt::encode(&snapshot).unwrap()).unwrap();

    let store = folder.path().join("store");
    let push = ["fleet", "push", text(&store), text(&lie), "--machine", "liar"];
    assert_eq!(lines("bareflow", &push).len(), 1);
    let new = image(folder.path(), "new.img", &[]);
    let pull = ["fleet", "pull", text(&store), text(&new)];
    let pulled = &lines("bareflow", &pull)[0];
    let unproved = pulled["unproved"].as_array().unwrap();
    assert_eq!(unproved.len(), 1, "{pulled}");
    let why = unproved[0].as_str().unwrap();
    assert!(why.starts_with(&name) && why.contains("compiled anew"), "{why}");
    assert_eq!(pulled["compiled"], there - 1, "{pulled}");
    let verify = ["snapshot", "verify", text(&new), "--recompile"];
    assert_eq!(lines("bareflow", &verify)[0]["problems"], json!([]));
    let booted = boot(&new);
    assert_eq!(booted["rejected"], json!([]), "{booted}");
    assert!(booted["restored"].as_u64().unwrap() + 1 >= there as u64, "{booted}");

    // Whoever trusts all machines may say so.
    let trusting = image(folder.path(), "trusting.img", &[]);
    let pull = ["fleet", "pull", text(&store), text(&trusting), "--trust"];
    let pulled = &lines("bareflow", &pull)[0];
    assert_eq!((&pulled["compiled"], &pulled["unproved"]), (&json!(there), &json!([])));
}
