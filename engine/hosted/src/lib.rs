//! The engine's platform inside an ordinary Linux process.
//!
//! The same engine that runs on bare metal runs here, so that it can be tested, fuzzed and
//! measured without an emulator.

mod child;
mod compiler;
mod cores;
mod counters;
mod fault_stack;
mod faults;
mod files;
mod futex;
mod here;
mod memory;
mod opened;
mod platform;
mod program;
pub mod seeded;
mod unpacked;

pub use child::{Usage, wait};
pub use compiler::Resident;
pub use faults::{Fault, install as install_fault_handler};
pub use platform::{Clock, Hosted, Output, processor_time};
pub use unpacked::cache;
