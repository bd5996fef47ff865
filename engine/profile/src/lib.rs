//! What was counted while a program ran.
//!
//! The interpreter and instrumented code count; the session decides by the counts; snapshots
//! keep them. A profile speaks of the IR (blocks, edges, call sites), never of machine code,
//! so it outlives every compiler.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod events;
mod evidence;
mod fit;
mod function;
mod json;
mod level;
mod merge;

pub use events::{Event, Events};
pub use evidence::{code_count, count_code};
pub use fit::Fit;
pub use function::{Cycles, FunctionProfile, IndirectSite, ParamValues, shape_of};
pub use json::{CycleLine, ProfileLine};
pub use level::Level;
pub use merge::ProgramProfile;
