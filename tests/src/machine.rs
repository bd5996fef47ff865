//! Machines with a small C program on their disk.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::time::Duration;

use bareflow_emulator::{Accel, Settings};
use serde_json::json;

use crate::compile::{Recipe, make, text};
use crate::disk::Disk;
use crate::{artefact, place};

/// A disk with one program, the C library, and a manifest: functions stay at `level`, or rise by
/// themselves.
///
/// # Panics
/// When it cannot be made; says why.
#[must_use]
pub fn disk_with(source: &str, level: Option<&str>) -> Disk {
    let bitcode = compiled(source).unwrap_or_else(|why| panic!("{why}"));
    let disk = Disk::new().expect("a disk");
    let mut manifest = json!({ "modules": [{ "name": "program", "files": ["program.bc"] }] });
    if let Some(level) = level {
        manifest["level"] = level.into();
    }
    let read = |path| std::fs::read(path).expect("a file that was built");
    for (path, content) in [
        ("modules/program.bc", read(bitcode)),
        ("boot/lib/libc.bc", read(artefact("libc.bc"))),
        ("boot/manifest.json", manifest.to_string().into_bytes()),
    ] {
        disk.add(path, &content).unwrap_or_else(|error| panic!("{path}: {error}"));
    }
    disk
}

/// The source lies at a place named by its content, so that it is compiled only once.
fn compiled(source: &str) -> Result<PathBuf, String> {
    let mut hasher = DefaultHasher::new();
    source.hash(&mut hasher);
    let folder = place::target().join("programs");
    let file = folder.join(format!("{:016x}.c", hasher.finish()));
    let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(&file, source));
    written.map_err(|error| format!("{}: {error}", file.display()))?;
    let args = ["-std=gnu2x", "-O1", "-fno-optimize-sibling-calls", "-c", "-emit-llvm", "-o"];
    let mut args: Vec<String> = args.map(String::from).into();
    args.extend(["{out}".into(), text(&file)]);
    make(&Recipe { compiler: "clang-22", args, inputs: vec![file], suffix: "bc" })
}

/// The machine that runs it: the kernel with all of the engine.
#[must_use]
pub fn settings(disk: &Disk) -> Settings {
    Settings {
        image: Some(disk.path()),
        accel: Accel::Tcg,
        memory_mib: 128,
        timeout: Duration::from_secs(300),
        ..Settings::kernel(&artefact("kernel.elf"))
    }
}
