//! Everything that has to pass before a change lands.

use anyhow::{Result, ensure};
use bareflow_host::watched;

use crate::{build, kernel, setup, shell};

/// Builds the artefacts, then runs formatting check, lints and all tests.
///
/// # Errors
/// The first thing that failed.
pub fn run() -> Result<()> {
    setup::run()?;
    build::run(&build::Args::default())?;
    // Of what others make the sources are loaded, for which there may be no network.
    if let Err(error) = build::run(&build::Args::only(&["cxx"])) {
        eprintln!("{error:?}\ntesting goes on without C++");
    }
    // The command-line tools are tested as people run them: the release build.
    cargo(
        &["build", "--release", "--no-default-features", "-p", "bareflow", "-p", "bareflow-shrink"],
        "the tools",
    )?;
    shell::run(shell::cargo().args(["fmt", "--all", "--check"]))?;
    cargo(&["clippy", "--release", "--all-targets", "--", "-D", "warnings"], "lints")?;
    // The kernel is no default member; without the engine it has all of its own code but the glue.
    let kernel = ["clippy", "--release", "--package", "bareflow-kernel", "--no-default-features"];
    let rest = ["--target", kernel::TARGET, "--", "-D", "warnings"];
    shell::run_cargo(
        shell::cargo().args(kernel).args(rest).env("CARGO_ENCODED_RUSTFLAGS", "-Cpanic=abort"),
        "lints of the kernel",
    )?;
    // Nor is the C library, which is bitcode.
    let library = ["clippy", "--release", "--manifest-path", "images/libc/Cargo.toml"];
    let rest = ["--target-dir", "target/libc", "--", "-D", "warnings"];
    cargo(&[&library[..], &rest].concat(), "lints of the C library")?;
    // So that none of the tests waits for the compiler in silence.
    let tests = ["test", "--release", "--no-default-features"];
    cargo(&[&tests[..], &["--no-run"]].concat(), "the tests")?;
    let mut run = shell::cargo();
    run.args(tests).arg("--no-fail-fast").current_dir(shell::workspace());
    let status = watched::speaking(&mut run, "tests")?;
    ensure!(status.success(), "{run:?} ended with {status}");
    Ok(())
}

fn cargo(arguments: &[&str], what: &str) -> Result<()> {
    shell::run_cargo(shell::cargo().args(arguments), what)
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
