//! What makes a file a snapshot, and how large one may be.

/// The first four bytes of every snapshot.
pub const MAGIC: [u8; 4] = *b"SNAP";

/// The version of the format that is written; all from 1 up to it are read.
pub const VERSION: u32 = 3;

/// The largest file that is read or written, in bytes.
pub const MAX_LEN: usize = 256 << 20;

/// The highest level a function can be at: 0 is the interpreter, 1 to 4 are O0 to O3.
pub const MAX_LEVEL: u8 = 4;
