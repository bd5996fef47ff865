//! The programs that a snapshot holds.

use alloc::string::{String, ToString};

use snapshot_fmt::{BitcodeRecord, ModuleRecord, Snapshot};

use crate::{Library, Part, Program, Source, Undefined, load};

/// A program of a snapshot, of the bitcode that lies in it.
///
/// # Errors
/// It does not load, or is another than the snapshot was made of.
pub fn recorded(snapshot: &Snapshot, module: &ModuleRecord) -> Result<Program, String> {
    let part = |file: &BitcodeRecord| Part { file: file.name.clone(), bytes: file.bytes.clone() };
    let source = Source {
        name: module.name.clone(),
        parts: snapshot.parts(module).map(part).collect(),
        entry: Some(module.entry.clone()),
        arg: module.arg,
        // What is not defined was accepted when the snapshot was made.
        undefined: Undefined::Trap,
    };
    let program = load(&source, &Library::default()).map_err(|error| error.to_string())?;
    if program.hash != module.hash {
        return Err("its hash is not that of its bitcode".into());
    }
    Ok(program)
}
