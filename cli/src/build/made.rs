//! Which program a project has made.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::note;
use crate::failure::{Failure, Kind};

/// A program of a project.
pub(super) struct Made {
    pub(super) name: String,
    /// Bitcode, in the order of linking.
    pub(super) parts: Vec<PathBuf>,
}

/// The program of this name, or the only one, below a folder.
///
/// # Errors
/// There is none, or several and no name.
pub(super) fn find(folder: &Path, wanted: Option<&str>) -> Result<Made, Failure> {
    let mut programs = Vec::new();
    gather(folder, &mut programs);
    programs.sort_by(|one, other| one.0.cmp(&other.0));
    let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let count = programs.len();
    let names = || {
        let here = |path: &Path| path.strip_prefix(folder).unwrap_or(path).display().to_string();
        let names: Vec<String> = programs.iter().map(|(path, _)| here(path)).collect();
        names.join(", ")
    };
    let is_wanted = |path: &Path| wanted.is_none_or(|wanted| path.ends_with(wanted));
    let mut fitting = programs.iter().filter(|(path, _)| is_wanted(path));
    let refuse =
        |message: String| Err(Failure { file: Some(folder.to_owned()), ..Failure::usage(message) });
    match (fitting.next(), fitting.next(), wanted) {
        (Some((path, parts)), None, _) => made(name(path), path, parts.clone()),
        (None, ..) if count == 0 => {
            let message = "the build made no program from C or C++. If it was built before, by another \
                           compiler, it has to be cleaned first (make clean); if it names a compiler by \
                           a version or a path, tell it to use `cc` and `c++`";
            Err(Failure::input(folder, message))
        }
        (None, _, Some(wanted)) => {
            refuse(format!("no program {wanted}; the build made {}", names()))
        }
        _ => refuse(format!("several programs; choose one by --program: {}", names())),
    }
}

/// A program with its bitcode, which must still be there.
///
/// # Errors
/// Some of it is gone.
pub(super) fn made(name: String, program: &Path, parts: Vec<PathBuf>) -> Result<Made, Failure> {
    match parts.iter().find(|part| !part.is_file()) {
        None => Ok(Made { name, parts }),
        Some(part) => {
            let message = format!(
                "its bitcode {} is gone: clean the project (make clean, or remove target/bitcode), \
                 and build it again",
                part.display()
            );
            Err(Failure { file: Some(program.to_owned()), ..Failure::new(Kind::Input, message) })
        }
    }
}

/// Programs with notes, and what these say. A copy of a program, as installing makes one, is the same program.
fn gather(folder: &Path, programs: &mut Vec<(PathBuf, Vec<PathBuf>)>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let (path, kind) = (entry.path(), entry.file_type());
        if kind.as_ref().is_ok_and(fs::FileType::is_dir) {
            gather(&path, programs);
        } else if kind.is_ok_and(|kind| kind.is_file())
            && is_elf(&path)
            && let Some(parts) = fs::read(&path).ok().and_then(|bytes| note::of(&bytes))
            && !programs
                .iter()
                .any(|(known, same)| known.file_name() == path.file_name() && *same == parts)
        {
            programs.push((path, parts));
        }
    }
}

/// Whether a file begins as programs do. Projects have large files of other kinds.
fn is_elf(path: &Path) -> bool {
    let mut begins = [0; 4];
    let read = fs::File::open(path).and_then(|mut file| file.read_exact(&mut begins));
    read.is_ok() && begins == *b"\x7fELF"
}
