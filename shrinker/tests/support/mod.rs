//! Growing programs in this process's own machine, and running images in an emulator.
#![allow(dead_code, reason = "each test file uses a part")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use bareflow_emulator::{Outcome, Run, Settings, run};
use bareflow_hosted::{Hosted, Output};
use bareflow_session::{Job, Manifest, boot};

/// Names the folder that a child process grows in.
const FOLDER: &str = "BAREFLOW_TEST_GROW";

/// A grown program: its disk as a folder, and what it gave in its last boot.
pub struct Grown {
    pub folder: tempfile::TempDir,
    pub output: Vec<u8>,
    /// Module, exit status, result.
    pub results: Vec<(String, i32, Option<u64>)>,
}

impl Grown {
    /// The newest snapshot.
    pub fn snapshot(&self) -> PathBuf {
        let folder = self.folder.path().join("boot/snapshots");
        let mut files: Vec<_> =
            std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.sort();
        files.pop().unwrap()
    }
}

/// Boots the machine of `manifest` so many times, each in a process of its own, as a session is
/// for the life of one machine. `files` are modules, by name.
pub fn grow(manifest: &Manifest, files: &[(&str, Vec<u8>)], library: &[u8], boots: u32) -> Grown {
    grow_with(manifest, files, library, boots, b"")
}

/// The same, with something to read from the console in each boot.
pub fn grow_with(
    manifest: &Manifest,
    files: &[(&str, Vec<u8>)],
    library: &[u8],
    boots: u32,
    input: &[u8],
) -> Grown {
    let folder = tempfile::tempdir().unwrap();
    let disk = folder.path();
    let write = |path: &str, bytes: &[u8]| {
        let path = disk.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    };
    write("boot/manifest.json", &serde_json::to_vec(manifest).unwrap());
    write("boot/lib/libc.bc", library);
    for (name, bytes) in files {
        write(&format!("modules/{name}"), bytes);
    }
    write("input", input);
    for _ in 0..boots {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "grow_child", "--ignored", "--nocapture"])
            .env(FOLDER, disk)
            .stdin(std::fs::File::open(disk.join("input")).unwrap())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&child.stderr);
        assert!(child.status.success(), "a boot ended with {}: {said}", child.status);
    }
    let output = std::fs::read(disk.join("output")).unwrap();
    let results = serde_json::from_slice(&std::fs::read(disk.join("results")).unwrap()).unwrap();
    Grown { folder, output, results }
}

/// One boot, in a child process. Every test file that grows has an ignored test that calls this.
pub fn child() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let machine = Hosted::new(Output::Capture, Some(folder.clone()), true).unwrap();
    let machine: &'static Hosted = Box::leak(Box::new(machine));
    let job = Job::from_disk(machine).unwrap().unwrap();
    let finished = boot(machine, job).unwrap();
    std::fs::write(folder.join("output"), machine.take_output()).unwrap();
    let outcomes = finished.outcomes.iter();
    let results: Vec<_> = outcomes.map(|o| (o.module.clone(), o.exit, o.result)).collect();
    std::fs::write(folder.join("results"), serde_json::to_vec(&results).unwrap()).unwrap();
}

/// Boots a flat image.
pub fn boot_image(image: &[u8], change: impl FnOnce(&mut Settings)) -> Run {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), image).unwrap();
    let mut settings = Settings::new(file.path());
    settings.timeout = Duration::from_secs(100);
    change(&mut settings);
    run(&settings, &mut |_| ()).unwrap()
}

/// Module, exit status, result of each program of a run, in order.
pub fn results(run: &Run) -> Vec<(String, i32, Option<u64>)> {
    let records = run.records.iter().map(|text| serde_json::from_str(text).unwrap());
    records
        .filter(|record: &serde_json::Value| record["record"] == "result")
        .map(|record| {
            let module = record["module"].as_str().unwrap().to_owned();
            (module, record["exit"].as_i64().unwrap() as i32, record["result"].as_u64())
        })
        .collect()
}

/// Whether it ended as programs that gave `results` should.
pub fn expected(results: &[(String, i32, Option<u64>)]) -> Outcome {
    if results.iter().all(|(_, exit, _)| *exit == 0) { Outcome::Success } else { Outcome::Failure }
}

/// An artefact of `cargo xtask build`.
pub fn artefact(name: &str) -> Vec<u8> {
    let folder = std::env::var_os("BAREFLOW_ARTEFACTS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bareflow"),
        PathBuf::from,
    );
    let path = folder.join(name);
    std::fs::read(&path).unwrap_or_else(|error| {
        panic!("{}: {error}; run `cargo xtask build` first", path.display())
    })
}
