//! A hash of the sources that decide what code the engine makes and how it fits into a machine.
//!
//! It is of contents and of names relative to the engine's folder, in order: the same tree gives the
//! same hash, wherever it lies and whatever is built of it.

use std::path::{Path, PathBuf};
use std::{fs, io};

use sha2::{Digest, Sha256};

/// Crates that take part in making code, in calling it and in giving it its surroundings.
pub const CRATES: &[&str] = &[
    "bitcode",
    "cranelift",
    "interp",
    "ir",
    "link",
    "llvm",
    "object",
    "profile",
    "program",
    "records",
    "session",
];

/// Packages of others that make code, by the start of their names.
const COMPILERS: &[&str] = &["cranelift", "regalloc"];

/// The hash of the workspace at `root`: 16 digits.
///
/// # Errors
/// A source that cannot be read.
pub fn hash(root: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut add = |name: &str, bytes: &[u8]| {
        for part in [name.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    };
    let engine = root.join("engine");
    for name in CRATES {
        let mut files = Vec::new();
        collect(&engine.join(name).join("src"), &mut files)?;
        files.sort();
        for file in files {
            let relative = file.strip_prefix(&engine).map_err(io::Error::other)?;
            add(&relative.to_string_lossy(), &fs::read(&file)?);
        }
    }
    for package in compilers(&fs::read_to_string(root.join("Cargo.lock"))?) {
        add("Cargo.lock", package.as_bytes());
    }
    Ok(hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The entries of a lock file for packages that make code: names, versions, checksums.
fn compilers(lock: &str) -> impl Iterator<Item = &str> {
    let wanted = |entry: &&str| {
        let name = entry.trim_start().strip_prefix("name = \"");
        name.is_some_and(|name| COMPILERS.iter().any(|start| name.starts_with(start)))
    };
    lock.split("[[package]]").map(str::trim).filter(wanted)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    Ok(())
}
