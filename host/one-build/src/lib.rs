//! One build of everything that the tools, `cargo xtask` and the tests stand on.
//!
//! There is no code here: the crate's list of dependencies is what it is for. Every program of the
//! host depends on it, so that cargo finds the same features wherever it starts from, and compiles
//! Cranelift, clap and serde once instead of once a command.
#![forbid(unsafe_code)]
