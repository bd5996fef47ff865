//! `bareflow grow`: boots an image several times, each from the last one's snapshot.

use std::path::PathBuf;

use crate::boot::boot_once;
use crate::failure::{Exit, Failure};
use crate::machine::MachineOptions;
use crate::ui::Ui;

/// Boots an image several times, each from the last one's snapshot.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow grow disk.img --boots 10              one line a boot
  bareflow grow disk.img --boots 10 --json       one JSON object a boot
  bareflow grow disk.img --boots 5 --smp 2       background compilation on a second processor")]
pub struct Args {
    /// The image; its snapshots are written into it
    #[arg(value_name = "IMAGE")]
    image: PathBuf,
    /// How many boots
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    boots: u32,
    #[command(flatten)]
    machine: MachineOptions,
}

/// Boots it, and stops at the first boot that does not succeed.
///
/// # Errors
/// An image that cannot be booted, a machine that hung or crashed, or QEMU that is missing.
pub fn run(args: Args, ui: &Ui) -> Result<Exit, Failure> {
    let settings = args.machine.settings(&args.image);
    let bar = ui.progress(u64::from(args.boots), "booting");
    for _ in 0..args.boots {
        let booted = boot_once(&settings, ui, false)?;
        bar.suspend(|| ui.result(&booted.line, || booted.line.summary()));
        bar.inc(1);
        let ended = booted.exit_or_failure(&args.image);
        if !matches!(ended, Ok(Exit::Success)) {
            bar.finish_and_clear();
            // What would have been on the terminal of `boot`, so that the cause is seen.
            for line in booted.line.log.iter().chain([&booted.line.output]) {
                eprintln!("{}", line.trim_end());
            }
            return ended;
        }
    }
    bar.finish_and_clear();
    Ok(Exit::Success)
}
