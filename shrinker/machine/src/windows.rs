//! What the kernel's files that images have, too, take from others there.

/// Processors at most.
pub const MOST_CORES: usize = 64;
