//! Where a snapshot comes from, with this tool's errors.

use std::path::Path;

use bareflow_shrink::source::{self, SourceError};

use crate::failure::Failure;

pub use bareflow_shrink::source::Source;

/// The one snapshot that `target` names: the newest where it names several.
///
/// # Errors
/// There is none, or it cannot be read.
pub fn one(target: &str) -> Result<Source, Failure> {
    Ok(source::one(Path::new(target))?)
}

/// All snapshots that `target` names, newest first.
///
/// # Errors
/// There is none, or one cannot be read.
pub fn all(target: &str) -> Result<Vec<Source>, Failure> {
    Ok(source::all(Path::new(target))?)
}

impl Failure {
    /// `source` cannot be used.
    #[must_use]
    pub fn in_source(source: &Source, message: impl std::fmt::Display) -> Self {
        Self { at: source.inside.clone(), ..Self::input(&source.file, message) }
    }
}

impl From<SourceError> for Failure {
    fn from(error: SourceError) -> Self {
        Self { at: error.at, ..Self::input(&error.file, error.cause) }
    }
}
