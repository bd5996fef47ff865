//! The volume of an image.

use std::fs::File;
use std::path::Path;

use bareflow_storage::{Partition, Volume, find_fat16};

use super::device::FileDisk;
use crate::failure::Failure;

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
