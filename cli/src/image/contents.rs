//! What goes onto the disk: manifest, modules, C library, further files.

use std::path::{Path, PathBuf};

use bareflow_bitcode::Llbc;
use bareflow_profile::Level;
use bareflow_session::{Manifest, ModuleEntry};

use crate::artefacts::Artefacts;
use crate::cxx;
use crate::failure::Failure;
use crate::image::args::{Args, LEAST};
use crate::program::NO_MAIN;

/// A disk's files and settings.
#[derive(Clone, Debug, Default)]
pub struct Contents {
    /// `/boot/manifest.json`.
    pub manifest: Manifest,
    /// Everything else.
    pub files: Vec<DiskFile>,
}

/// A file for the disk.
#[derive(Clone, Debug)]
pub struct DiskFile {
    /// Absolute path on the disk, with `/`.
    pub path: String,
    /// Where its bytes are.
    pub source: PathBuf,
    /// Its length in bytes.
    pub bytes: u64,
}

impl Contents {
    /// Adds the file `source` as `path`.
    ///
    /// # Errors
    /// It cannot be read, or another file has that path: FAT knows no upper and lower case.
    pub fn add(&mut self, source: &Path, path: String) -> Result<(), Failure> {
        let metadata = std::fs::metadata(source).map_err(|error| Failure::input(source, error))?;
        if !metadata.is_file() {
            return Err(Failure::input(source, "not a file"));
        }
        if let Some(other) = self.files.iter().find(|file| file.path.eq_ignore_ascii_case(&path)) {
            let message = format!("{path} on the disk is already {}", other.source.display());
            return Err(Failure::input(source, message));
        }
        self.files.push(DiskFile { path, source: source.to_owned(), bytes: metadata.len() });
        Ok(())
    }

    /// Adds the C library, which the machine links into each program, and the C++ library where a module
    /// needs it.
    ///
    /// # Errors
    /// See [`Contents::add`].
    pub fn add_library(&mut self, artefacts: &Artefacts) -> Result<(), Failure> {
        let mut modules = Vec::new();
        for file in self.files.iter().filter(|file| file.path.starts_with("/modules/")) {
            let bytes = std::fs::read(&file.source);
            let bytes = bytes.map_err(|error| Failure::input(&file.source, error))?;
            modules.push((file.source.clone(), bytes));
        }
        let modules = modules.iter().map(|(path, bytes)| (path.as_path(), &bytes[..]));
        let more = cxx::library(artefacts, modules)?;
        self.add(&artefacts.path("libc.bc")?, "/boot/lib/libc.bc".to_owned())?;
        more.map_or(Ok(()), |path| self.add(&path, format!("/boot/lib/{}", cxx::LIBRARY)))
    }
}

/// Where a disk has the resident compiler.
pub(super) const COMPILER: &str = "/boot/compilers/llvm";

impl Contents {
    /// Adds the resident compiler, if the settings name it and it is not there.
    ///
    /// # Errors
    /// It is not built.
    pub fn add_compiler(&mut self, artefacts: &Artefacts) -> Result<(), Failure> {
        let named = self.manifest.compilers.iter().any(|(_, name)| name == "llvm");
        if !named || self.files.iter().any(|file| file.path == COMPILER) {
            return Ok(());
        }
        self.add(&artefacts.path("compilers/llvm")?, COMPILER.to_owned())
    }

    /// Adds the resident compiler where it is built and, not being named, may be asked: as the challenger
    /// of the built-in one at the top level.
    fn add_challenger(&mut self, artefacts: &Artefacts) -> Result<(), Failure> {
        let known = self.files.iter().any(|file| file.path == COMPILER);
        if !may_challenge(&self.manifest) || known || !artefacts.has("compilers/llvm") {
            return Ok(());
        }
        self.add(&artefacts.path("compilers/llvm")?, COMPILER.to_owned())
    }
}

/// Whether a machine with these settings asks a compiler that they do not name for code of the top level.
fn may_challenge(settings: &Manifest) -> bool {
    let Manifest { compilers, level, tournament_share, .. } = settings;
    let is_open = compilers.iter().all(|(level, _)| *level != Level::O3);
    is_open && level.is_none() && *tournament_share > 0
}

