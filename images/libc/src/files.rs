//! What programs ask about files without reading them.
//!
//! The machine opens files for reading, in folders that cannot be listed yet, so that is what the answers
//! say: regular files and folders that nobody may change, owned by user 0, of no known age.

use core::ffi::{c_int, c_long};
use core::ptr::null_mut;

use crate::allocate::malloc;
use crate::errors::{self, check};
use crate::host;
use crate::memory::memcpy;
use crate::stdio::descriptor::{self, lseek};
use crate::strings::strlen;

/// `struct stat` of x86-64 (Linux, `asm/stat.h`): 144 bytes.
#[repr(C)]
pub struct Status {
    device: u64,
    number: u64,
    links: u64,
    mode: u32,
    user: u32,
    group: u32,
    pad: u32,
    special: u64,
    size: c_long,
    block_size: c_long,
    /// Blocks of 512 bytes.
    blocks: c_long,
    /// Of access, change and status: seconds and nanoseconds.
    times: [c_long; 6],
    reserved: [c_long; 3],
}

const REGULAR: u32 = 0o100_444;
const FOLDER: u32 = 0o040_555;
const CHARACTERS: u32 = 0o020_620;

const START: c_int = 0;
const HERE: c_int = 1;
const END: c_int = 2;

/// Room for the longest path, its NUL counted (`PATH_MAX`).
const PATH: usize = 4096;

/// # Safety
/// `to` has room for it.
unsafe fn tell(to: *mut Status, mode: u32, size: c_long) {
    // SAFETY: the caller's.
    unsafe {
        to.write_bytes(0, 1);
        (*to).number = 1;
        (*to).links = 1;
        (*to).mode = mode;
        (*to).size = size;
        (*to).block_size = 4096;
        (*to).blocks = size.div_euclid(512) + c_long::from(size % 512 != 0);
    }
}

/// The size of an open file, which stays where it is.
pub fn size_of(file: c_int) -> c_long {
    let here = lseek(file, 0, HERE);
    if here < 0 {
        return here;
    }
    let size = lseek(file, 0, END);
    lseek(file, here, START);
    size
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn stat(path: *const u8, to: *mut Status) -> c_int {
    // SAFETY: a string, and the caller's place for the answer.
    unsafe {
        let file = host::bf_open(path, 0);
        if file == -errors::EISDIR {
            tell(to, FOLDER, 0);
            return 0;
        }
        if check(c_long::from(file)) < 0 {
            return -1;
        }
        tell(to, REGULAR, host::bf_seek(file, 0, END));
        host::bf_close(file);
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fstat(file: c_int, to: *mut Status) -> c_int {
    // SAFETY: the machine knows which descriptors are open; the caller's place for the answer.
    unsafe {
        if descriptor::is_console(file) {
            tell(to, CHARACTERS, 0);
            return 0;
        }
        let size = size_of(file);
        if size < 0 {
            return -1;
        }
        tell(to, REGULAR, size);
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lstat(path: *const u8, to: *mut Status) -> c_int {
    // SAFETY: the same contract; there are no links.
    unsafe { stat(path, to) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn stat64(path: *const u8, to: *mut Status) -> c_int {
    // SAFETY: the same contract.
    unsafe { stat(path, to) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lstat64(path: *const u8, to: *mut Status) -> c_int {
    // SAFETY: the same contract.
    unsafe { stat(path, to) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fstat64(file: c_int, to: *mut Status) -> c_int {
    // SAFETY: the same contract.
    unsafe { fstat(file, to) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn access(path: *const u8, mode: c_int) -> c_int {
    const WRITE: c_int = 2;
    if mode & WRITE != 0 {
        // SAFETY: a string.
        return unsafe { descriptor::refuse(path) };
    }
    let mut status = core::mem::MaybeUninit::uninit();
    // SAFETY: a string, and room for the answer.
    unsafe { stat(path, status.as_mut_ptr()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlink(path: *const u8) -> c_int {
    // SAFETY: a string.
    unsafe { descriptor::refuse(path) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rmdir(path: *const u8) -> c_int {
    // SAFETY: a string.
    unsafe { descriptor::refuse(path) }
}

/// Programs begin at the root.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn getcwd(to: *mut u8, room: usize) -> *mut u8 {
    const ROOT: &[u8] = b"/\0";
    // SAFETY: the caller's room, or new.
    unsafe {
        let to = if to.is_null() { malloc(room.max(ROOT.len())) } else { to };
        if to.is_null() {
            return null_mut();
        }
        if room < ROOT.len() {
            errors::set(if room == 0 { errors::EINVAL } else { errors::ERANGE });
            return null_mut();
        }
        memcpy(to, ROOT.as_ptr(), ROOT.len())
    }
}

/// A path from the root, without `.`, `..` and empty parts, of something that is there.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn realpath(path: *const u8, to: *mut u8) -> *mut u8 {
    // SAFETY: a string, and the caller's room for the longest path, or new.
    unsafe {
        if path.is_null() {
            errors::set(errors::EINVAL);
            return null_mut();
        }
        if access(path, 0) < 0 {
            return null_mut();
        }
        let len = strlen(path);
        if len + 2 > PATH {
            errors::set(errors::ENAMETOOLONG);
            return null_mut();
        }
        let to = if to.is_null() { malloc(PATH) } else { to };
        if to.is_null() {
            return null_mut();
        }
        let (mut from, mut end) = (0, 0);
        while from < len {
            let part = path.add(from);
            let mut size = 0;
            while from + size < len && *part.add(size) != b'/' {
                size += 1;
            }
            from += size + 1;
            match (size, *part) {
                (0, _) | (1, b'.') => {}
                (2, b'.') if *part.add(1) == b'.' => {
                    while end > 0 {
                        end -= 1;
                        if *to.add(end) == b'/' {
                            break;
                        }
                    }
                }
                _ => {
                    *to.add(end) = b'/';
                    memcpy(to.add(end + 1), part, size);
                    end += size + 1;
                }
            }
        }
        if end == 0 {
            *to = b'/';
            end = 1;
        }
        *to.add(end) = 0;
        to
    }
}

/// There are no links to read.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn readlink(path: *const u8, _to: *mut u8, _room: usize) -> c_long {
    // SAFETY: a string.
    if unsafe { access(path, 0) } == 0 {
        errors::set(errors::EINVAL);
    }
    -1
}

/// `struct pollfd`.
#[repr(C)]
pub struct Poll {
    file: c_int,
    wanted: i16,
    is: i16,
}

/// Files and the console are always ready: who reads the console waits there. Without any it is a way to
/// sleep.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn poll(list: *mut Poll, count: usize, milliseconds: c_int) -> c_int {
    const READY: i16 = 1 | 4;
    const NOT_OPEN: i16 = 0x20;
    let mut ready = 0;
    for at in 0..count {
        // SAFETY: the caller's list.
        let entry = unsafe { &mut *list.add(at) };
        entry.is = match entry.file {
            ..0 => 0,
            file if descriptor::is_console(file) || size_of(file) >= 0 => entry.wanted & READY,
            _ => NOT_OPEN,
        };
        ready += c_int::from(entry.is != 0);
    }
    if ready == 0 && milliseconds > 0 {
        // SAFETY: without conditions.
        unsafe { crate::time::usleep(milliseconds as u32 * 1_000) };
    }
    ready
}
