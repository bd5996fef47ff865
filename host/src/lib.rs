//! What stands around the tools: programs of this system and how to get them ([`tools`]), long
//! commands that are watched ([`watched`], [`heartbeat`]), and the launcher, which is this crate's program.
//!
//! It depends on nothing, so that the launcher is built in a second: whoever runs the first command
//! in a fresh clone then hears what happens, from the first second on.
#![forbid(unsafe_code)]
#![deny(missing_docs, missing_debug_implementations)]

pub mod heartbeat;
mod progress;
pub mod system;
pub mod tools;
pub mod watched;
