//! `bareflow boot`: one boot of an image in QEMU.

mod line;
mod once;

use std::path::PathBuf;

use bareflow_emulator::Input;

use crate::failure::{Exit, Failure};
use crate::machine::MachineOptions;
use crate::ui::Ui;

pub use line::Line;
pub use once::boot_once;

/// Boots an image once in QEMU; its console is this terminal.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow boot disk.img                                  the console is this terminal
  bareflow boot disk.img --json                           one JSON object when it has ended
  bareflow boot disk.img --machine q35 --media virtio --mem 4G
  bareflow boot disk.img --machine microvm                the image's kernel, through PVH
  echo 'Once upon a time' | bareflow boot llm.img         the serial line reads standard input")]
pub struct Args {
    /// The image
    #[arg(value_name = "IMAGE")]
    image: PathBuf,
    /// Leave the image as it is: what the machine writes is thrown away
    #[arg(long)]
    discard: bool,
    #[command(flatten)]
    machine: MachineOptions,
}

/// Boots it.
///
/// # Errors
/// An image that cannot be booted, or QEMU that is missing.
pub fn run(args: Args, ui: &Ui) -> Result<Exit, Failure> {
    let mut settings = args.machine.settings(&args.image);
    settings.keep_writes = !args.discard;
    settings.input = Input::Inherit;
    let booted = boot_once(&settings, ui, true)?;
    ui.result(&booted.line, || booted.line.summary());
    booted.exit_or_failure(&args.image)
}
