//! `bareflow boot`: one boot of an image in QEMU.

mod gdb;
mod hosted;
mod line;
mod once;
mod trace;

use std::io::IsTerminal;
use std::path::PathBuf;

use bareflow_emulator::{Input, Tape};
use bareflow_session::Orders;

use crate::explore;
use crate::failure::{Exit, Failure};
use crate::machine::{MachineOptions, to_json};
use crate::output_file::write_bytes;
use crate::perf_map::perf_map;
use crate::program::variable;
use crate::ui::Ui;

pub use hosted::{boot_folder, boot_folder_on};
pub use line::{Line, Timing};
pub use once::{Booted, boot_once};

/// Boots an image once in QEMU; its console is this terminal.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow boot disk.img                                  the console is this terminal
  bareflow boot disk.img --json                           one JSON object when it has ended
  bareflow boot disk.img --machine q35 --media virtio --mem 4G
  bareflow boot disk.img --trace boot.json                for Perfetto and chrome://tracing
  bareflow boot disk.img --gdb                            break fib, continue, backtrace
  bareflow boot disk.img --gdb -x 'break fib' -x continue -x backtrace
  bareflow boot disk.img --machine microvm                the image's kernel, through PVH
  bareflow boot disk.img --args -v notes.txt              other arguments than the image's
  echo 'Once upon a time' | bareflow boot llm.img         standard input is the program's")]
pub struct Args {
    /// The image
    #[arg(value_name = "IMAGE")]
    image: PathBuf,
    /// Leave the image as it is: what the machine writes is thrown away
    #[arg(long)]
    discard: bool,
    /// Write the boot as trace events, for Perfetto and chrome://tracing
    #[arg(long, value_name = "FILE")]
    trace: Option<PathBuf>,
    /// Write where compiled code lay at the end, as perf reads it
    #[arg(long, value_name = "FILE")]
    perf_map: Option<PathBuf>,
    /// Start gdb on the machine, which knows the functions that are compiled meanwhile
    #[arg(long)]
    gdb: bool,
    /// A command for gdb, which then takes none from the terminal; may be repeated
    #[arg(short = 'x', long = "gdb-command", value_name = "COMMAND", requires = "gdb")]
    gdb_commands: Vec<String>,
    #[command(flatten)]
    machine: MachineOptions,
    /// An environment variable of the programs, beside the image's; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = variable)]
    env: Vec<String>,
    /// Arguments of the program in place of the image's: all that follows
    #[arg(long, value_name = "ARG", num_args = 0.., allow_hyphen_values = true)]
    args: Option<Vec<String>>,
}

/// Boots it.
///
/// # Errors
/// An image that cannot be booted, or QEMU that is missing.
pub fn run(args: Args, ui: &Ui) -> Result<Exit, Failure> {
    let mut settings = args.machine.settings(&args.image);
    settings.keep_writes = !args.discard;
    let own = std::io::stdin().is_terminal();
    settings.input = if own { Input::Inherit } else { Input::Tape(Tape::new(std::io::stdin())) };
    let out = std::io::stdout().is_terminal() && !ui.json();
    settings.orders = Some(to_json(&Orders {
        args: args.args.clone(),
        env: args.env.clone(),
        terminal: [own, out, out],
        progress_ms: crate::live::asked(ui),
        lanes: args.trace.is_some(),
        ..Orders::default()
    }));
    if args.gdb {
        // How the machine ends is up to the debugger.
        let (_, exit) = gdb::run(&settings, &args.gdb_commands, ui)?;
        return Ok(exit);
    }
    let booted = boot_once(&settings, ui, true)?;
    if let Some(file) = &args.trace {
        write_bytes(file, trace::trace(&booted).to_string().as_bytes())?;
    }
    if let Some(file) = &args.perf_map {
        write_bytes(file, perf_map(&booted.line.functions).as_bytes())?;
    }
    ui.result(&booted.line, || booted.line.summary());
    let given = args.args.is_some() || !args.env.is_empty();
    let ended = booted.exit_or_failure(&args.image);
    if given && ended.is_ok() && !booted.line.is_whole() {
        // A kernel with an engine reports; what has none is an image that was shrunk.
        eprintln!(
            "note: a shrunk image has its arguments and environment in it; none were changed"
        );
    }
    if ended.is_ok() && booted.line.is_whole() && !args.discard {
        explore::hint(&args.image, ui);
    }
    ended
}
