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
  bareflow demo --out /tmp/demo     where the images and the page go")]
pub struct Args {
    /// How many boots to grow over
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=999))]
    pub(super) boots: u32,
    /// Folder for the images and the page
    #[arg(long, value_name = "DIR", default_value = "bareflow-demo")]
    pub(super) out: PathBuf,
    /// Calls of each module's entry in one boot
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) calls: u64,
    /// Which compiler serves which level: O3=llvm puts LLVM onto the disk, too
    #[arg(long, value_name = "LEVEL=NAME", value_parser = compiler, value_delimiter = ',')]
    pub(super) compilers: Vec<(Level, String)>,
    /// Boot in processes of this system instead of QEMU; so it is also done where QEMU is missing
    #[arg(long)]
    pub(super) hosted: bool,
    /// Use the small arguments of the modules: a demo of seconds, for tests
    #[arg(long, hide = true)]
    pub(super) small: bool,
}
