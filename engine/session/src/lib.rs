//! The policy: what runs, when it rises, what is saved and restored.
//!
//! The session is the one place that knows all parts of the engine. It knows no machine: a
//! [`Platform`](bareflow_platform::Platform) gives it a console, a clock, memory for code and data,
//! and files. [`boot`] runs a [`Job`] on it.
//!
//! From the bottom: [`ledger`] is what is known, [`policy`] what is decided, [`curator`] performs it,
//! [`session`] is the way between processors and curator, and [`callbacks`], [`hosts`] and [`world`]
//! are where a running program comes by.
#![no_std]

extern crate alloc;

mod arguments;
mod blocks;
mod boot;
mod callbacks;
mod clock;
mod compilers;
mod core;
mod counting;
mod curator;
mod disk;
mod errno;
mod error;
mod events;
mod facts;
mod files;
mod heap;
mod hosts;
mod image;
mod jumps;
mod key;
mod ledger;
mod manifest;
mod parallel;
mod places;
mod policy;
mod queue;
mod run;
mod session;
mod shared;
mod side;
mod snapshot;
mod summary;
mod threads;
mod worker;
mod world;

pub use arguments::Orders;
pub use bareflow_profile::{Level, ProfileLine};
pub use bareflow_program::{Library, Part, Source, Undefined};
pub use boot::{Finished, boot, main};
pub use callbacks::{interrupted, may_interrupt, real_return};
pub use compilers::COMPILERS;
pub use disk::Job;
pub use error::StartError;
pub use manifest::{Manifest, ModuleEntry, Pools, Thresholds};
pub use places::{Interpreted, Symbolised, interpreting, symbolise};
pub use run::Outcome;
pub use snapshot::engine;
