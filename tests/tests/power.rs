//! The emulator is killed while the machine saves, as a power cut would.
//!
//! What a cut can do to the order of writes is tried exhaustively in `storage/tests/power.rs`;
//! this is the same with the real kernel, drivers and session. `BAREFLOW_KILLS` sets how often.

use std::io::{Read, Seek, SeekFrom};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use bareflow_emulator::{Accel, Media, Outcome, Settings, run};
use bareflow_tests::artefact;
use bareflow_tests::tool::{lines, text};
use serde_json::Value;

/// How often it is killed unless `BAREFLOW_KILLS` says otherwise.
const KILLS: u32 = 4;

#[test]
fn a_killed_machine_leaves_a_sound_disk_and_a_whole_snapshot() {
    let kills = std::env::var("BAREFLOW_KILLS").map_or(KILLS, |n| n.parse().unwrap());
    for media in [Media::Ide, Media::Virtio] {
        let folder = tempfile::tempdir().unwrap();
        let image = image(folder.path());
        let settings =
            Settings { accel: Accel::Tcg, memory_mib: 256, media, ..Settings::new(&image) };
        let whole = run(&settings, &mut |_| ()).unwrap();
        assert_eq!(whole.outcome, Outcome::Success, "{}", String::from_utf8_lossy(&whole.output));

        let mut newest = newest_boot(&image);
        let mut random = 0x2545_f491_4f6c_dd1d_u64;
        let mut killed = 0;
        for kill in 0..kills {
            random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            // Nothing is written while the machine starts; it is over soon after a whole run.
            let share = 0.3 + 0.8 * (random >> 40) as f64 / (1u64 << 24) as f64;
            let timeout = whole.elapsed.mul_f64(share).max(Duration::from_millis(100));
            // Every other time with processors beside the one that saves, which compile meanwhile.
            let processors = if kill % 2 == 0 { 1 } else { 4 };
            let cut =
                run(&Settings { timeout, processors, ..settings.clone() }, &mut |_| ()).unwrap();
            assert!(matches!(cut.outcome, Outcome::Hung | Outcome::Success), "{:?}", cut.outcome);
            killed += u32::from(cut.outcome == Outcome::Hung);

            let what = format!("{media:?}, kill {kill} after {timeout:?}, {processors} processors");
            must_be_sound(&image, folder.path(), &what);
            let now = newest_boot(&image);
            assert!(now >= newest, "{what}: the newest whole snapshot was {newest}, is {now}");
            newest = now;
        }
        eprintln!("{media:?}: {killed} of {kills} runs were cut off; newest snapshot {newest}");

        let after = run(&settings, &mut |_| ()).unwrap();
        assert_eq!(after.outcome, Outcome::Success, "{}", String::from_utf8_lossy(&after.output));
        assert!(newest_boot(&image) > newest);
        let (clean, said) = fsck(&image, folder.path());
        assert!(clean, "{said}");
    }
}

/// A disk with programs that save while they run.
fn image(folder: &Path) -> std::path::PathBuf {
    let image = folder.join("disk.img");
    let modules = ["fibonacci", "sha256", "quicksort", "strops"];
    let entries: Vec<Value> = modules
        .iter()
        .map(|name| {
            serde_json::json!({
                "name": name, "files": [format!("{name}.bc")], "entry": name, "arg": 20,
            })
        })
        .collect();
    let manifest = folder.join("manifest.json");
    let settings =
        serde_json::json!({ "modules": entries, "calls": 50, "keep": 2, "save_seconds": 1 });
    std::fs::write(&manifest, settings.to_string()).unwrap();
    let files = modules.map(|name| artefact(&format!("modules/{name}.bc")));
    let mut arguments = vec!["image", "-o", text(&image), "--manifest", text(&manifest)];
    arguments.extend(files.iter().map(|file| text(file)));
    assert_eq!(lines("bareflow", &arguments).len(), 1);
    image
}

/// The boot of the newest snapshot that is whole. Others may be damaged only if newer.
fn newest_boot(image: &Path) -> u64 {
    let found = lines("bareflow", &["snapshot", "ls", text(image)]);
    let whole = found.iter().filter_map(|line| line["boot_count"].as_u64());
    whole.max().expect("no snapshot is whole")
}

/// Copies the volume out of the image and has `fsck.fat -n` look at it.
fn fsck(image: &Path, folder: &Path) -> (bool, String) {
    let mut disk = std::fs::File::open(image).unwrap();
    let mut first = [0; 512];
    disk.read_exact(&mut first).unwrap();
    let start = u32::from_le_bytes(first[446 + 8..][..4].try_into().unwrap());
    disk.seek(SeekFrom::Start(u64::from(start) * 512)).unwrap();
    let volume = folder.join("volume.img");
    std::io::copy(&mut disk, &mut std::fs::File::create(&volume).unwrap()).unwrap();
    let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
    let out = Command::new("fsck.fat").env("PATH", path).arg("-nv").arg(&volume).output().unwrap();
    (out.status.success(), String::from_utf8_lossy(&out.stdout).into_owned())
}

/// After a cut, clusters or parts of names may belong to nothing. Nothing may be owned twice.
fn must_be_sound(image: &Path, folder: &Path, what: &str) {
    let (_, said) = fsck(image, folder);
    for damage in ["share clusters", "free cluster", "Circular", "beyond limit", "length is <"] {
        assert!(!said.contains(damage), "{what}: {damage}\n{said}");
    }
}
