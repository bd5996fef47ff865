//! The artefacts that the tools need: loader, kernel, C library, modules.

use anyhow::{Context, Result};

use crate::{setup, shell};

/// Builds everything under `target/bareflow`. Steps that are up to date cost little.
///
/// # Errors
/// The first step that failed.
pub fn run() -> Result<()> {
    setup::run()?;
    let out = shell::artefacts();
    std::fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    Ok(())
}
