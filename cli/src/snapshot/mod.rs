//! `bareflow snapshot`: looks into snapshots, in files and inside disk images.

pub(crate) mod again;
mod diff;
pub(crate) mod disasm;
mod elf;
pub(crate) mod events;
mod export;
mod extract;
pub(crate) mod loops;
mod ls;
mod merge;
pub(crate) mod names;
pub(crate) mod pressure;
pub(crate) mod recompile;
mod show;
pub(crate) mod source;
mod story;
pub(crate) mod variants;
mod verify;

use crate::failure::{Exit, Failure};
use crate::ui::Ui;

pub use merge::{counts_of, merge};
pub use source::{Source, all, one};

/// Looks into snapshots.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
A SNAPSHOT is a boot_NNN.snapshot file, a folder of them, a disk image, or a folder that was one to
`run --disk`; IMAGE:N (or FOLDER:N) is the snapshot of boot N in it, and without :N it is the newest.

Examples:
  bareflow snapshot ls disk.img                     what is on the disk
  bareflow snapshot show disk.img                   functions of the newest snapshot, hottest first
  bareflow snapshot show disk.img:2 sha256_compress profile and disassembly with heat
  bareflow snapshot verify disk.img --recompile     every checksum, and every byte of code
  bareflow snapshot diff disk.img:1 disk.img        what changed since the first boot
  bareflow snapshot merge a.img b.img -o all.snapshot
  bareflow snapshot extract disk.img --elf -o code.o
  bareflow snapshot export disk.img --format firefox -o profile.json")]
pub struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand, Debug)]
enum Command {
    /// Lists snapshots
    Ls(ls::Args),
    /// Shows what a snapshot holds, or all about one function
    Show(show::Args),
    /// Checks every sum in snapshots
    Verify(verify::Args),
    /// Compares two snapshots
    Diff(diff::Args),
    /// Joins the profiles of several machines
    Merge(merge::Args),
    /// Takes code or bitcode out of a snapshot
    Extract(extract::Args),
    /// Writes the profile for other people's viewers
    Export(export::Args),
}

/// Runs one of its commands.
///
/// # Errors
/// A snapshot that cannot be read, a name that is not in it, a file that cannot be written.
pub fn run(args: Args, ui: &Ui) -> Result<Exit, Failure> {
    match args.command {
        Command::Ls(args) => ls::run(&args, ui),
        Command::Show(args) => show::run(&args, ui),
        Command::Verify(args) => verify::run(&args, ui),
        Command::Diff(args) => diff::run(&args, ui),
        Command::Merge(args) => merge::run(&args, ui),
        Command::Extract(args) => extract::run(&args, ui),
        Command::Export(args) => export::run(&args, ui),
    }
}
