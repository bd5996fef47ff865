//! Where a snapshot comes from: a file of its own, or the newest in a grown disk image.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use bareflow_storage::{BlockDevice, DeviceError, SECTOR, Volume, find_fat16};

use crate::failure::{Failure, Kind};

/// Where a disk keeps its snapshots.
const FOLDER: &str = "boot/snapshots";

/// A snapshot, as it was found.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file on this machine.
    pub file: PathBuf,
    /// Its name inside that file, where that is a disk image.
    pub inside: Option<String>,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The disk image it lies in.
    pub disk: Option<Disk>,
}

/// A grown disk image, in figures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Disk {
    /// Its length in bytes.
    pub bytes: u64,
    /// Bytes of it that are in use: what lies before its volume, and the clusters of its files.
    pub used: u64,
}

impl Disk {
    /// Looks at the disk image at `path`.
    ///
    /// # Errors
    /// It cannot be read, or holds no volume.
    pub fn of(path: &Path) -> Result<Self, Failure> {
        let failed = |error: String| Failure::new(Kind::File, error).file(path);
        let file = File::open(path).map_err(|error| failed(error.to_string()))?;
        let bytes = file.metadata().map_err(|error| failed(error.to_string()))?.len();
        let disk = FileDisk(&file);
        let partition = find_fat16(disk).map_err(|error| failed(error.to_string()))?;
        let before = partition.start() * SECTOR as u64;
        let volume =
            Volume::mount_read_only(partition).map_err(|error| failed(error.to_string()))?;
        let space = volume.space();
        Ok(Self { bytes, used: before + space.total - space.free })
    }
}

impl Source {
    /// Reads the snapshot that `target` names: a snapshot file, a disk image (the newest in it),
    /// or `IMAGE:N` (that of boot N).
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn open(target: &Path) -> Result<Self, Failure> {
        let (path, boot) = split(target);
        let unreadable =
            |error: std::io::Error| Failure::new(Kind::File, error.to_string()).file(&path);
        let mut file = File::open(&path).map_err(unreadable)?;
        let mut magic = [0; 4];
        let is_snapshot = file.read_exact(&mut magic).is_ok() && magic == snapshot_fmt::MAGIC;
        let disk = if is_snapshot { None } else { find_fat16(FileDisk(&file)).ok() };
        let Some(partition) = disk else {
            // Whatever it is: the decoder of snapshots says best what is wrong with it.
            let mut bytes = Vec::new();
            file.seek(SeekFrom::Start(0)).map_err(unreadable)?;
            let limit = snapshot_fmt::MAX_LEN as u64 + 1;
            file.take(limit).read_to_end(&mut bytes).map_err(unreadable)?;
            return Ok(Self { file: path, inside: None, bytes, disk: None });
        };
        let damaged = |error: bareflow_storage::Error| {
            Failure::new(Kind::File, error.to_string()).file(&path)
        };
        let mut volume = Volume::mount_read_only(partition).map_err(damaged)?;
        let entries = match volume.find(FOLDER).map_err(damaged)? {
            Some(folder) if folder.is_folder => volume.list(FOLDER).map_err(damaged)?,
            _ => Vec::new(),
        };
        let number = |name: &str| snapshot_fmt::number_of(name);
        let wanted = |name: &str| number(name).is_some_and(|n| boot.is_none_or(|boot| boot == n));
        let newest = entries.iter().filter(|e| wanted(&e.name)).max_by_key(|e| number(&e.name));
        let Some(newest) = newest else {
            let message = match boot {
                Some(boot) => format!("it holds no snapshot of boot {boot}"),
                None => "it holds no snapshot: it was never booted to its end".to_owned(),
            };
            return Err(Failure::new(Kind::Snapshot, message).file(&path));
        };
        let inside = newest.name.clone();
        if newest.size > snapshot_fmt::MAX_LEN as u64 {
            let message = format!("larger than a snapshot can be: {} bytes", newest.size);
            return Err(Failure::new(Kind::Snapshot, message).file(&path).at(inside));
        }
        let bytes = volume.read(&format!("{FOLDER}/{inside}")).map_err(damaged)?;
        let disk = Some(Disk::of(&path)?);
        Ok(Self { file: path, inside: Some(inside), bytes, disk })
    }

    /// What it is called in reports.
    pub fn name(&self) -> String {
        match &self.inside {
            Some(inside) => format!("{}:{inside}", self.file.display()),
            None => self.file.display().to_string(),
        }
    }

    /// `failure`, in this file, at this place of it, if it names none itself.
    pub fn name_in(&self, mut failure: Failure) -> Failure {
        if failure.file.is_none() {
            failure.file = Some(self.file.clone());
            failure.at = match (&self.inside, failure.at.take()) {
                (Some(inside), Some(at)) => Some(format!("{inside}: {at}")),
                (inside, at) => at.or_else(|| inside.clone()),
            };
        }
        failure
    }
}

/// The path, and the boot behind its last colon.
fn split(target: &Path) -> (PathBuf, Option<u32>) {
    if let Some((path, number)) = target.to_str().and_then(|text| text.rsplit_once(':'))
        && let Ok(boot) = number.parse()
        && !target.exists()
    {
        return (path.into(), Some(boot));
    }
    (target.to_owned(), None)
}

/// A file as a disk that is only read.
struct FileDisk<'a>(&'a File);

impl BlockDevice for FileDisk<'_> {
    fn sectors(&self) -> u64 {
        self.0.metadata().map_or(0, |data| data.len() / SECTOR as u64)
    }

    fn read(&mut self, first: u64, buf: &mut [u8]) -> Result<(), DeviceError> {
        let beyond = DeviceError::OutOfRange { sector: first };
        let place = first.checked_mul(SECTOR as u64).ok_or(beyond)?;
        let read = self.0.seek(SeekFrom::Start(place)).and_then(|_| self.0.read_exact(buf));
        read.map_err(|_| beyond)
    }

    fn write(&mut self, _: u64, _: &[u8]) -> Result<(), DeviceError> {
        Err(DeviceError::ReadOnly)
    }

    fn flush(&mut self) -> Result<(), DeviceError> {
        Ok(())
    }

    fn is_read_only(&self) -> bool {
        true
    }
}
