//! The reference semantics of the IR, counting as it runs.
#![no_std]

extern crate alloc;
