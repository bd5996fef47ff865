//! The handlers: one for each specialised operation.
//!
//! Most are instances of a few generic shapes ([`shape`]), so that an operation is one line
//! and all its forms (widths, where operands come from) are made by the compiler.

pub(crate) mod atomic;
pub(crate) mod branch;
pub(crate) mod bulk;
pub(crate) mod call;
mod define;
pub(crate) mod float;
pub(crate) mod fused;
pub(crate) mod hot;
pub(crate) mod int;
pub(crate) mod lanes;
pub(crate) mod limbs;
pub(crate) mod masked;
pub(crate) mod memory;
pub(crate) mod moves;
mod operations;
mod register;
pub(crate) mod shape;
pub(crate) mod simd;
pub(crate) mod site;
pub(crate) mod slow;
pub(crate) mod stack;
pub(crate) mod switch;
pub(crate) mod tail;
pub(crate) mod varargs;
pub(crate) mod vector;
pub(crate) mod widths;

pub(crate) use crate::machine::{bump, read, tally, write};
pub(crate) use define::{handlers, next};
