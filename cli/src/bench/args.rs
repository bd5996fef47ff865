//! What `bareflow bench` takes.

use std::path::PathBuf;

use bareflow_profile::Level;

use crate::program::compiler;

use super::subject::{Bitcode, Of};

/// What `bareflow bench` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow bench                              modules and larger programs, every level
  bareflow bench --rounds 9 --only sha256     one module
  bareflow bench --of programs                the larger programs alone
  bareflow bench --bitcode O0                 from bitcode that no compiler has optimised
  bareflow bench --compilers O3=llvm          with LLVM at the top level, too
  bareflow bench --compile-time               how long compiling all functions takes
  bareflow bench --compile-time --compilers O3=llvm   by LLVM, too, and until its first object
  bareflow bench --json > bench.json          one JSON object a module, then the summary
  bareflow bench --peak                       how long until each module runs at its peak
  bareflow bench --peak --smp 2               the same, compiling on a second processor
  bareflow bench --watched --rounds 15        what profiling at the top level costs
  bareflow bench --against old/target/release/bareflow   this build by another one
  bareflow bench --html bench.html            a page with a chart, too
  bareflow bench --report docs                benchmarks.md, .svg and .json, with time to peak

Native code is made by clang (clang-22, or what CLANG names) from the C twins of the modules and
from the larger programs, one of which is Rust and made by rustc. Peers run when they are in the
search path:
  clang PGO apt-get install llvm-22 libclang-rt-22-dev (its profile is one of the same argument)
  lli       apt-get install llvm-22 (its interpreter gets small arguments and simplified code)
  wasmtime  cargo install wasmtime-cli (--version 48.0.8 with Rust 1.95); apt-get install lld-22 for wasm-ld
  wasmi     cargo install wasmi_cli; apt-get install lld-22 for wasm-ld
Programs that need a C library run on the last two with wasi-libc (apt-get install wasi-libc).")]
pub struct Args {
    /// Rounds
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=99))]
    pub(super) rounds: u32,
    /// What is measured: usually both; with --compile-time, --peak and --watched the modules
    #[arg(long, value_name = "WHAT")]
    pub(super) of: Option<Of>,
    /// Only the modules and programs with this in their name
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub(super) only: String,
    /// Optimisation of the bitcode that the engine gets
    #[arg(long, value_name = "LEVEL", default_value = "O2")]
    pub(super) bitcode: Bitcode,
    /// Which compiler serves which level of further contenders, which run the C twins' bitcode, too:
    /// O3=llvm
    #[arg(long, value_name = "LEVEL=NAME", value_parser = compiler, value_delimiter = ',')]
    pub(super) compilers: Vec<(Level, String)>,
    /// Time compiling all functions at each level, not running them
    #[arg(long)]
    pub(super) compile_time: bool,
    /// Instead: how long from the first instruction until 95 % of peak speed, functions rising
    #[arg(long, conflicts_with_all = ["watched", "rounds"])]
    pub(super) peak: bool,
    /// With --peak: when functions rise
    #[arg(long, value_name = "A,B,C", requires = "peak")]
    pub(super) thresholds: Option<String>,
    /// With --peak: processors, the others compiling while the program runs
    #[arg(long, value_name = "N", default_value_t = 1, requires = "peak", value_parser = clap::value_parser!(u32).range(1..=64))]
    pub(super) smp: u32,
    /// Instead: what counting and measuring at the top level costs, the same code with and without
    #[arg(long)]
    pub(super) watched: bool,
    /// Instead: how fast each level is, by its speed in another build of this tool
    #[arg(long, value_name = "TOOL", conflicts_with_all = ["peak", "watched", "compile_time", "html", "report"])]
    pub(super) against: Option<PathBuf>,
    /// Write a page with a chart and all figures
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// Write benchmarks.md, benchmarks.svg and benchmarks.json into this folder, with the time
    /// that each program takes to its peak
    #[arg(long, value_name = "FOLDER", conflicts_with_all = ["peak", "watched", "compile_time"])]
    pub(super) report: Option<PathBuf>,
}
