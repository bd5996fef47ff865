//! From a snapshot's bytes to a minimal bootable image: no files, no system, so that the command does it on
//! a host and the grown image on its own machine.
//!
//! ```text
//!   snapshot ──> programs (IR) ─┐
//!            └─> objects ───────┴─> units ──> keep ──> fold ──> place ──> relocate ──> image
//!   machine/ (pieces) ────────────┘
//! ```

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod build;
mod code;
mod cold;
pub mod driver;
mod elf;
mod emit;
pub mod failure;
pub mod features;
pub mod grown;
pub mod image;
pub mod link;
pub mod machine;
mod options;
pub mod pack;
mod places;
mod tighten;
mod whole;

pub use options::{Goal, Options, Policy};
pub use whole::{explain, flat};
