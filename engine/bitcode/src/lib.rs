//! Reads LLVM bitcode into the IR.
//!
//! The reader is its own: a bitstream of blocks and records (`stream`), the tables of a module
//! (`types`, `attrs`, `symbols`, `consts`) and function bodies (`body` and its kin). It takes
//! what LLVM 14 to 22 write for x86-64, raw or behind a wrapper or an LLBC header.
//!
//! Input is not trusted: every length is checked, nothing panics, and the result takes a
//! bounded multiple of the input. What is understood but cannot be run does not fail the
//! module; it is noted in [`Module::refused`].
#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

mod asm;
mod attrs;
mod bits;
mod body;
mod build;
mod call;
mod codes;
mod combine;
mod const_lanes;
mod consts;
mod container;
mod control;
mod debug;
mod error;
mod gep;
mod ifunc;
mod inst;
mod lazy;
pub mod llbc;
mod memory;
mod module;
mod nodes;
mod numbers;
mod old_layout;
mod ops;
mod reader;
mod stream;
mod strict;
mod symbols;
mod target;
mod types;
pub mod write;

use bareflow_ir::Module;

use container::bitcode;
use reader::Reader;

pub use error::{Cause, Error};
pub use lazy::Lazy;
pub use llbc::Llbc;

/// Reads a module. `bytes` are bitcode, plain or behind an LLBC header or a wrapper.
///
/// # Errors
/// What is wrong and where. Definitions that are not supported are no error: see
/// [`Module::refused`].
pub fn read(bytes: &[u8]) -> Result<Module, Error> {
    let bitcode = bitcode(bytes)?;
    let mut reader = Reader::new(bitcode.len());
    reader.file(bitcode).map_err(|cause| reader.error(cause))?;
    for at in 0..reader.bodies.len() {
        reader.function_body(at, bitcode).map_err(|cause| reader.error(cause))?;
    }
    let module = reader.finish();
    match bareflow_ir::verify::verify(&module) {
        Ok(()) => Ok(module),
        Err(error) => Err(lazy::invalid(error, module.producer)),
    }
}

/// The LLBC header of a module, if it has a proper one.
pub fn read_llbc(bytes: &[u8]) -> Option<Llbc> {
    Llbc::parse(bytes).ok().flatten().map(|(header, _)| header)
}
