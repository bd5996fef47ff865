//! From the files of a command line to what a machine is to run.

use std::path::{Path, PathBuf};

use bareflow_bitcode::read_llbc;
use bareflow_session::{Job, Manifest, ModuleEntry, Part, Source, Undefined};

use crate::artefacts::Artefacts;
use crate::cxx;
use crate::failure::Failure;
use crate::program::ProgramOptions;

/// The programs in `files`: plain `.bc` files are linked into one, each LLBC file is one of its
/// own.
///
/// # Errors
/// A file that cannot be read, a library that is missing, or options that do not fit the files.
pub fn job(
    files: &[PathBuf],
    options: &ProgramOptions,
    artefacts: &Artefacts,
) -> Result<Job, Failure> {
    let mut sources = programs(files, options.entry.as_ref(), options.arg)?;
    for source in &mut sources {
        source.undefined = options.undefined.0;
    }
    let library = library(artefacts, &sources)?;
    let entry_of = |source: &Source| ModuleEntry {
        name: source.name.clone(),
        files: source.parts.iter().map(|part| part.file.clone()).collect(),
        entry: source.entry.clone(),
        arg: source.arg,
        args: Vec::new(),
    };
    let modules = sources.iter().map(entry_of).collect();
    Ok(Job { manifest: Manifest { modules, ..options.manifest() }, sources, library })
}

/// The programs in `files`, as [`job`] tells them apart.
///
/// # Errors
/// A file that cannot be read, or an entry for more programs than one.
pub fn programs(
    files: &[PathBuf],
    entry: Option<&String>,
    arg: Option<u64>,
) -> Result<Vec<Source>, Failure> {
    let mut whole = Vec::new();
    let mut sources = Vec::new();
    for path in files {
        let part = part(path)?;
        match read_llbc(&part.bytes) {
            Some(header) => sources.push(Source {
                name: header.name.clone(),
                entry: Some(entry.cloned().unwrap_or(header.entry)),
                arg: Some(arg.unwrap_or(0)),
                parts: vec![part],
                undefined: Undefined::Refuse,
            }),
            None => whole.push(part),
        }
    }
    if let Some(first) = whole.first() {
        let name = Path::new(&first.file).file_stem().unwrap_or_default();
        let source = Source {
            name: name.to_string_lossy().into_owned(),
            entry: entry.cloned(),
            arg,
            parts: whole,
            undefined: Undefined::Refuse,
        };
        sources.insert(0, source);
    }
    if entry.is_some() && sources.len() > 1 {
        let message = format!("--entry is for one program, and these files are {}", sources.len());
        return Err(Failure::usage(message));
    }
    Ok(sources)
}

/// The files of the C library, and of the C++ library where one of these programs needs it.
///
/// # Errors
/// One is missing and cannot be built.
pub fn library(artefacts: &Artefacts, programs: &[Source]) -> Result<Vec<Part>, Failure> {
    let mut library = vec![part(&artefacts.path("libc.bc")?)?];
    let files = programs.iter().flat_map(|program| &program.parts);
    let files = files.map(|part| (Path::new(&part.file), &part.bytes[..]));
    if let Some(path) = cxx::library(artefacts, files)? {
        library.push(part(&path)?);
    }
    Ok(library)
}

/// One file of a program.
fn part(path: &Path) -> Result<Part, Failure> {
    let bytes = std::fs::read(path).map_err(|error| Failure::input(path, error))?;
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Part { file, bytes })
}
