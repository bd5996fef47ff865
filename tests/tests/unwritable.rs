//! A machine that cannot save says so, and its program runs as ever.

use std::process::Command;

use bareflow_emulator::{Accel, Event, Media, Outcome, Settings, run};
use bareflow_tests::grown::{Module, image, modules, volume};
use serde_json::{Value, json};

/// Boots; results by module, and what the machine said.
fn boot(settings: &Settings) -> (Vec<Value>, Vec<String>) {
    let (mut results, mut logs) = (Vec::new(), Vec::new());
    let ended = run(settings, &mut |event| {
        let Event::Record(text) = event else { return };
        let record: Value = serde_json::from_str(text).unwrap();
        match record["record"].as_str() {
            Some("result") => results.push(record),
            Some("log") => logs.push(record["text"].as_str().unwrap().to_owned()),
            Some("report") => logs.push(format!("snapshot: {}", record["snapshot"])),
            _ => {}
        }
    });
    let ended = ended.unwrap();
    assert_eq!(ended.outcome, Outcome::Success, "{logs:?}");
    (results, logs)
}

fn check(results: &[Value], modules: &[Module]) {
    assert_eq!(results.len(), modules.len());
    for (result, module) in results.iter().zip(modules) {
        assert_eq!(result["result"], module.result, "{}", module.name);
    }
}

#[test]
fn a_read_only_disk_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let modules = &modules()[..2];
    let image = image(folder.path(), "disk", modules, &json!({ "calls": 20 }));
    let before = std::fs::read(&image).unwrap();
    let settings = Settings {
        accel: Accel::Tcg,
        media: Media::Virtio,
        writable: false,
        ..Settings::new(&image)
    };
    let (results, logs) = boot(&settings);
    check(&results, modules);
    assert!(logs.iter().any(|log| log.contains("no snapshot: the disk is read-only")), "{logs:?}");
    assert!(logs.contains(&"snapshot: null".to_owned()), "{logs:?}");
    assert!(std::fs::read(&image).unwrap() == before, "the disk was written");
}

#[test]
fn a_full_disk_is_reported_and_used_again_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let modules = &modules()[..2];
    let image = image(folder.path(), "disk", modules, &json!({ "calls": 20 }));
    let mtools = |tool: &str, arguments: &[&str]| {
        let output = Command::new(tool).args(["-i", &volume(&image)]).args(arguments).output();
        let output = output.expect("mtools are there: run `cargo xtask setup`");
        assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let listing = mtools("mdir", &["::/"]);
    let free = listing.lines().find(|line| line.contains("bytes free")).expect("mdir says it");
    let free: String = free.chars().filter(char::is_ascii_digit).collect();
    // Room for the folder of the snapshots and for a part of one.
    let filler = folder.path().join("filler");
    let len = free.parse::<u64>().unwrap() - (100 << 10);
    std::fs::File::create(&filler).unwrap().set_len(len).unwrap();
    mtools("mcopy", &[filler.to_str().unwrap(), "::/filler"]);

    let settings = Settings { accel: Accel::Tcg, ..Settings::new(&image) };
    let (results, logs) = boot(&settings);
    check(&results, modules);
    assert!(logs.iter().any(|log| log.contains("no snapshot: no room on the disk")), "{logs:?}");
    assert!(logs.contains(&"snapshot: null".to_owned()), "{logs:?}");

    mtools("mdel", &["::/filler"]);
    let (results, logs) = boot(&settings);
    check(&results, modules);
    assert!(logs.iter().any(|log| log.contains("boot_001.snapshot")), "{logs:?}");
}
