//! Turns a snapshot into a minimal bootable image.
//!
//! ```text
//!   snapshot ──> programs (IR) ─┐
//!            └─> objects ───────┴─> units ──> keep ──> fold ──> place ──> relocate ──> image
//!   machine/ (pieces) ────────────┘
//! ```

#![forbid(unsafe_code)]

pub mod build;
pub mod cli;
mod code;
mod cold;
pub mod disk;
pub mod driver;
mod elf;
mod emit;
pub mod failure;
pub mod features;
pub mod files;
pub mod grown;
mod html;
pub mod image;
pub mod link;
pub mod machine;
pub mod pack;
pub mod report;
pub mod shrink;
pub mod source;
mod source_error;
mod tighten;
pub mod treemap;
pub mod verify;
pub mod way_back;

/// What is left out of an image.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Policy {
    /// What the program cannot call or use.
    #[default]
    Reachable,
    /// What no boot ever ran, too: a trap that names it stands in its place.
    Executed,
}

/// What a second compiler is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Goal {
    /// Fast code: of what takes time, its code in the place of what nobody has measured.
    Speed,
    /// Small code: the smaller one.
    Size,
}

/// What to make.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Options {
    /// What to leave out.
    pub policy: Policy,
    /// Make a flat image.
    pub flat: bool,
    /// Make an ELF image.
    pub elf: bool,
    /// Leave a flat image unpacked.
    pub plain: bool,
    /// Let the image report the cycles that it took.
    pub timing: bool,
    /// The image begins at this sector of a disk that has a grown one, too, and goes back to that.
    pub way_back: Option<u32>,
}
