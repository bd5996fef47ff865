//! The host calls: all that the library asks of the machine. docs/design/programs.md says what each does. Those
//! that can fail give the negative of an error number then ([`crate::errors::check`]).

use core::ffi::{c_int, c_long, c_void};

/// What a thread begins with.
pub type Function = unsafe extern "C" fn(*mut c_void);

/// What the machine tells of what is open or has a path.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Told {
    /// 1 for a file, [`FOLDER`] or [`CONSOLE`].
    pub kind: u64,
    pub size: u64,
    pub number: u64,
    /// Nanoseconds since 1970; 0 where nobody knows.
    pub changed_ns: u64,
}

pub const FOLDER: u64 = 2;
pub const CONSOLE: u64 = 3;

unsafe extern "C" {
    pub fn bf_write(fd: c_int, bytes: *const u8, len: usize) -> c_long;
    pub fn bf_read(fd: c_int, bytes: *mut u8, len: usize) -> c_long;
    pub fn bf_open(path: *const u8, flags: c_int) -> c_int;
    pub fn bf_close(fd: c_int) -> c_int;
    pub fn bf_write_at(fd: c_int, bytes: *const u8, len: usize, offset: c_long) -> c_long;
    pub fn bf_read_at(fd: c_int, bytes: *mut u8, len: usize, offset: c_long) -> c_long;
    pub fn bf_seek(fd: c_int, offset: c_long, whence: c_int) -> c_long;
    pub fn bf_resize(fd: c_int, size: c_long) -> c_int;
    pub fn bf_sync(fd: c_int) -> c_int;
    pub fn bf_duplicate(fd: c_int, to: c_int, exactly: c_int) -> c_int;
    pub fn bf_flags(fd: c_int, change: c_int) -> c_int;
    pub fn bf_status(fd: c_int, path: *const u8, to: *mut Told) -> c_int;
    pub fn bf_path(fd: c_int, to: *mut u8, room: usize) -> c_long;
    pub fn bf_list(fd: c_int, to: *mut u8, room: usize) -> c_long;
    pub fn bf_rename(from: *const u8, to: *const u8) -> c_int;
    pub fn bf_remove(path: *const u8, folder: c_int) -> c_int;
    pub fn bf_make_folder(path: *const u8) -> c_int;
    pub fn bf_terminal(fd: c_int) -> c_int;
    pub fn bf_grow(bytes: usize) -> *mut u8;
    pub fn bf_clock() -> u64;
    pub fn bf_date() -> u64;
    pub fn bf_cpuid(leaf: u32, part: u32, answer: *mut u32);
    pub fn bf_raised(clear: u32, raise: u32) -> u32;
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
