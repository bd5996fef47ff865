//! Descriptors: `open`, `read`, `write` and their relatives, and `errno` after each of them.
//!
//! The machine opens files for reading only, so what more a program may want to do with one is
//! refused here, with the error that a file system gives which is mounted for reading.
//!
//! The machine's descriptors are the program's, but for the first three: a program may close
//! those, and what it opens then takes the lowest place that is free.

use core::ffi::{c_int, c_long};
use core::sync::atomic::{AtomicI32, Ordering};

use crate::errors::{self, check};
use crate::host;

/// Flags of `open`, as Linux numbers them. What is not here changes nothing where files are only
/// read: `O_CLOEXEC`, `O_NONBLOCK`, `O_NOFOLLOW` (there are no links), `O_LARGEFILE`, `O_SYNC` ...
const ACCESS: c_int = 3;
const FOR_READING: c_int = 0;
pub const FOR_WRITING: c_int = 1;
pub const FOR_BOTH: c_int = 2;
pub const CREATE: c_int = 0o100;
pub const EXCLUSIVE: c_int = 0o200;
pub const TRUNCATE: c_int = 0o1000;
const DIRECTORY: c_int = 0o200_000;

/// What the first three descriptors are to the machine; [`CLOSED`] once they are closed.
static STANDARD: [AtomicI32; 3] = [AtomicI32::new(0), AtomicI32::new(1), AtomicI32::new(2)];
const CLOSED: c_int = -1;

/// The place of one of the first three descriptors.
fn standard(descriptor: c_int) -> Option<&'static AtomicI32> {
    STANDARD.get(usize::try_from(descriptor).ok()?)
}

/// What a descriptor is to the machine. Of one that is closed it says what it says of any number
/// that it does not know.
fn to_host(descriptor: c_int) -> c_int {
    match standard(descriptor) {
        Some(place) => place.load(Ordering::Relaxed),
        None => descriptor,
    }
}

/// Whether a descriptor is that of the console.
pub fn is_console(descriptor: c_int) -> bool {
    (0..3).contains(&to_host(descriptor))
}

/// The machine has no second descriptor for what is open.
#[unsafe(no_mangle)]
pub extern "C" fn dup(_descriptor: c_int) -> c_int {
    errors::set(errors::EMFILE);
    -1
}

/// Opens a file.
///
/// Whether there is one decides some errors, so it is opened before the flags are looked at.
///
/// # Safety
/// `path` is a string or null.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open(path: *const u8, flags: c_int) -> c_int {
    if path.is_null() || flags & ACCESS == ACCESS {
        errors::set(if path.is_null() { errors::EFAULT } else { errors::EINVAL });
        return -1;
    }
    // SAFETY: by this function's contract.
    let found = unsafe { host::bf_open(path, 0) };
    let error = if found < 0 {
        match -found {
            errors::ENOENT if flags & CREATE != 0 => errors::EROFS,
            error => error,
        }
    } else if flags & CREATE != 0 && flags & EXCLUSIVE != 0 {
        errors::EEXIST
    } else if flags & DIRECTORY != 0 {
        errors::ENOTDIR
    } else if flags & ACCESS != FOR_READING || flags & TRUNCATE != 0 {
        errors::EROFS
    } else {
        return lowest(found);
    };
    if found >= 0 {
        // SAFETY: the descriptor was just opened, and nobody knows it.
        unsafe { host::bf_close(found) };
    }
    errors::set(error);
    -1
}

/// Refuses to change what has this path: -1, and in `errno` that it is only there to be read, or
/// why it cannot be found.
///
/// # Safety
/// `path` is a string.
pub unsafe fn refuse(path: *const u8) -> c_int {
    // SAFETY: by this function's contract; a descriptor that was just opened is nobody's.
    let found = unsafe {
        let found = host::bf_open(path, 0);
        if found >= 0 {
            host::bf_close(found);
        }
        found
    };
    errors::set(match -found {
        error @ 1.. if error != errors::EISDIR => error,
        _ => errors::EROFS,
    });
    -1
}

/// The descriptor that the program gets for one of the machine's.
fn lowest(opened: c_int) -> c_int {
    for descriptor in 0..3 {
        let (order, closed) = (Ordering::Relaxed, CLOSED);
        let takes =
            |place: &AtomicI32| place.compare_exchange(closed, opened, order, order).is_ok();
        if standard(descriptor).is_some_and(takes) {
            return descriptor;
        }
    }
    opened
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn open64(path: *const u8, flags: c_int) -> c_int {
    // SAFETY: the same contract.
    unsafe { open(path, flags) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn creat(path: *const u8, _mode: u32) -> c_int {
    // SAFETY: the same contract.
    unsafe { open(path, FOR_WRITING | CREATE | TRUNCATE) }
}

/// What fortified programs call when they leave out the third argument.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __open_2(path: *const u8, flags: c_int) -> c_int {
    // SAFETY: the same contract.
    unsafe { open(path, flags) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __open64_2(path: *const u8, flags: c_int) -> c_int {
    // SAFETY: the same contract.
    unsafe { open(path, flags) }
}

#[unsafe(no_mangle)]
pub extern "C" fn close(descriptor: c_int) -> c_int {
    let standard = standard(descriptor).map(|place| place.swap(CLOSED, Ordering::Relaxed));
    let host = standard.unwrap_or(descriptor);
    if standard.is_some() {
        // The console stays open for the machine.
        if (0..3).contains(&host) {
            return 0;
        }
    }
    // SAFETY: the machine knows which descriptors are open.
    check(c_long::from(unsafe { host::bf_close(host) })) as c_int
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn read(descriptor: c_int, to: *mut u8, len: usize) -> c_long {
    // SAFETY: the caller's buffer has `len` bytes.
    check(unsafe { host::bf_read(to_host(descriptor), to, len) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(descriptor: c_int, from: *const u8, len: usize) -> c_long {
    // SAFETY: the caller's buffer has `len` bytes.
    check(unsafe { host::bf_write(to_host(descriptor), from, len) })
}

#[unsafe(no_mangle)]
pub extern "C" fn lseek(descriptor: c_int, offset: c_long, whence: c_int) -> c_long {
    // SAFETY: the machine knows which descriptors are open, and checks the rest.
    check(unsafe { host::bf_seek(to_host(descriptor), offset, whence) })
}

#[unsafe(no_mangle)]
pub extern "C" fn lseek64(descriptor: c_int, offset: c_long, whence: c_int) -> c_long {
    lseek(descriptor, offset, whence)
}

#[unsafe(no_mangle)]
pub extern "C" fn isatty(descriptor: c_int) -> c_int {
    // SAFETY: the machine knows which descriptors are open.
    match unsafe { host::bf_terminal(to_host(descriptor)) } {
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
