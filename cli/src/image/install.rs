//! Puts the resident compiler onto an image that is there already.

use std::path::Path;

use bareflow_storage::Error;

use super::contents::COMPILER;
use crate::artefacts::Artefacts;
use crate::disk::{self, Access};
use crate::failure::Failure;

/// Puts the resident compiler onto an image, in the place of another one if there is one.
///
/// # Errors
/// It is not built, or the image is no disk with a volume that has room for it.
pub fn add_compiler(image: &Path, artefacts: &Artefacts) -> Result<(), Failure> {
    let bytes = artefacts.read("compilers/llvm")?;
    let failed = |error: Error| Failure::output(image, format!("{COMPILER}: {error}"));
    let mut volume = disk::mount(image, Access::Change)?;
    match volume.read(COMPILER) {
        Ok(there) if there == bytes => return Ok(()),
        Ok(_) => volume.remove(COMPILER).map_err(failed)?,
        Err(Error::NotFound { .. }) => {
            let folder = COMPILER.rsplit_once('/').map_or("/", |(folder, _)| folder);
            volume.create_folder(folder).map_err(failed)?;
        }
        Err(error) => return Err(failed(error)),
    }
    volume.write_new(COMPILER, &bytes).map_err(failed)?;
    volume.sync().map_err(failed)
}
