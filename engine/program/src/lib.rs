//! From bitcode files to one linked program.
//!
//! Whoever runs or rebuilds a program (session, shrinker, snapshot tools) loads it here, so
//! that the same files always give the same functions with the same names.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod alarms;
mod build;
mod comparison;
mod divisions;
mod error;
mod helpers;
mod hosts;
mod jumps;
mod library;
mod load;
mod long_double;
mod make;
mod quad;
mod recorded;
mod retype;
mod start;
mod structors;
mod threads;
mod undefined;
mod unwinding;

pub use error::{LoadError, Missing};
pub use helpers::needed as helpers;
pub use hosts::{HOST_CALLS, is_host_call};
pub use library::{Library, Part};
pub use load::{Program, Source, load, load_again};
pub use recorded::{RecordedError, recorded};
pub use start::{START_VARIABLES, Start};
pub use threads::FIRST_THREAD;
pub use undefined::Undefined;
