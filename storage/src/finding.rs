//! What can be wrong with a volume.

use alloc::string::String;
use core::fmt;

/// A contradiction in a volume.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    /// The file or folder, by its short names.
    pub path: String,
    /// The cluster.
    pub cluster: u32,
    /// What is wrong with it.
    pub what: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}: cluster {} {}", self.path, self.cluster, self.what)
    }
}
