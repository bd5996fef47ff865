//! The volume and the files on it.

#[cfg(feature = "engine")]
mod program;
mod volume;

#[cfg(feature = "engine")]
pub use program::{ProgramFiles, at_work};
pub use volume::{Mounted, mount, with};
