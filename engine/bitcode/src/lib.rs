//! Reads LLVM bitcode into the IR.
#![no_std]

extern crate alloc;
