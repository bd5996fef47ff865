//! The programs that a snapshot holds.

use alloc::string::String;
use core::fmt;

use snapshot_fmt::{BitcodeRecord, ModuleRecord, Snapshot};

use crate::{Library, LoadError, Part, Program, Source, Undefined, load};

/// Why a program of a snapshot cannot be had.
#[derive(Debug)]
pub enum RecordedError {
    /// Its bitcode makes no program.
    Load(LoadError),
    /// It makes another one than the snapshot was made of.
    Stale,
}

impl fmt::Display for RecordedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RecordedError::Load(error) => error.fmt(f),
            RecordedError::Stale => {
                f.write_str("stale: the snapshot was made of other files than it holds")
            }
        }
    }
}

impl core::error::Error for RecordedError {}

/// A program of a snapshot, of the bitcode that lies in it.
///
/// # Errors
/// It does not load, or is another than the snapshot was made of.
pub fn recorded(snapshot: &Snapshot, module: &ModuleRecord) -> Result<Program, RecordedError> {
    let part = |file: &BitcodeRecord| Part { file: file.name.clone(), bytes: file.bytes.clone() };
    let source = Source {
        name: module.name.clone(),
        parts: snapshot.parts(module).map(part).collect(),
        entry: Some(String::clone(&module.entry)),
        arg: module.arg,
        // What is not defined was accepted when the snapshot was made.
        undefined: Undefined::Trap,
    };
    let program = load(&source, &Library::default()).map_err(RecordedError::Load)?;
    if program.hash == module.hash { Ok(program) } else { Err(RecordedError::Stale) }
}
