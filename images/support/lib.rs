//! What a Rust program without `std` needs to run on the machine: an allocator on the C
//! library's `malloc`, printing on its streams, an end for panics, and a `main`.
//!
//! ```ignore
//! #![no_std]
//! #![no_main]
//! extern crate alloc;
//! use support::println;
//!
//! support::entry!(run);
//!
//! fn run() -> i32 {
//!     println!("{:?}", alloc::vec![1, 2, 3]);
//!     0
//! }
//! ```
//!
//! With `--cfg native` it stands on `std` instead, so that the same program runs as an
//! ordinary process and can be compared.
#![cfg_attr(not(native), no_std)]

#[cfg(not(native))]
mod machine;
pub mod parallel;

#[cfg(not(native))]
pub use machine::{error, output};
#[cfg(native)]
pub use std::{eprintln, print, println};

/// Makes `fn NAME() -> i32` the program; what it returns is the exit status.
#[macro_export]
macro_rules! entry {
    ($run:path) => {
        #[unsafe(no_mangle)]
        pub extern "C" fn main(_argc: i32, _argv: *const *const u8) -> i32 {
            let run: fn() -> i32 = $run;
            run()
        }
    };
}

/// Prints to standard output.
#[cfg(not(native))]
#[macro_export]
macro_rules! print {
    ($($arg:tt)*) => { $crate::output(format_args!($($arg)*)) };
}

/// Prints a line to standard output.
#[cfg(not(native))]
#[macro_export]
macro_rules! println {
    () => { $crate::print!("\n") };
    ($($arg:tt)*) => { $crate::print!("{}\n", format_args!($($arg)*)) };
}

/// Prints a line to standard error.
#[cfg(not(native))]
#[macro_export]
macro_rules! eprintln {
    () => { $crate::error(format_args!("\n")) };
    ($($arg:tt)*) => { $crate::error(format_args!("{}\n", format_args!($($arg)*))) };
}
