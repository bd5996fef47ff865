//! When a machine saves, and what it does when it cannot: says so, and goes on.

use std::process::Command;

use bareflow_emulator::{Accel, Event, Media, Outcome, Settings, run};
use bareflow_tests::grown::{Module, image, modules, volume};
use bareflow_tests::machine::{disk_with, settings};
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

/// Ends when it finds what its own boot has saved.
const UNTIL_SAVED: &str = r#"
int bf_open(const char *path, int flags);
unsigned long bf_clock(void);
int puts(const char *text);
__attribute__((noinline)) static unsigned long hot(unsigned long n) {
    for (int i = 0; i < 10; i++) n = n * 3 + i;
    return n;
}
int main(void) {
    volatile unsigned long sum = 0;
    for (int i = 0; i < 5000; i++) sum += hot(i);
    do bf_clock(); while (bf_open("/boot/snapshots/boot_001.snapshot", 0) < 0);
    puts("saved");
    return 0;
}
"#;

#[test]
fn a_running_program_is_saved_on_a_timer() {
    let disk = disk_with(UNTIL_SAVED, None);
    let manifest = json!({
        "modules": [{ "name": "program", "files": ["program.bc"] }], "save_seconds": 1,
    });
    disk.add("boot/manifest.json", manifest.to_string().as_bytes()).unwrap();
    let ended = run(&settings(&disk), &mut |_| ()).unwrap();
    let output = String::from_utf8_lossy(&ended.output).into_owned();
    assert_eq!(ended.outcome, Outcome::Success, "{output}");
    assert_eq!(output, "saved\n");
    disk.check().unwrap();
    let bytes = disk.read("boot/snapshots/boot_001.snapshot").unwrap();
    let snapshot = snapshot_fmt::decode(&bytes).unwrap();
    // Once on the way, and once at the end.
    assert!(snapshot.generation >= 2, "{}", snapshot.generation);
}
