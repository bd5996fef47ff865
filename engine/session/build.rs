//! Hashes the sources that decide what code the engine makes and how it fits into a machine.
//!
//! The hash is part of every snapshot's fingerprint, so that code of one engine is never run by
//! another. It is of contents and names relative to the workspace, in order: the same tree gives
//! the same hash, wherever it lies and whatever is built of it.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use sha2::{Digest, Sha256};

/// Crates that take part in making code, in calling it and in giving it its surroundings.
const CRATES: &[&str] =
    &["bitcode", "compile", "interp", "ir", "link", "profile", "program", "records", "session"];

/// Packages of others that make code, by the start of their names.
const COMPILERS: &[&str] = &["cranelift", "regalloc"];

fn main() -> io::Result<()> {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let engine = own.parent().ok_or(io::ErrorKind::NotFound)?;
    let lock = engine.parent().ok_or(io::ErrorKind::NotFound)?.join("Cargo.lock");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", lock.display());

    let mut hash = Sha256::new();
    let mut add = |name: &str, bytes: &[u8]| {
        for part in [name.as_bytes(), bytes] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
    };
    for name in CRATES {
        let source = engine.join(name).join("src");
        println!("cargo::rerun-if-changed={}", source.display());
        let mut files = Vec::new();
        collect(&source, &mut files)?;
        files.sort();
        for file in files {
            let relative = file.strip_prefix(engine).map_err(io::Error::other)?;
            add(&relative.to_string_lossy(), &fs::read(&file)?);
        }
    }
    for package in compilers(&fs::read_to_string(lock)?) {
        add("Cargo.lock", package.as_bytes());
    }
    let hex: String = hash.finalize()[..8].iter().map(|byte| format!("{byte:02x}")).collect();
    println!("cargo::rustc-env=BAREFLOW_ENGINE={hex}");
    Ok(())
}

/// The entries of a lock file for packages that make code: names, versions, checksums.
fn compilers(lock: &str) -> impl Iterator<Item = &str> {
    let wanted = |entry: &&str| {
        let name = entry.trim_start().strip_prefix("name = \"");
        name.is_some_and(|name| COMPILERS.iter().any(|start| name.starts_with(start)))
    };
    lock.split("[[package]]").filter(wanted)
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
