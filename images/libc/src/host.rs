//! The host calls: all that the library asks of the machine. DESIGN.md says what each does. Those
//! that can fail give the negative of an error number then ([`crate::errors::check`]).

use core::ffi::{c_int, c_long};

unsafe extern "C" {
    pub fn bf_write(fd: c_int, bytes: *const u8, len: usize) -> c_long;
    pub fn bf_read(fd: c_int, bytes: *mut u8, len: usize) -> c_long;
    pub fn bf_open(path: *const u8, flags: c_int) -> c_int;
    pub fn bf_close(fd: c_int) -> c_int;
    pub fn bf_seek(fd: c_int, offset: c_long, whence: c_int) -> c_long;
    pub fn bf_terminal(fd: c_int) -> c_int;
    pub fn bf_grow(bytes: usize) -> *mut u8;
    pub fn bf_clock() -> u64;
    pub fn bf_date() -> u64;
    pub fn bf_cpuid(leaf: u32, part: u32, answer: *mut u32);
    pub fn bf_exit(status: c_int) -> !;
    pub fn bf_abort(why: *const u8) -> !;
}
