//! Tells the crate the hash of the engine's sources, which is part of every snapshot's fingerprint:
//! code of one engine is never run by another.

#[path = "build/sources.rs"]
mod sources;

use std::path::PathBuf;
use std::{env, io};

fn main() -> io::Result<()> {
    let own = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").ok_or(io::ErrorKind::NotFound)?);
    let root = own.ancestors().nth(2).ok_or(io::ErrorKind::NotFound)?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed={}", root.join("Cargo.lock").display());
    for name in sources::CRATES {
        let folder = root.join("engine").join(name).join("src");
        println!("cargo::rerun-if-changed={}", folder.display());
    }
    println!("cargo::rustc-env=BAREFLOW_ENGINE={}", sources::hash(root)?);
    Ok(())
}
