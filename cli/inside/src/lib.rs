//! What an installed `bareflow` has in itself: kernel, loader, C library and modules.
//!
//! The files are those of `target/bareflow` of the checkout it is built in, which the build script
//! makes first where they are missing.
#![no_std]
#![forbid(unsafe_code)]

include!(concat!(env!("OUT_DIR"), "/files.rs"));