/// Whether a disk of this size has room for all compilers: one that is sized by its contents, or as large as
/// it would be.
fn has_room(args: &Args) -> bool {
    !args.floppy && args.size.is_none_or(|bytes| bytes >= LEAST)
}

/// What the command line asks for.
///
/// # Errors
/// A file that cannot be read, or has a name that another one has.
pub(crate) fn gather(args: &Args, artefacts: &Artefacts) -> Result<Contents, Failure> {
    let mut contents = Contents::default();
    let mut whole = ModuleEntry {
        entry: args.program.entry.clone(),
        arg: args.program.arg,
        args: args.args.clone(),
        ..ModuleEntry::default()
    };
    let mut modules = Vec::new();
    for file in &args.files {
        let name = file_name(file)?;
        contents.add(file, format!("/modules/{name}"))?;
        match llbc_name(file)? {
            Some(module) => modules.push(ModuleEntry {
                name: module,
                files: vec![name],
                entry: args.program.entry.clone(),
                arg: Some(args.program.arg.unwrap_or(0)),
                args: Vec::new(),
            }),
            None => {
                if whole.files.is_empty() {
                    whole.name = stem(&name).to_owned();
                }
                whole.files.push(name);
            }
        }
    }
    if !whole.files.is_empty() {
        modules.insert(0, whole);
    } else if !whole.args.is_empty() {
        return Err(Failure::usage(NO_MAIN));
    }
    if args.program.entry.is_some() && modules.len() > 1 {
        let message = "--entry names a function of one program, but these files are several";
        return Err(Failure::usage(message));
    }
    contents.manifest = match &args.manifest {
        Some(path) => read_manifest(path, &contents)?,
        None => Manifest {
            modules,
            env: args.env.clone(),
            keep: args.keep,
            save: !args.no_save,
            verbose: args.verbose,
            ..args.program.manifest()
        },
    };
    if !args.files.is_empty() {
        contents.add_library(artefacts)?;
    }
    for (file, path) in &args.add {
        contents.add(file, path.clone())?;
    }
    contents.add_compiler(artefacts)?;
    // A manifest names all that it wants.
    if !args.files.is_empty() && args.manifest.is_none() && has_room(args) {
        contents.add_challenger(artefacts)?;
    }
    Ok(contents)
}

fn read_manifest(path: &Path, contents: &Contents) -> Result<Manifest, Failure> {
    let text = std::fs::read(path).map_err(|error| Failure::input(path, error))?;
    let manifest: Manifest = serde_json::from_slice(&text)
        .map_err(|error| Failure::input(path, &error).at(format!("line {}", error.line())))?;
    let there = |file: &str| {
        contents
            .files
            .iter()
            .any(|there| there.path.eq_ignore_ascii_case(&format!("/modules/{file}")))
    };
    for module in &manifest.modules {
        if let Some(missing) = module.files.iter().find(|file| !there(file)) {
            let message = format!("names {missing}, which is not among the files given");
            return Err(Failure::input(path, message).at(format!("module {}", module.name)));
        }
    }
    Ok(manifest)
}

fn file_name(path: &Path) -> Result<String, Failure> {
    let name = path.file_name().and_then(|name| name.to_str());
    name.map(str::to_owned).ok_or_else(|| Failure::input(path, "its name is not UTF-8"))
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The module name in an LLBC header; `None`: not an LLBC file.
fn llbc_name(path: &Path) -> Result<Option<String>, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::input(path, error))?;
    match Llbc::parse(&bytes) {
        Ok(found) => Ok(found.map(|(header, _)| header.name)),
        Err(error) => Err(Failure::input(path, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_compiler_that_nobody_names_challenges_where_levels_rise_and_are_compared() {
        let usual = Manifest::default();
        assert!(may_challenge(&usual));
        let named = |name: &str, level| Manifest {
            compilers: vec![(level, name.to_owned())],
            ..Manifest::default()
        };
        assert!(may_challenge(&named("llvm", Level::O2)));
        assert!(!may_challenge(&named("cranelift", Level::O3)));
        assert!(!may_challenge(&Manifest { level: Some(Level::O3), ..Manifest::default() }));
        assert!(!may_challenge(&Manifest { tournament_share: 0, ..Manifest::default() }));
    }
}
