//! What a suite is made of, and what its programs say.

use std::path::PathBuf;

use bareflow_tests::process::Ended;

/// A program of a suite, of sources that belong together.
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) sources: Vec<PathBuf>,
    pub(crate) flags: Vec<String>,
    /// Reads what a run has measured and answered.
    pub(crate) read: fn(&Ended) -> Vec<Reading>,
}

/// What a program says of a part of itself, or of all.
pub(crate) struct Reading {
    pub(crate) part: String,
    pub(crate) seconds: f64,
    pub(crate) answer: String,
}
