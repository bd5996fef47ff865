//! What compilers are asked and what they make, whichever compiler it is.
//!
//! What comes out of a [`Compiler`] is an [`Object`]: position-independent text and constants, and
//! relocations by name. Installing, saving, restoring and shrinking know nothing else of compilers.
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod compiler;
mod cpu;
mod names;
mod object;
mod options;

pub use compiler::{CompileError, Compiler, Entry, Maker, Options, Request, Tuning};
pub use cpu::CpuFeatures;
pub use names::{COUNTER_PREFIX, HOT, THREAD};
pub use object::{Object, Reloc, RelocKind, Section, Target};
