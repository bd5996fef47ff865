//! Turns a snapshot into a minimal bootable image.
//!
//! ```text
//!   snapshot ──> modules (IR) ──┐
//!            └─> objects ───────┴─> units ──> keep ──> fold ──> place ──> relocate ──> image
//!   machine/ (pieces) ────────────┘
//! ```

#![forbid(unsafe_code)]

pub mod driver;
mod elf;
pub mod image;
pub mod link;
pub mod machine;
