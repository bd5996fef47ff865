//! Everything that has to pass before a change lands.

use anyhow::Result;

use crate::{build, setup, shell};

/// Builds the artefacts, then runs formatting check, lints and all tests.
///
/// # Errors
/// The first thing that failed.
pub fn run() -> Result<()> {
    setup::run()?;
    build::run(&build::Args::default())?;
    // The command-line tools are tested as people run them: the release build.
    shell::run(shell::cargo().args([
        "build",
        "--release",
        "-p",
        "bareflow",
        "-p",
        "bareflow-shrink",
    ]))?;
    shell::run(shell::cargo().args(["fmt", "--all", "--check"]))?;
    shell::run(shell::cargo().args([
        "clippy",
        "--release",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ]))?;
    // The kernel is no default member; without the engine it has all of its own code but the glue.
    shell::run(shell::cargo().args([
        "clippy",
        "--profile",
        "kernel",
        "--target-dir",
        "target/kernel",
        "--package",
        "bareflow-kernel",
        "--no-default-features",
        "--",
        "-D",
        "warnings",
    ]))?;
    // Nor is the C library, which is bitcode.
    shell::run(shell::cargo().args([
        "clippy",
        "--release",
        "--manifest-path",
        "images/libc/Cargo.toml",
        "--target-dir",
        "target/libc",
        "--",
        "-D",
        "warnings",
    ]))?;
    shell::run(shell::cargo().args(["test", "--release", "--no-fail-fast"]))
}

/// What to run the test programs on.
#[derive(clap::Args)]
pub struct Programs {
    /// On emulated machines, twenty programs a boot, instead of in processes.
    #[arg(long)]
    machine: bool,
}

/// Runs the test programs in all combinations of bitcode and engine level, not only the few
/// that `cargo test` tries.
///
/// # Errors
/// One of them differs from its native run.
pub fn programs(args: &Programs) -> Result<()> {
    let mut command = shell::cargo();
    command.args(["test", "--release", "--package", "bareflow-tests", "--test", "programs"]);
    if args.machine {
        command.args(["--", "--nocapture"]);
    }
    shell::run(command.env("BAREFLOW_PROGRAMS", if args.machine { "machine" } else { "all" }))
}
