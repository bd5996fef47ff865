//! Where a snapshot comes from: a file, a folder, a disk image.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use snapshot_fmt::{MAX_LEN, Snapshot, decode, number_of};

use crate::failure::Failure;
use crate::snapshot::volume;

/// A snapshot's bytes and where they were found.
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
    /// What it is called in lists: the file, or the name inside the image.
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
    pub fn decode(&self) -> Result<Snapshot, Failure> {
        decode(&self.bytes).map_err(|error| self.failure(error))
    }

    /// An error about it.
    #[must_use]
    pub fn failure(&self, message: impl std::fmt::Display) -> Failure {
        let failure = Failure::input(&self.file, message);
        match &self.inside {
            Some(inside) => failure.at(inside),
            None => failure,
        }
    }
}

/// The one snapshot that `target` names: the newest where it names several.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn one(target: &str) -> Result<Source, Failure> {
    // `all` names an error if it finds none.
    let mut found = all(target)?;
    Ok(found.remove(0))
}

/// All snapshots that `target` names, newest first.
///
/// # Errors
/// There is none, or one cannot be read.
pub fn all(target: &str) -> Result<Vec<Source>, Failure> {
    let (path, boot) = split(target);
    let unreadable = |error: std::io::Error| Failure::input(&path, error);
    let wanted = |name: &str| match (number_of(name), boot) {
        (Some(number), Some(boot)) => number == boot,
        (number, _) => number.is_some(),
    };
    let mut found = Vec::new();
    if path.is_dir() {
        for entry in std::fs::read_dir(&path).map_err(unreadable)? {
            let file = entry.map_err(unreadable)?.path();
            let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if wanted(&name) {
                let bytes = read(&file)?;
                found.push(Source { file, inside: None, boot: number_of(&name), bytes });
            }
        }
    } else {
        let mut file = File::open(&path).map_err(unreadable)?;
        if is_snapshot(&mut file) {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let bytes = read(&path)?;
            let source = Source { boot: number_of(&name), file: path.clone(), inside: None, bytes };
            return Ok(vec![source]);
        }
        let files = volume::snapshots(&mut file, wanted).map_err(unreadable)?;
        let Some(files) = files else {
            let message = "neither a snapshot nor a disk image with a FAT16 volume";
            return Err(Failure::input(&path, message));
        };
        found.extend(files.into_iter().map(|(name, bytes)| Source {
            file: path.clone(),
            boot: number_of(&name),
            inside: Some(name),
            bytes,
        }));
    }
    found.sort_by_key(|source| std::cmp::Reverse(source.boot));
    match (found.is_empty(), boot) {
        (false, _) => Ok(found),
        (true, None) => Err(Failure::input(&path, "no snapshot in it: it was never booted")),
        (true, Some(boot)) => Err(Failure::input(&path, format!("no snapshot of boot {boot}"))),
    }
}

/// The path, and the boot behind its last colon.
fn split(target: &str) -> (PathBuf, Option<u32>) {
    if let Some((path, number)) = target.rsplit_once(':')
        && let Ok(boot) = number.parse()
        && !Path::new(target).exists()
    {
        return (path.into(), Some(boot));
    }
    (target.into(), None)
}

fn is_snapshot(file: &mut File) -> bool {
    let mut magic = [0; 4];
    file.read_exact(&mut magic).is_ok() && magic == snapshot_fmt::MAGIC
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let unreadable = |error: std::io::Error| Failure::input(path, error);
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_LEN as u64 + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    Ok(bytes)
}
