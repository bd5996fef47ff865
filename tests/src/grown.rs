//! Disks with the twelve modules, and what boots leave on them.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use snapshot_fmt::Snapshot;

use crate::artefact;
use crate::tool::{lines, run, text};

/// A module with an argument small enough for an emulator, and the right answer.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its name and that of its entry.
    pub name: String,
    /// The entry's argument.
    pub arg: u64,
    /// What the entry returns.
    pub result: u64,
}

/// The twelve modules.
///
/// # Panics
/// When they are not built.
#[must_use]
pub fn modules() -> Vec<Module> {
    let list = std::fs::read_to_string(artefact("modules/modules.json")).expect("it is there");
    let list: Value = serde_json::from_str(&list).expect("it is JSON");
    let module = |module: &Value| {
        let number = |name: &str| module["small"][name].as_u64().expect("a number");
        let name = module["name"].as_str().expect("a name").to_owned();
        Module { name, arg: number("arg"), result: number("result") }
    };
    list["modules"].as_array().expect("a list").iter().map(module).collect()
}

/// A disk `NAME.img` in `folder` with these modules. `settings` are those of the manifest beside
/// the modules.
///
/// # Panics
/// When it cannot be made.
#[must_use]
pub fn image(folder: &Path, name: &str, modules: &[Module], settings: &Value) -> PathBuf {
    let entry = |module: &Module| {
        let Module { name, arg, .. } = module;
        serde_json::json!({ "name": name, "files": [format!("{name}.bc")], "entry": name, "arg": arg })
    };
    let mut settings = settings.clone();
    settings["modules"] = modules.iter().map(entry).collect();
    let manifest = folder.join(format!("{name}.json"));
    std::fs::write(&manifest, settings.to_string()).expect("it can be written");
    let file = |module: &Module| artefact(&format!("modules/{}.bc", module.name));
    let files: Vec<PathBuf> = modules.iter().map(file).collect();
    let image = folder.join(format!("{name}.img"));
    let mut arguments = vec!["image", "-o", text(&image), "--manifest", text(&manifest)];
    arguments.extend(files.iter().map(|file| text(file)));
    assert_eq!(lines("bareflow", &arguments).len(), 1);
    image
}

/// One boot in a process, which has to succeed: the line that `bareflow run` with these options
/// prints of `module`, with `disk` as the machine's disk, and what it says beside.
///
/// # Panics
/// When it fails, with what it said.
#[must_use]
pub fn boot_hosted(disk: &Path, module: &Path, options: &[&str]) -> (Value, String) {
    let arguments = [&["run", text(module), "--disk", text(disk)], options].concat();
    let output = run("bareflow", &arguments);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{arguments:?}: {said}");
    (serde_json::from_slice(&output.stdout).expect("one JSON object"), said)
}

/// Panics unless every module of `boot`, a line of `bareflow boot`, has the right answer.
///
/// # Panics
/// See above.
pub fn check_results(boot: &Value, modules: &[Module]) {
    for module in modules {
        assert_eq!(boot["results"][&module.name], module.result.to_string(), "{boot}");
    }
}

/// The first volume of a disk as mtools name it.
///
/// # Panics
/// When there is none.
#[must_use]
pub fn volume(image: &Path) -> String {
    format!("{}@@{}", text(image), volume_start(image))
}

/// Where the first volume of a disk starts, in bytes.
///
/// # Panics
/// When the disk has no partition table.
#[must_use]
pub fn volume_start(image: &Path) -> u64 {
    let mut first = [0; 512];
    let mut disk = std::fs::File::open(image).expect("the image is there");
    disk.read_exact(&mut first).expect("it has a first sector");
    u64::from(u32::from_le_bytes([0, 1, 2, 3].map(|i| first[446 + 8 + i]))) * 512
}

/// Copies the snapshot of a boot out of a disk, with mtools.
///
/// # Panics
/// When it is not there.
pub fn copy_snapshot(image: &Path, boot: u64, to: &Path) {
    let status = Command::new("mcopy")
        .args(["-n", "-i", &volume(image)])
        .arg(format!("::/boot/snapshots/boot_{boot:03}.snapshot"))
        .arg(to)
        .status()
        .expect("mcopy is there: run `cargo xtask setup`");
    assert!(status.success(), "boot {boot} has left no snapshot");
}

/// The snapshot that a boot left on a disk.
///
/// # Panics
/// When it is not there or damaged.
#[must_use]
pub fn snapshot(image: &Path, boot: u64) -> Snapshot {
    let folder = tempfile::tempdir().expect("there is room");
    let file = folder.path().join("copy.snapshot");
    copy_snapshot(image, boot, &file);
    let bytes = std::fs::read(&file).expect("it was copied");
    snapshot_fmt::decode(&bytes).unwrap_or_else(|error| panic!("boot {boot}: {error}"))
}
