//! Compilers from the IR to relocatable x86-64 objects.
//!
//! Whatever the compiler, what comes out is an [`Object`]: position-independent text and
//! constants, and relocations by name. Installing, saving, restoring and shrinking know
//! nothing else of compilers.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod compiler;
mod cpu;
mod cranelift;
mod object;
mod opt;
mod options;
mod source;

pub use compiler::{CompileError, Compiler, Entry, Options, Request};
pub use cpu::CpuFeatures;
pub use cranelift::{COUNTER_PREFIX, Cranelift, HOT, SIDE_STACK};
pub use object::{Object, Reloc, RelocKind, Section, Target};
