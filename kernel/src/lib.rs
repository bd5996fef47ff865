//! The bare-metal machine under the engine.
#![no_std]

extern crate alloc;
