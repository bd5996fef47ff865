//! The C library that programs are linked with, as bitcode like the programs themselves.
//!
//! Below it are only the host calls in [`host`]. Programs are compiled against the headers
//! of the system's C library (glibc), so names and layouts that those headers expose are
//! glibc's: `FILE`, the tables behind `isalpha`, `__errno_location`.
//!
//! The crate is `no_builtins`: otherwise the loop in `memset` would become a call of
//! `memset`. Functions never panic; the handler stands in for what the optimiser cannot see.
//! What threads share is behind locks that cost nothing in programs without threads
//! ([`threads::lock`]), or their own. What an unsafe function needs
//! of its caller is what the C standard says of the function of that name; `SAFETY` comments
//! stand only where there is more to say.
#![no_std]
#![no_builtins]

mod allocate;
mod bits;
mod blocks;
mod calendar;
mod carries;
mod character;
mod convert;
mod cpu;
mod dates;
mod environment;
mod errors;
mod fenv;
mod files;
mod fortify;
mod glob;
mod half;
mod host;
mod integer;
mod jumps;
mod list;
mod locale;
mod long_double;
mod mapping;
mod math;
mod memory;
mod multibyte;
mod objects;
mod options;
mod path_parts;
mod pattern;
mod power;
mod process;
mod quad;
mod random;
mod read_date;
mod regex;
mod search;
mod signals;
mod soft_float;
mod sort;
mod spans;
mod stdio;
mod strings;
mod substring;
mod system;
mod threads;
mod time;
mod unwinding;
mod wide;
mod wide_classes;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    // SAFETY: the text ends in a NUL.
    unsafe { host::bf_abort(c"panic in the C library".as_ptr().cast()) }
}
