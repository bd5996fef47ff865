//! What is to be run: the manifest and modules of a disk.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use bareflow_platform::{FileError, Platform};
use bareflow_program::{Part, Source};

use crate::error::StartError;
use crate::manifest::{self, Manifest, ModuleEntry};

/// Where the programs are.
const MODULES: &str = "/modules";
/// Where the C library is: every file in it is linked into every program.
const LIBRARY: &str = "/boot/lib";

/// What a machine is to run.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// Settings.
    pub manifest: Manifest,
    /// The programs, in the order they run in.
    pub sources: Vec<Source>,
    /// The C library.
    pub library: Vec<Part>,
}

impl Job {
    /// Reads manifest, modules and library from the machine's disk. `None` when there is no
    /// disk or no module on it.
    ///
    /// # Errors
    /// A file that is named and not there, or cannot be read.
    pub fn from_disk(platform: &dyn Platform) -> Result<Option<Self>, StartError> {
        let mut manifest = match platform.read_file(manifest::PATH) {
            Ok(bytes) => serde_json::from_slice(&bytes)
                .map_err(|error| StartError::Manifest(error.to_string()))?,
            Err(FileError::NotFound | FileError::NoDisk) => Manifest::default(),
            Err(error) => return Err(StartError::File(manifest::PATH.into(), error)),
        };
        if manifest.modules.is_empty() {
            manifest.modules = all_modules(platform)?;
        }
        if manifest.modules.is_empty() {
            return Ok(None);
        }
        let mut sources = Vec::new();
        for entry in &manifest.modules {
            let parts: Result<_, _> =
                entry.files.iter().map(|file| part(platform, MODULES, file)).collect();
            sources.push(Source {
                name: entry.name.clone(),
                parts: parts?,
                entry: entry.entry.clone(),
                arg: entry.arg,
                undefined: manifest.undefined,
            });
        }
        let library: Result<_, _> =
            names(platform, LIBRARY)?.iter().map(|file| part(platform, LIBRARY, file)).collect();
        Ok(Some(Self { manifest, sources, library: library? }))
    }
}

fn all_modules(platform: &dyn Platform) -> Result<Vec<ModuleEntry>, StartError> {
    let entry = |file: String| ModuleEntry {
        name: file.rsplit_once('.').map_or(file.as_str(), |(stem, _)| stem).into(),
        files: Vec::from([file]),
        ..ModuleEntry::default()
    };
    Ok(names(platform, MODULES)?.into_iter().map(entry).collect())
}

/// The bitcode files in a folder, in order of their names; none when there is no folder.
fn names(platform: &dyn Platform, folder: &str) -> Result<Vec<String>, StartError> {
    let mut names = match platform.list(folder) {
        Ok(names) => names,
        Err(FileError::NotFound | FileError::NoDisk) => Vec::new(),
        Err(error) => return Err(StartError::File(folder.into(), error)),
    };
    names.retain(|name| name.to_ascii_lowercase().ends_with(".bc"));
    names.sort_unstable();
    Ok(names)
}

fn part(platform: &dyn Platform, folder: &str, file: &str) -> Result<Part, StartError> {
    let path = format!("{folder}/{file}");
    let bytes = platform.read_file(&path).map_err(|error| StartError::File(path, error))?;
    Ok(Part { file: file.into(), bytes })
}
