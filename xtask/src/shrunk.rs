//! Long forms of the shrinker's tests, and its figures.

use anyhow::Result;

use crate::{build, shell};

/// What to do.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Instead of measuring: shrink the programs of these csmith seeds, first and last
    #[arg(long, value_name = "A..B")]
    seeds: Option<String>,
    /// Instead of measuring: shrink every test program at every level of bitcode
    #[arg(long)]
    programs: bool,
    /// Instead of sizes, times and memory: measure the speed of each module against the grown one
    #[arg(long)]
    speed: bool,
}

/// Measures shrunk images against grown ones, or tries many programs.
///
/// # Errors
/// A program differs, or an image misses what is asked of it.
pub fn run(args: &Args) -> Result<()> {
    build::run(&build::Args::default())?;
    let mut test = shell::cargo();
    test.args(["test", "--release", "-p", "bareflow-shrink", "--test", "shrunk"]);
    if let Some(seeds) = &args.seeds {
        test.env("BAREFLOW_CSMITH", seeds).args(["random", "--", "--nocapture"]);
    } else if args.programs {
        test.env("BAREFLOW_PROGRAMS", "all").args(["programs", "--", "--nocapture"]);
    } else {
        shell::run(shell::cargo().args(["build", "--release", "-p", "bareflow"]))?;
        let what = if args.speed { "figures::speed" } else { "figures::figures" };
        test.args([what, "--", "--exact", "--ignored", "--nocapture"]);
    }
    shell::run(&mut test)
}
