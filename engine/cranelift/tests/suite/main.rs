//! Compiled code against native code.

mod csmith;
mod differential;
mod kernels;
mod objects;
mod support;
mod takeover;
