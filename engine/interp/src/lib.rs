//! The reference semantics of the IR, counting as it runs.
//!
//! A function is decoded once, at its first call, into direct-threaded register code and then
//! run from that. Pointers are machine addresses, so interpreted and compiled code share
//! memory, call each other by the calling convention of [`bareflow_ir::abi`], and a loop can
//! continue in compiled code with the values it has in its frame.
//!
//! What the interpreter needs of its surroundings is the trait [`World`].
#![no_std]

extern crate alloc;

#[cfg(all(debug_assertions, not(any(doc, doctest))))]
compile_error!("the handlers' tail calls need `debug-assertions = false` in the profile");

mod bridge;
mod code;
mod decode;
mod interp;
mod machine;
mod op;
mod profile;
pub mod raised;
mod samples;
mod stack;
mod trap;
mod value;
mod world;

pub use bareflow_ir::abi::RegFrame;
pub use interp::{Config, Interp, check, check_all, glances};
pub use stack::{Mark, Stack};
pub use trap::{Trap, TrapKind, Unsupported};
pub use world::{HotLoop, World};
