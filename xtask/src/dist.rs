//! `cargo xtask dist`: what people install, as one tar file.
//!
//! ```text
//! bareflow-0.1.0-x86_64-linux/
//!   bin/bareflow                 kernel, loader, C library and modules inside
//!   bin/bareflow-shrink
//!   lib/bareflow/compilers/llvm, libcxx.bc  where they were built
//!   share/man/man1/*.1, share/bash-completion, share/zsh, share/fish
//! ```

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{build, shell};

/// Where each shell looks for completions of `TOOL`.
const COMPLETIONS: [(&str, &str); 3] = [
    ("bash", "share/bash-completion/completions/TOOL"),
    ("zsh", "share/zsh/site-functions/_TOOL"),
    ("fish", "share/fish/vendor_completions.d/TOOL.fish"),
];

/// Makes it under `target/dist`; prints the tar file's path.
///
/// # Errors
/// Something that does not build, or cannot be written.
pub fn run() -> Result<()> {
    build::run(&build::Args::only(&["modules", "boot", "bare", "kernel"]))?;
    let tools = ["build", "--release", "--package", "bareflow", "--package", "bareflow-shrink"];
    shell::run_cargo(shell::cargo().args(tools), "the tools")?;
    let dist = shell::workspace().join("target/dist");
    let name = format!("bareflow-{}-x86_64-linux", env!("CARGO_PKG_VERSION"));
    let folder = dist.join(&name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    let made = shell::target().join("release");
    for tool in ["bareflow", "bareflow-shrink"] {
        let to = place(&folder, &format!("bin/{tool}"))?;
        strip(&made.join(tool), &to)?;
    }
    for name in ["compilers/llvm", "libcxx.bc"] {
        let made = shell::artefacts().join(name);
        if made.is_file() {
            std::fs::copy(made, place(&folder, &format!("lib/bareflow/{name}"))?)?;
        }
    }
    let tool = folder.join("bin/bareflow");
    let pages = folder.join("share/man/man1");
    shell::run_silently(Command::new(&tool).args(["manual", "--out"]).arg(&pages))?;
    for (shell_name, file) in COMPLETIONS {
        for of in ["bareflow", "bareflow-shrink"] {
            let script =
                Command::new(&tool).args(["completions", shell_name, "--tool", of]).output()?;
            ensure!(script.status.success(), "no completions for {shell_name}");
            std::fs::write(place(&folder, &file.replace("TOOL", of))?, script.stdout)?;
        }
    }
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "README.md", "CHANGELOG.md"] {
        let to = place(&folder, &format!("share/doc/bareflow/{file}"))?;
        std::fs::copy(shell::workspace().join(file), to)?;
    }
    // The same files give the same tar file, whoever makes it and when.
    let tar = dist.join(format!("{name}.tar.gz"));
    let fixed = ["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--mtime=@0"];
    shell::run(
        Command::new("tar").args(fixed).arg("-C").arg(&dist).arg("-czf").arg(&tar).arg(&name),
    )?;
    println!("{}", tar.display());
    Ok(())
}

/// A path in the folder, with its own folder made.
fn place(folder: &Path, name: &str) -> Result<PathBuf> {
    let path = folder.join(name);
    let parent = path.parent().context("a file lies in a folder")?;
    std::fs::create_dir_all(parent).with_context(|| format!("cannot make {}", parent.display()))?;
    Ok(path)
}

/// Copies a program without what only debuggers read.
fn strip(from: &Path, to: &Path) -> Result<()> {
    let objcopy = shell::toolchain("rust-objcopy")?;
    shell::run(Command::new(objcopy).arg("--strip-all").arg(from).arg(to))
}
