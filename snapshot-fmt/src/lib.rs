//! The SNAP file format: bytes to records and back.
#![no_std]

extern crate alloc;
