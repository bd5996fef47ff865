//! The contract of compilers ([`bareflow_object::Compiler`]), kept by all there are: the built-in one, and LLVM
//! where it is built.
//!
//! What every compiler must do alike is a table of programs and properties, run for each: results as native
//! code has them, from bitcode of every optimisation ([`differential`]); the C ABI from both sides, the same bytes
//! for the same request, counters, and refusals by name ([`objects`]); code that takes over in the middle of
//! any loop ([`takeover`]). What one of them may leave to another stands in its row
//! ([`support::subject`]). [`kernels`] and [`csmith`] are of the built-in compiler alone, to measure it.

mod csmith;
mod differential;
mod kernels;
mod objects;
mod support;
mod takeover;
