//! The C functions on memory that the compiler calls, in assembly: written in Rust, they would
//! be recognised and turned into calls of themselves.

core::arch::global_asm!(include_str!("memory.s"));
