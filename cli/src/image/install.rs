//! Puts a file onto an image that is there already.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use bareflow_storage::{BlockDevice, DeviceError, Error, SECTOR, Volume, find_fat16};

use super::contents::COMPILER;
use crate::artefacts::Artefacts;
use crate::failure::Failure;

/// Puts the resident compiler onto an image, in the place of another one if there is one.
///
/// # Errors
/// It is not built, or the image is no disk with a volume that has room for it.
pub fn add_compiler(image: &Path, artefacts: &Artefacts) -> Result<(), Failure> {
    let bytes = artefacts.read("compilers/llvm")?;
    let failed = |error: Error| Failure::output(image, format!("{COMPILER}: {error}"));
    let file = File::options().read(true).write(true).open(image);
    let file = file.map_err(|error| Failure::input(image, error))?;
    let partition = find_fat16(FileDisk(file)).map_err(failed)?;
    let mut volume = Volume::mount(partition).map_err(failed)?;
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

/// A file as a disk.
#[derive(Debug)]
pub(crate) struct FileDisk(pub(crate) File);

impl FileDisk {
    fn seek(&mut self, sector: u64) -> Result<(), DeviceError> {
        let beyond = DeviceError::OutOfRange { sector };
        let place = sector.checked_mul(SECTOR as u64).ok_or(beyond)?;
        self.0.seek(SeekFrom::Start(place)).map(|_| ()).map_err(|_| beyond)
    }
}

impl BlockDevice for FileDisk {
    fn sectors(&self) -> u64 {
        self.0.metadata().map_or(0, |data| data.len() / SECTOR as u64)
    }

    fn read(&mut self, first: u64, buf: &mut [u8]) -> Result<(), DeviceError> {
        self.seek(first)?;
        self.0.read_exact(buf).map_err(|_| DeviceError::OutOfRange { sector: first })
    }

    fn write(&mut self, first: u64, buf: &[u8]) -> Result<(), DeviceError> {
        self.seek(first)?;
        self.0.write_all(buf).map_err(|_| DeviceError::Fault { sector: first, code: 0 })
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        self.0.sync_data().map_err(|_| DeviceError::Fault { sector: 0, code: 0 })
    }
}
