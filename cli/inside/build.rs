//! Takes the artefacts in; builds them where there are none.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What has to be there; all of `modules/` comes with it.
const FILES: [&str; 8] = [
    "stage1.bin",
    "stage2.bin",
    "bare.bin",
    "kernel.bin",
    "kernel.elf",
    "libc.bc",
    "llm.bc",
    MANIFEST,
];
const MANIFEST: &str = "modules/manifest.json";

fn main() {
    let own = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let workspace = own.ancestors().nth(2).expect("this crate lies in cli/inside").to_owned();
    let folder = workspace.join("target/bareflow");
    if FILES.iter().any(|name| !folder.join(name).is_file()) {
        build(&workspace);
    }
    let mut names: Vec<String> = FILES.iter().map(|name| (*name).to_owned()).collect();
    for entry in std::fs::read_dir(folder.join("modules")).expect("the modules are built") {
        let path = entry.expect("a folder can be read").path();
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        if path.is_file() && !name.starts_with("manifest") {
            names.push(format!("modules/{name}"));
        }
    }
    names.sort();
    let mut text = String::from(
        "/// Names below the folder of artefacts, and bytes.\npub static FILES: &[(&str, &[u8])] = &[\n",
    );
    for name in &names {
        let from = folder.join(name);
        println!("cargo::rerun-if-changed={}", from.display());
        // A copy, so that what is taken in does not change while it is.
        let to = out.join(name.replace('/', "-"));
        std::fs::copy(&from, &to).unwrap_or_else(|why| panic!("{}: {why}", from.display()));
        writeln!(text, "    ({name:?}, include_bytes!({:?})),", to.display().to_string())
            .expect("strings can be written to");
    }
    text += "];\n";
    std::fs::write(out.join("files.rs"), text).expect("OUT_DIR can be written");
}

/// In a target folder of its own: whoever waits for this script holds the other.
fn build(workspace: &Path) {
    let cargo = std::env::var_os("CARGO").expect("cargo sets it");
    let target = workspace.join("target/inside");
    let mut command = Command::new(cargo);
    command
        .args(["run", "--quiet", "--release", "--package", "xtask", "--"])
        .args(["build", "modules", "boot", "bare", "kernel"])
        .current_dir(workspace)
        .env("CARGO_TARGET_DIR", target)
        .stdout(std::process::Stdio::null());
    // What cargo says to build scripts is about this package, not about those.
    for name in ["RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS", "TARGET", "HOST", "OUT_DIR", "PROFILE"] {
        command.env_remove(name);
    }
    let status = command.status().expect("cargo can be started");
    assert!(status.success(), "kernel, loader, C library and modules do not build: {status}");
}
