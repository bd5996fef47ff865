//! Running other programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

/// The folder that holds the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the workspace")
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
