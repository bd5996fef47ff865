//! Entries of metadata, as far as locations need them.

use alloc::vec::Vec;

use bareflow_ir::LocationId;
use hashbrown::HashMap;

/// An entry, as far as locations need it. Numbers of entries that may be missing are one too high.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Node {
    Other,
    Text { start: u32, len: u32 },
    File { name: u64, folder: u64, known: Option<u32> },
    Scope { file: u64 },
    Location { line: u32, column: u32, scope: u64, inlined_at: u64 },
}

/// The entries of the module and of the function that is being read.
#[derive(Debug, Default)]
pub(crate) struct Nodes {
    pub(crate) nodes: Vec<Node>,
    pub(crate) chars: Vec<u8>,
    /// How many entries and characters are the module's.
    pub(crate) own: Option<(usize, usize)>,
    /// Entries of the function that is being read, which stand for calls.
    pub(crate) calls: HashMap<u64, Option<LocationId>>,
}
