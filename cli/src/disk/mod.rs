//! `bareflow disk`: the files of a disk image.

mod copy;
mod device;
mod ls;

use std::fs::File;
use std::path::Path;

use bareflow_storage::{Partition, Volume, find_fat16};

use crate::failure::{Exit, Failure};
use crate::ui::Ui;
use device::FileDisk;

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

/// What is to be done with an image.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Access {
    /// Nothing is changed, not even to mend what a power cut left.
    Look,
    /// It is changed, in the order of writes that a machine keeps.
    Change,
}

/// The volume of an image.
///
/// # Errors
/// It cannot be opened, or there is none on it.
pub(crate) fn mount(image: &Path, access: Access) -> Result<Volume<Partition<FileDisk>>, Failure> {
    let file = File::options().read(true).write(access == Access::Change).open(image);
    let file = file.map_err(|error| Failure::input(image, error))?;
    if file.metadata().is_ok_and(|found| found.is_dir()) {
        return Err(Failure::input(image, "it is a folder, not the image of a disk"));
    }
    let failed = |error| Failure::input(image, error);
    let partition = find_fat16(FileDisk(file)).map_err(failed)?;
    match access {
        Access::Look => Volume::mount_read_only(partition),
        Access::Change => Volume::mount(partition),
    }
    .map_err(failed)
}
