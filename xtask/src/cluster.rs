//! Fleets beyond one machine (`fleet/cluster`): a workspace of its own, which nothing else here builds or tests.

use anyhow::Result;

use crate::shell;

/// What to do.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Merge so many snapshots on two executors of this machine, and print times and memory
    #[arg(long, value_name = "N")]
    snapshots: Option<u32>,
    /// Build `bareflow-fleet` only
    #[arg(long)]
    build: bool,
}

/// Builds it, and runs its tests.
///
/// # Errors
/// It does not build, or a test fails.
pub fn run(args: &Args) -> Result<()> {
    let folder = shell::workspace().join("fleet/cluster");
    let cargo = |what: &str| {
        let mut cargo = shell::cargo();
        cargo.args([what, "--release", "--manifest-path"]).arg(folder.join("Cargo.toml"));
        cargo.arg("--target-dir").arg(shell::workspace().join("target/cluster"));
        cargo
    };
    if args.build {
        return shell::run(&mut cargo("build"));
    }
    let mut test = cargo("test");
    if let Some(snapshots) = args.snapshots {
        // The embedded fleet, to compare with.
        let tool = ["build", "--release", "--no-default-features", "--package", "bareflow"];
        shell::run(shell::cargo().args(tool))?;
        test.env("BAREFLOW_FLEET", snapshots.to_string());
        test.args(["--test", "machines", "--", "--nocapture"]);
    }
    shell::run(&mut test)
}
