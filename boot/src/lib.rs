//! The two-stage BIOS loader and what it hands to the kernel.
#![no_std]

extern crate alloc;
