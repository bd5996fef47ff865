//! Fuzzing on a stable toolchain: the passes that record coverage are LLVM's own and need no
//! sanitizer, so that neither nightly nor cargo-fuzz is asked for.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::shell;

/// What to try.
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Which target: bitcode, snapshot or llm
    target: String,
    /// How many inputs to try
    #[arg(long, default_value_t = 1_000_000)]
    runs: u64,
    /// Longest input in bytes [default: 16384; of llm 49152, since a small model has more]
    #[arg(long)]
    length: Option<u32>,
    /// First number of the random generator; another one tries other inputs
    #[arg(long, default_value_t = 1)]
    seed: u32,
}

/// Coverage of edges and of comparisons, as libFuzzer wants it; overflow is an error.
const FLAGS: &str = "-Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Cdebug-assertions -Ccodegen-units=1";
/// Build scripts are not instrumented when a target is named.
const TARGET: &str = "x86_64-unknown-linux-gnu";

/// Seeds the corpus, builds the target and runs it.
///
/// # Errors
/// It does not build, or an input broke what the target demands; the input is kept under
/// `fuzz/artifacts`.
pub fn run(args: &Args) -> Result<()> {
    let fuzz = shell::workspace().join("fuzz");
    let corpus = fuzz.join("corpus").join(&args.target);
    let artifacts = fuzz.join("artifacts").join(&args.target);
    for folder in [&corpus, &artifacts] {
        std::fs::create_dir_all(folder).with_context(|| format!("{}", folder.display()))?;
    }
    seed(&args.target, &corpus)?;
    let built = shell::workspace().join("target/fuzz");
    shell::run(
        shell::cargo()
            .args(["build", "--release", "--target", TARGET, "--bin", &args.target])
            .arg("--manifest-path")
            .arg(fuzz.join("Cargo.toml"))
            .arg("--target-dir")
            .arg(&built)
            .env("RUSTFLAGS", FLAGS),
    )?;
    shell::run(
        Command::new(built.join(TARGET).join("release").join(&args.target))
            .arg(&corpus)
            .arg(format!("-artifact_prefix={}/", artifacts.display()))
            .arg(format!("-runs={}", args.runs))
            .arg(format!("-max_len={}", args.length.unwrap_or(longest(&args.target))))
            .arg(format!("-seed={}", args.seed))
            // A module that takes seconds to read is an error as well.
            .args(["-timeout=10", "-print_final_stats=1"]),
    )
}

fn longest(target: &str) -> u32 {
    if target == "llm" { 48 << 10 } else { 16 << 10 }
}

/// Fills the corpus with real inputs.
fn seed(target: &str, corpus: &Path) -> Result<()> {
    if target == "bitcode" {
        return shell::run(Command::new("sh").arg("fuzz/seed-bitcode.sh"));
    }
    if target == "llm" {
        let mut seeds = shell::cargo();
        seeds.args(["run", "--release", "--bin", "llm-seeds", "--manifest-path"]);
        seeds.arg(shell::workspace().join("fuzz/Cargo.toml"));
        seeds.arg("--target-dir").arg(shell::workspace().join("target/fuzz"));
        return shell::run(seeds.arg("--").arg(corpus));
    }
    let fixtures = shell::workspace().join("snapshot-fmt/fixtures");
    for entry in std::fs::read_dir(&fixtures).with_context(|| format!("{}", fixtures.display()))? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default();
        std::fs::copy(&file, corpus.join(name)).with_context(|| format!("{}", file.display()))?;
    }
    Ok(())
}
