//! The snapshots on the FAT16 volume of a disk image.

use std::fs::File;
use std::io::{Error, ErrorKind, Read, Result, Seek, SeekFrom, Write};

use bareflow_storage::{BlockDevice, DeviceError, SECTOR, find_fat16};
use fatfs::{FileSystem, FsOptions};

/// Where snapshots lie.
const FOLDER: &str = "boot/snapshots";

/// A file's name and content.
pub(super) type NamedFile = (String, Vec<u8>);

/// Names and content of the files in the snapshot folder that `wanted` wants. `None` when the file
/// is no disk image.
///
/// # Errors
/// A volume that cannot be read.
pub(super) fn snapshots(
    file: &mut File,
    wanted: impl Fn(&str) -> bool,
) -> Result<Option<Vec<NamedFile>>> {
    let Ok(partition) = find_fat16(Disk(&mut *file)) else { return Ok(None) };
    let (start, sectors) = (partition.start(), partition.sectors());
    let size = SECTOR as u64;
    let window = Window { file, start: start * size, len: sectors * size, at: 0 };
    let volume = FileSystem::new(window, FsOptions::new().update_accessed_date(false))?;
    let folder = match volume.root_dir().open_dir(FOLDER) {
        Ok(folder) => folder,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Some(Vec::new())),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in folder.iter() {
        let entry = entry?;
        if entry.is_file() && wanted(&entry.file_name()) {
            let mut content = Vec::new();
            entry.to_file().take(snapshot_fmt::MAX_LEN as u64 + 1).read_to_end(&mut content)?;
            found.push((entry.file_name(), content));
        }
    }
    Ok(Some(found))
}

/// A file as a disk that is only read.
struct Disk<'a>(&'a mut File);

impl BlockDevice for Disk<'_> {
    fn sectors(&self) -> u64 {
        self.0.metadata().map_or(0, |data| data.len() / SECTOR as u64)
    }

    fn read(&mut self, first: u64, buf: &mut [u8]) -> std::result::Result<(), DeviceError> {
        let fault = |_| DeviceError::OutOfRange { sector: first };
        self.0.seek(SeekFrom::Start(first * SECTOR as u64)).map_err(fault)?;
        self.0.read_exact(buf).map_err(fault)
    }

    fn write(&mut self, _: u64, _: &[u8]) -> std::result::Result<(), DeviceError> {
        Err(DeviceError::ReadOnly)
    }

    fn flush(&mut self) -> std::result::Result<(), DeviceError> {
        Ok(())
    }
}

/// A part of a file, as a file that is only read.
struct Window<'a> {
    file: &'a mut File,
    start: u64,
    len: u64,
    at: u64,
}

impl Read for Window<'_> {
    fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        let inside = self.len.saturating_sub(self.at).min(buf.len() as u64) as usize;
        self.file.seek(SeekFrom::Start(self.start + self.at))?;
        let count = self.file.read(&mut buf[..inside])?;
        self.at += count as u64;
        Ok(count)
    }
}

/// `fatfs` asks for it, and does not write while it reads.
impl Write for Window<'_> {
    fn write(&mut self, _: &[u8]) -> Result<usize> {
        Err(Error::new(ErrorKind::PermissionDenied, "the image is only read"))
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Seek for Window<'_> {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let target = match to {
            SeekFrom::Start(offset) => Some(offset),
            SeekFrom::End(offset) => self.len.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.at.checked_add_signed(offset),
        };
        self.at = target.ok_or(ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}
