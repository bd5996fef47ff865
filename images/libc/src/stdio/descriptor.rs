//! Descriptors: `open`, `read`, `write` and their relatives, and `errno` after each of them.
//!
//! The machine's descriptors are the program's, and it keeps all that belongs to them.

use core::ffi::{c_int, c_long};

use crate::errors::{self, check};
use crate::files::place::{HERE, Place};
use crate::host;

/// Flags of `open`, as Linux numbers them.
pub const FOR_READING: c_int = 0;
pub const FOR_WRITING: c_int = 1;
pub const FOR_BOTH: c_int = 2;
pub const CREATE: c_int = 0o100;
pub const EXCLUSIVE: c_int = 0o200;
pub const TRUNCATE: c_int = 0o1000;
pub const APPEND: c_int = 0o2000;
pub const DIRECTORY: c_int = 0o200_000;
/// A file without a name, in the folder that is named.
const TEMPORARY: c_int = 0o20_000_000;

/// Opens a file: what `open` and its relatives end in. The mode of a new file is not looked at: there is
/// nobody whom it could keep away.
///
/// # Safety
/// `path` is a string or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn openat(folder: c_int, path: *const u8, flags: c_int) -> c_int {
    if flags & TEMPORARY == TEMPORARY {
        errors::set(errors::EOPNOTSUPP);
        return -1;
    }
    // SAFETY: by this function's contract; the place lives as long as the call.
    let opened = unsafe { Place::new().find(folder, path, |path| host::bf_open(path, flags)) };
    check(c_long::from(opened)) as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(path: *const u8, flags: c_int) -> c_int {
    // SAFETY: the same contract.
    unsafe { openat(HERE, path, flags) }
}

/// Names for the same: with another width of offsets, and what fortified programs call when they leave
/// out the last argument.
macro_rules! as_open {
    ($($name:ident)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(path: *const u8, flags: c_int) -> c_int {
            // SAFETY: the same contract.
            unsafe { openat(HERE, path, flags) }
        }
    )*};
}

as_open!(open64 __open_2 __open64_2);

macro_rules! as_openat {
    ($($name:ident)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(folder: c_int, path: *const u8, flags: c_int) -> c_int {
            // SAFETY: the same contract.
            unsafe { openat(folder, path, flags) }
        }
    )*};
}

as_openat!(openat64 __openat_2 __openat64_2);

#[unsafe(no_mangle)]
pub unsafe extern "C" fn creat(path: *const u8, _mode: u32) -> c_int {
    // SAFETY: the same contract.
    unsafe { openat(HERE, path, FOR_WRITING | CREATE | TRUNCATE) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn creat64(path: *const u8, mode: u32) -> c_int {
    // SAFETY: the same contract.
    unsafe { creat(path, mode) }
}

#[unsafe(no_mangle)]
pub extern "C" fn close(descriptor: c_int) -> c_int {
    // SAFETY: the machine knows which descriptors are open.
    check(c_long::from(unsafe { host::bf_close(descriptor) })) as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn read(descriptor: c_int, to: *mut u8, len: usize) -> c_long {
    // SAFETY: the caller's buffer has `len` bytes.
    check(unsafe { host::bf_read(descriptor, to, len) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(descriptor: c_int, from: *const u8, len: usize) -> c_long {
    // SAFETY: the caller's buffer has `len` bytes.
    check(unsafe { host::bf_write(descriptor, from, len) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pread(
    descriptor: c_int,
    to: *mut u8,
    len: usize,
    offset: c_long,
) -> c_long {
    // SAFETY: the caller's buffer has `len` bytes.
    check(unsafe { host::bf_read_at(descriptor, to, len, offset) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pread64(
    descriptor: c_int,
    to: *mut u8,
    len: usize,
    offset: c_long,
) -> c_long {
    // SAFETY: the same contract.
    unsafe { pread(descriptor, to, len, offset) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite(
    descriptor: c_int,
    from: *const u8,
    len: usize,
    offset: c_long,
) -> c_long {
    // SAFETY: the caller's buffer has `len` bytes.
    check(unsafe { host::bf_write_at(descriptor, from, len, offset) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pwrite64(
    descriptor: c_int,
    from: *const u8,
    len: usize,
    offset: c_long,
) -> c_long {
    // SAFETY: the same contract.
    unsafe { pwrite(descriptor, from, len, offset) }
}

#[unsafe(no_mangle)]
pub extern "C" fn lseek(descriptor: c_int, offset: c_long, whence: c_int) -> c_long {
    // SAFETY: the machine knows which descriptors are open, and checks the rest.
    check(unsafe { host::bf_seek(descriptor, offset, whence) })
}

#[unsafe(no_mangle)]
pub extern "C" fn lseek64(descriptor: c_int, offset: c_long, whence: c_int) -> c_long {
    lseek(descriptor, offset, whence)
}

#[unsafe(no_mangle)]
pub extern "C" fn isatty(descriptor: c_int) -> c_int {
    // SAFETY: the machine knows which descriptors are open.
    match unsafe { host::bf_terminal(descriptor) } {
        1.. => 1,
        0 => {
            errors::set(errors::ENOTTY);
            0
        }
        error => {
            errors::set(-error);
            0
        }
    }
}
