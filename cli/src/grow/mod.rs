//! `bareflow grow`: boots an image several times, each from the last one's snapshot.

use std::io::IsTerminal;
use std::path::PathBuf;

use bareflow_emulator::{Input, Tape};
use bareflow_profile::Level;
use bareflow_session::Orders;
use bareflow_shrink::way_back;

use crate::artefacts::Artefacts;
use crate::boot::boot_once;
use crate::explore;
use crate::failure::{Exit, Failure};
use crate::image::add_compiler;
use crate::live::asked;
use crate::machine::{MachineOptions, to_json};
use crate::program::compiler;
use crate::ui::Ui;

/// Boots an image several times, each from the last one's snapshot.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow grow disk.img --boots 10              one line a boot
  bareflow grow disk.img --boots 10 --json       one JSON object a boot
  bareflow grow disk.img --boots 3 < input.txt   each boot reads all of it
  bareflow grow disk.img --boots 5 --smp 2       background compilation on a second processor
  bareflow grow disk.img --compilers O3=llvm     LLVM at the top level
  bareflow grow both.img --boots 2 --shrink-again   what a shrunk image lacks is learnt and shrunk")]
pub struct Args {
    /// The image; its snapshots are written into it
    #[arg(value_name = "IMAGE")]
    image: PathBuf,
    /// How many boots
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    boots: u32,
    /// Which compiler serves which level, in the place of what the image says: O3=llvm. It is put
    /// onto the image if it is not there
    #[arg(long, value_name = "LEVEL=NAME", value_parser = compiler, value_delimiter = ',')]
    compilers: Option<Vec<(Level, String)>>,
    /// Of a disk with both images (bareflow-shrink --with-grown): when the shrunk one came back and the grown
    /// one has learnt, make the next shrunk one, which the next boot starts
    #[arg(long)]
    shrink_again: bool,
    #[command(flatten)]
    machine: MachineOptions,
}

/// Boots it, and stops at the first boot that does not come to its end. What status the program
/// ends with is its own affair: it is said, and the next boot follows.
///
/// # Errors
/// An image that cannot be booted, a machine that hung or crashed, or QEMU that is missing.
pub fn run(args: Args, ui: &Ui) -> Result<Exit, Failure> {
    let mut settings = args.machine.settings(&args.image);
    if args.compilers.iter().flatten().any(|(_, name)| name == "llvm") {
        add_compiler(&args.image, &Artefacts::locate())?;
    }
    let (compilers, progress_ms) = (args.compilers.clone(), asked(ui));
    settings.orders = Some(to_json(&Orders { compilers, progress_ms, ..Orders::default() }));
    let stdin = std::io::stdin();
    let typed = stdin.is_terminal();
    settings.input = Input::Tape(if typed { Tape::of(Vec::new()) } else { Tape::new(stdin) });
    for _ in 0..args.boots {
        let booted = boot_once(&settings, ui, false)?;
        ui.result(&booted.line, || match booted.line.summary() {
            none if none.is_empty() && booted.line.ran_to_its_end() => {
                format!("the shrunk image: status {}", booted.line.exit)
            }
            summary => summary,
        });
        let ended = booted.exit_or_failure(&args.image);
        if args.shrink_again
            && ended.is_ok()
            && let Some(report) = way_back::again(&args.image)?
        {
            let next = serde_json::json!({ "shrunk_again": report });
            ui.result(&next, || {
                let bytes = report.image_bytes.unwrap_or(0);
                format!("shrunk again, of {}: {bytes} bytes; it starts next", report.input)
            });
        }
        if matches!(ended, Ok(Exit::Success)) {
            continue;
        }
        // What would have been on the terminal of `boot`, so that the cause is seen.
        let whole = ended.is_ok() && booted.line.ran_to_its_end();
        let output = (!whole).then_some(&booted.line.output);
        for line in booted.line.log.iter().chain(output) {
            eprintln!("{}", line.trim_end());
        }
        if !whole {
            return ended;
        }
    }
    explore::hint(&args.image, ui);
    Ok(Exit::Success)
}
