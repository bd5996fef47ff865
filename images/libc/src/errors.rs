//! `errno` and its texts.

use core::ffi::c_int;

unsafe extern "C" {
    /// Where the calling thread has it (`c/threads.c`).
    fn __errno_location() -> *mut c_int;
}

pub const ENOENT: c_int = 2;
pub const EBADF: c_int = 9;
pub const ENOMEM: c_int = 12;
pub const EINVAL: c_int = 22;
pub const EROFS: c_int = 30;
pub const ERANGE: c_int = 34;
pub const EOVERFLOW: c_int = 75;

/// Sets `errno`.
pub fn set(code: c_int) {
    // SAFETY: it is the thread's own.
    unsafe { *__errno_location() = code };
}

/// The present value of `errno`.
pub fn get() -> c_int {
    // SAFETY: it is the thread's own.
    unsafe { *__errno_location() }
}

/// Texts as glibc has them, for the codes that programs on this machine can meet.
#[unsafe(no_mangle)]
pub extern "C" fn strerror(code: c_int) -> *const u8 {
    let text = match code {
        0 => c"Success",
        1 => c"Operation not permitted",
        ENOENT => c"No such file or directory",
        4 => c"Interrupted system call",
        5 => c"Input/output error",
        EBADF => c"Bad file descriptor",
        11 => c"Resource temporarily unavailable",
        ENOMEM => c"Cannot allocate memory",
        13 => c"Permission denied",
        14 => c"Bad address",
        17 => c"File exists",
        20 => c"Not a directory",
        21 => c"Is a directory",
        EINVAL => c"Invalid argument",
        24 => c"Too many open files",
        28 => c"No space left on device",
        29 => c"Illegal seek",
        EROFS => c"Read-only file system",
        33 => c"Numerical argument out of domain",
        ERANGE => c"Numerical result out of range",
        38 => c"Function not implemented",
        EOVERFLOW => c"Value too large for defined data type",
        84 => c"Invalid or incomplete multibyte or wide character",
        _ => c"Unknown error",
    };
    text.as_ptr().cast()
}
