//! The documents that are made: manual pages, completions, rustdoc.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::shell;

/// Shells and how each wants its file of `TOOL` called.
const SHELLS: &[(&str, &str)] =
    &[("bash", "TOOL.bash"), ("zsh", "_TOOL"), ("fish", "TOOL.fish"), ("elvish", "TOOL.elv")];

/// Writes `target/bareflow/share/man/man1` and `share/completions`, then rustdoc, in which every
/// warning is an error.
///
/// # Errors
/// A tool that does not build, or a warning of rustdoc.
pub fn run() -> Result<()> {
    let tool = ["run", "--quiet", "--release", "--package", "bareflow", "--bin", "bareflow", "--"];
    let share = shell::artefacts().join("share");
    let pages = share.join("man/man1");
    shell::run(shell::cargo().args(tool).args(["manual", "--out"]).arg(&pages))?;
    let completions = share.join("completions");
    std::fs::create_dir_all(&completions)
        .with_context(|| format!("cannot make {}", completions.display()))?;
    for name in ["bareflow", "bareflow-shrink"] {
        for (shell_name, file) in SHELLS {
            let mut command = shell::cargo();
            command.args(tool).args(["completions", shell_name, "--tool", name]);
            write(&mut command, &completions.join(file.replace("TOOL", name)))?;
        }
    }
    rustdoc()
}

/// rustdoc of all crates but the kernel and the loader, which build for a bare machine.
///
/// # Errors
/// Any warning.
pub fn rustdoc() -> Result<()> {
    shell::run(
        shell::cargo()
            .args(["doc", "--quiet", "--release", "--no-deps"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

fn write(command: &mut Command, file: &Path) -> Result<()> {
    let output = command.current_dir(shell::workspace()).output()?;
    ensure!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    std::fs::write(file, output.stdout).with_context(|| format!("cannot write {}", file.display()))
}
