//! The policy: what runs, when it rises, what is saved and restored.
//!
//! The session is the one place that knows all parts of the engine. It knows no machine: a
//! [`Platform`](bareflow_platform::Platform) gives it a console, a clock, memory for code and data, and files. [`boot`] runs
//! a [`Job`] on it.
#![no_std]

extern crate alloc;

mod adaptive;
mod ahead;
mod alarm;
mod boot;
mod compilers;
mod disk;
mod evidence;
mod hosts;
mod manifest;
mod measure;
mod restore;
mod run;
mod save;
mod session;
mod side;
mod snapshots;
mod stress;
mod tiers;
mod tournament;
mod unit;
mod world;

pub use alarm::{interrupted, may_interrupt};
pub use bareflow_profile::{Level, ProfileLine};
pub use bareflow_program::{Library, Part, Source};
pub use boot::{Finished, boot, interpreting, main, real_return, symbolise};
pub use disk::Job;
pub use manifest::{Manifest, ModuleEntry, Pools, Thresholds};
pub use run::Outcome;
pub use session::StartError;
pub use snapshots::engine;
