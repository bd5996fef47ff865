//! The host calls: all that the library asks of the machine. DESIGN.md says what each does. Those
//! that can fail give the negative of an error number then ([`crate::errors::check`]).

use core::ffi::{c_int, c_long, c_void};

/// What a thread begins with.
pub type Function = unsafe extern "C" fn(*mut c_void);

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
    pub fn bf_cores() -> u32;
    pub fn bf_core() -> u32;
    pub fn bf_start(function: Function, argument: *mut c_void) -> c_int;
    pub fn bf_wait(word: *mut u32, while_is: u32, timeout_ns: u64) -> c_int;
    pub fn bf_wake(word: *mut u32, most: u32);
    pub fn bf_thread() -> *mut usize;
    pub fn bf_call(function: Function, argument: *mut c_void);
    pub fn bf_leave() -> !;
    pub fn bf_throw(frame: *mut c_void, number: u64) -> !;
}
