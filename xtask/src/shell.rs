//! Running other programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use bareflow_host::watched;

/// The folder that holds the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| workspace().join("target"), PathBuf::from)
}

/// Where artefacts go: `target/bareflow` of the workspace.
pub fn artefacts() -> PathBuf {
    workspace().join("target/bareflow")
}

/// Runs `command` in the workspace and fails when it fails.
pub fn run(command: &mut Command) -> Result<()> {
    let line = format!("{command:?}");
    let status = command
        .current_dir(workspace())
        .status()
        .with_context(|| format!("cannot start {line}"))?;
    ensure!(status.success(), "{line} ended with {status}");
    Ok(())
}

/// Runs cargo in the workspace, shows how far it is, and fails when it fails. `what` is built.
pub fn run_cargo(command: &mut Command, what: &str) -> Result<()> {
    let line = format!("{command:?}");
    let status = watched::cargo(command.current_dir(workspace()), &format!("building {what}"))
        .with_context(|| format!("cannot start {line}"))?;
    ensure!(status.success(), "{line} ended with {status}");
    Ok(())
}

/// Makes a file of these bytes; whether it was another before.
pub fn write_changed(path: &Path, bytes: &[u8]) -> Result<bool> {
    if std::fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(false);
    }
    std::fs::write(path, bytes).with_context(|| format!("cannot write {}", path.display()))?;
    Ok(true)
}

/// The same, without what it writes as long as it succeeds.
pub fn run_silently(command: &mut Command) -> Result<()> {
    let line = format!("{command:?}");
    let ended = command
        .current_dir(workspace())
        .output()
        .with_context(|| format!("cannot start {line}"))?;
    let said = String::from_utf8_lossy(&ended.stderr);
    ensure!(ended.status.success(), "{line} ended with {}\n{said}", ended.status);
    Ok(())
}

/// The cargo that runs us.
pub fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// The rustc that belongs to the cargo that runs us.
pub fn rustc() -> PathBuf {
    std::env::var_os("RUSTC").map_or_else(|| "rustc".into(), PathBuf::from)
}

/// A program inside the Rust toolchain: its linker, its objcopy.
///
/// # Errors
/// When rustc does not say where the toolchain is, or the program is not there.
pub fn toolchain(program: &str) -> Result<PathBuf> {
    let answer = Command::new(rustc())
        .args(["--print", "sysroot"])
        .current_dir(workspace())
        .output()
        .context("cannot start rustc")?;
    ensure!(answer.status.success(), "rustc --print sysroot ended with {}", answer.status);
    let sysroot = String::from_utf8(answer.stdout).context("rustc's sysroot is not UTF-8")?;
    let folder = Path::new(sysroot.trim()).join("lib/rustlib/x86_64-unknown-linux-gnu/bin");
    let path = folder.join(program);
    ensure!(path.is_file(), "{} is missing: reinstall the Rust toolchain", path.display());
    Ok(path)
}
