//! Code memory, the GOT, relocation, and swapping code while it runs.
#![no_std]

extern crate alloc;
