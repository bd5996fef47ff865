//! Tests of the whole: programs, boots, command lines.

pub mod batch;
pub mod browser;
pub mod compile;
pub mod disk;
pub mod grown;
pub mod language;
pub mod literate;
pub mod loops;
pub mod machine;
pub mod monitor;
pub mod parallel;
pub mod place;
pub mod process;
pub mod program;
pub mod tool;

use std::path::{Path, PathBuf};

/// A file that `cargo xtask build` makes.
///
/// # Panics
/// When it is not there: tests of the whole need it built.
#[must_use]
pub fn artefact(name: &str) -> PathBuf {
    let folder = match std::env::var_os("BAREFLOW_ARTEFACTS") {
        Some(folder) => PathBuf::from(folder),
        None => Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bareflow"),
    };
    let path = folder.join(name);
    assert!(path.is_file(), "{} is not there: run `cargo xtask build`", path.display());
    path
}
