//! The policy: what runs, when it rises, what is saved and restored.
//!
//! The session is the one place that knows all parts of the engine. It knows no machine: a
//! [`Platform`] gives it a console, a clock, memory for code and data, and files.
#![no_std]

extern crate alloc;

mod manifest;
mod platform;
mod report;

pub use manifest::{Manifest, ModuleEntry, Thresholds};
pub use platform::{Arena, FileError, Memory, Platform};
pub use report::{
    BootReport, FaultReport, FunctionReport, LevelCounts, Record, Rejection, SnapshotReport,
};
