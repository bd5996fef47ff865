//! `<stdio.h>`: streams over the host's files and console, formatted output and input.

mod backing;
pub mod descriptor;
mod digits;
pub mod file;
mod in_memory;
pub mod open;
mod pieces;
mod print;
pub mod read;
mod scan;
mod va_list;
mod wide;
mod write;

pub use file::{flush_all, flush_at_end};
