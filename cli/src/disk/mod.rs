//! `bareflow disk`: the files of a disk image.

mod copy;
mod device;
mod ls;
mod volume;

use crate::failure::{Exit, Failure};
use crate::ui::Ui;

pub(crate) use volume::{Access, mount};

/// What `bareflow disk` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow disk ls disk.img                      everything on it
  bareflow disk ls disk.img /logs                what is in a folder
  bareflow disk get disk.img /logs/today.txt     prints a file
  bareflow disk get disk.img /logs -o logs       a folder with all that is in it
  bareflow disk put disk.img names.txt /data     a file, into a folder or under a name")]
pub struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand, Debug)]
enum What {
    /// Lists what is on an image
    Ls(ls::Args),
    /// Copies from an image
    Get(copy::Get),
    /// Copies onto an image
    Put(copy::Put),
}

/// Runs the command.
///
/// # Errors
/// The image has no volume, or none with that file or that room.
pub fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    match &args.what {
        What::Ls(args) => ls::run(args, ui),
        What::Get(args) => copy::get(args, ui),
        What::Put(args) => copy::put(args, ui),
    }
}
