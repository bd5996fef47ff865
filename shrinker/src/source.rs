//! Where snapshots come from: a file, a folder of them, a folder that stands for a disk, a disk image.
//!
//! `TARGET:N` means the snapshot of boot N in a folder or an image, unless a file has that name.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::path::{Path, PathBuf};

use bareflow_storage::{Volume, find_fat16};
use snapshot_fmt::{MAX_LEN, Snapshot, number_of};

use crate::disk::{DiskVolume, FileDisk};
pub use crate::source_error::{Cause, SourceError};

/// Where a disk keeps its snapshots.
const FOLDER: &str = "boot/snapshots";

/// A snapshot, as it was found.
#[derive(Clone, Debug)]
pub struct Source {
    /// The file on this machine.
    pub file: PathBuf,
    /// Its name inside that file, where that is a disk image.
    pub inside: Option<String>,
    /// The boot in its name, where that is a snapshot's name.
    pub boot: Option<u32>,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Source {
    /// What it is called in lists and reports.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.inside {
            Some(inside) => format!("{}:{inside}", self.file.display()),
            None => self.file.display().to_string(),
        }
    }

    /// Decodes it.
    ///
    /// # Errors
    /// What is wrong with it, and where.
    pub fn decode(&self) -> Result<Snapshot, SourceError> {
        snapshot_fmt::decode(&self.bytes).map_err(|error| SourceError {
            file: self.file.clone(),
            at: self.inside.clone(),
            cause: Cause::Damaged(error),
        })
    }
}

/// The one snapshot that `target` names: the newest where it names several.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn one(target: &Path) -> Result<Source, SourceError> {
    let (mut place, names) = look(target)?;
    // `look` names an error if it finds none.
    place.read(&names[0])
}

/// All snapshots that `target` names, newest first.
///
/// # Errors
/// There is none, or one cannot be read.
pub fn all(target: &Path) -> Result<Vec<Source>, SourceError> {
    let (mut place, names) = look(target)?;
    names.iter().map(|name| place.read(name)).collect()
}

/// Opens what `target` names, and finds the names of the snapshots in it that are meant, newest
/// first, at least one.
fn look(target: &Path) -> Result<(Place, Vec<String>), SourceError> {
    let (path, boot) = split(target);
    let failed = |cause: Cause| SourceError::new(&path, cause);
    let mut place = Place::open(&path)?;
    let mut names = place.names().map_err(failed)?;
    if !matches!(place, Place::File(_)) {
        names.retain(|name| match (number_of(name), boot) {
            (Some(number), Some(boot)) => number == boot,
            (number, _) => number.is_some(),
        });
        names.sort_by_key(|name| std::cmp::Reverse(number_of(name)));
    }
    match (names.is_empty(), boot) {
        (false, _) => Ok((place, names)),
        (true, None) => Err(failed(Cause::Never)),
        (true, Some(boot)) => Err(failed(Cause::NotOf(boot))),
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

/// What holds snapshots.
enum Place {
    /// One file, which is a snapshot.
    File(PathBuf),
    Folder(PathBuf),
    Disk(PathBuf, Box<DiskVolume>),
}

impl Place {
    fn open(path: &Path) -> Result<Self, SourceError> {
        if path.is_dir() {
            let inside = path.join(FOLDER);
            return Ok(Self::Folder(if inside.is_dir() { inside } else { path.to_owned() }));
        }
        let failed = |cause: Cause| SourceError::new(path, cause);
        let mut file = File::open(path).map_err(|error| failed(error.into()))?;
        let mut magic = [0; 4];
        if file.read_exact(&mut magic).is_ok() && magic == snapshot_fmt::MAGIC {
            return Ok(Self::File(path.to_owned()));
        }
        file.rewind().map_err(|error| failed(error.into()))?;
        let partition = find_fat16(FileDisk(file)).map_err(|_| failed(Cause::Unknown))?;
        let volume = Volume::mount_read_only(partition).map_err(|error| failed(error.into()))?;
        Ok(Self::Disk(path.to_owned(), Box::new(volume)))
    }

    /// Names of the files in it.
    fn names(&mut self) -> Result<Vec<String>, Cause> {
        match self {
            Self::File(path) => Ok(vec![path.to_string_lossy().into_owned()]),
            Self::Folder(path) => {
                let entries = std::fs::read_dir(path)?.collect::<Result<Vec<_>, _>>()?;
                let name = |entry: &std::fs::DirEntry| entry.file_name().into_string().ok();
                Ok(entries.iter().filter_map(name).collect())
            }
            Self::Disk(_, volume) => Ok(match volume.find(FOLDER)? {
                Some(folder) if folder.is_folder => {
                    let entries = volume.list(FOLDER)?.into_iter();
                    entries.filter(|entry| !entry.is_folder).map(|entry| entry.name).collect()
                }
                _ => Vec::new(),
            }),
        }
    }

    /// Reads one of its files.
    fn read(&mut self, name: &str) -> Result<Source, SourceError> {
        let (file, inside) = match self {
            Self::File(path) => (path.clone(), None),
            Self::Folder(path) => (path.join(name), None),
            Self::Disk(path, _) => (path.clone(), Some(name.to_owned())),
        };
        let bytes = match self {
            Self::File(_) | Self::Folder(_) => read_file(&file),
            Self::Disk(_, volume) => read_from(volume, name),
        };
        let base = Path::new(name).file_name().unwrap_or_default().to_string_lossy();
        let boot = number_of(&base);
        match bytes {
            Ok(bytes) => Ok(Source { file, inside, boot, bytes }),
            Err(cause) => Err(SourceError { file, at: inside, cause }),
        }
    }
}

fn read_file(path: &Path) -> Result<Vec<u8>, Cause> {
    let file = File::open(path)?;
    limited(file.metadata()?.len())?;
    let mut bytes = Vec::new();
    file.take(MAX_LEN as u64).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn read_from(volume: &mut DiskVolume, name: &str) -> Result<Vec<u8>, Cause> {
    let path = format!("{FOLDER}/{name}");
    if let Some(entry) = volume.find(&path)? {
        limited(entry.size)?;
    }
    Ok(volume.read(&path)?)
}

fn limited(bytes: u64) -> Result<(), Cause> {
    if bytes > MAX_LEN as u64 { Err(Cause::TooLarge(bytes)) } else { Ok(()) }
}
