//! What the languages' runtimes ask about the program itself: frames, libraries, symbols. There is one
//! program, without any of them, so each is told that there are none.

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

/// Functions that rustc compiles name it; who throws asks clauses themselves (`c/unwinding.c`).
#[unsafe(no_mangle)]
pub extern "C" fn rust_eh_personality() {}

/// `_URC_END_OF_STACK`: no frame.
#[unsafe(no_mangle)]
pub extern "C" fn _Unwind_Backtrace(_visit: *mut c_void, _argument: *mut c_void) -> c_int {
    5
}

#[unsafe(no_mangle)]
pub extern "C" fn _Unwind_GetIP(_context: *mut c_void) -> usize {
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn _Unwind_GetIPInfo(_context: *mut c_void, _before: *mut c_int) -> usize {
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn dl_iterate_phdr(_visit: *mut c_void, _argument: *mut c_void) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn dlsym(_library: *mut c_void, _name: *const u8) -> *mut c_void {
    null_mut()
}

/// What a kernel tells a process when it starts: the size of a page, and nothing else.
#[unsafe(no_mangle)]
pub extern "C" fn getauxval(what: usize) -> usize {
    const PAGE_SIZE: usize = 6;
    if what == PAGE_SIZE { 4096 } else { 0 }
}
