//! What programs ask about files without reading them, and what they want to change about them beside
//! their content.
//!
//! Files and folders belong to user 0, who may do anything with them, and nobody else is there: what
//! changes permissions and owners succeeds and changes nothing.

use core::ffi::{c_int, c_long};

use super::place::{HERE, Place, told};
use crate::errors;
use crate::host::{self, CONSOLE, FOLDER, Told};

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

const REGULAR_MODE: u32 = 0o100_644;
const FOLDER_MODE: u32 = 0o040_755;
const CONSOLE_MODE: u32 = 0o020_620;

/// The path is empty, and the descriptor meant (`AT_EMPTY_PATH`).
const EMPTY_PATH: c_int = 0x1000;
/// `W_OK` and the others.
const MODES: c_int = 7;

/// # Safety
/// `to` has room for it.
unsafe fn tell(to: *mut Status, told: &Told) {
    const SECOND: u64 = 1_000_000_000;
    // SAFETY: the caller's.
    unsafe {
        to.write_bytes(0, 1);
        (*to).device = 1;
        (*to).number = told.number;
        (*to).links = 1;
        (*to).mode = match told.kind {
            FOLDER => FOLDER_MODE,
            CONSOLE => CONSOLE_MODE,
            _ => REGULAR_MODE,
        };
        (*to).size = told.size as c_long;
        (*to).block_size = 4096;
        (*to).blocks = told.size.div_ceil(512) as c_long;
        let (seconds, rest) = (told.changed_ns / SECOND, told.changed_ns % SECOND);
        let (seconds, rest) = (seconds as c_long, rest as c_long);
        (*to).times = [seconds, rest, seconds, rest, seconds, rest];
    }
}

/// What the machine tells of a path; or the error.
///
/// # Safety
/// A string or null.
unsafe fn ask(folder: c_int, path: *const u8) -> Result<Told, c_int> {
    // SAFETY: by this function's contract; the place lives as long as the call.
    unsafe {
        let mut place = Place::new();
        let path = place.whole(folder, path)?;
        told(|told| host::bf_status(-1, path, told))
    }
}

/// Whether what has a path is a folder; `None`: nothing has it.
///
/// # Safety
/// A string.
pub unsafe fn is_folder(path: *const u8) -> Option<bool> {
    // SAFETY: by this function's contract.
    unsafe { ask(HERE, path) }.ok().map(|told| told.kind == FOLDER)
}

fn ask_open(file: c_int) -> Result<Told, c_int> {
    // SAFETY: the machine knows which descriptors are open.
    told(|told| unsafe { host::bf_status(file, core::ptr::null(), told) })
}

/// # Safety
/// `to` has room for a status.
unsafe fn answer(told: Result<Told, c_int>, to: *mut Status) -> c_int {
    match told {
        Ok(told) => {
            // SAFETY: by this function's contract.
            unsafe { tell(to, &told) };
            0
        }
        Err(error) => {
            errors::set(error);
            -1
        }
    }
}

/// 0 for what is there.
fn nothing_to_do(told: Result<Told, c_int>) -> c_int {
    match told {
        Ok(_) => 0,
        Err(error) => {
            errors::set(error);
            -1
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fstatat(
    folder: c_int,
    path: *const u8,
    to: *mut Status,
    flags: c_int,
) -> c_int {
    // SAFETY: a string, and the caller's place for the answer.
    unsafe {
        let empty = flags & EMPTY_PATH != 0 && !path.is_null() && *path == 0;
        answer(if empty { ask_open(folder) } else { ask(folder, path) }, to)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fstatat64(
    folder: c_int,
    path: *const u8,
    to: *mut Status,
    flags: c_int,
) -> c_int {
    // SAFETY: the same contract.
    unsafe { fstatat(folder, path, to, flags) }
}

/// There are no links, so none is followed, nor could be.
macro_rules! as_stat {
    ($($name:ident)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(path: *const u8, to: *mut Status) -> c_int {
            // SAFETY: a string, and the caller's place for the answer.
            unsafe { answer(ask(HERE, path), to) }
        }
    )*};
}

as_stat!(stat stat64 lstat lstat64);

macro_rules! as_fstat {
    ($($name:ident)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(file: c_int, to: *mut Status) -> c_int {
            // SAFETY: the caller's place for the answer.
            unsafe { answer(ask_open(file), to) }
        }
    )*};
}

as_fstat!(fstat fstat64);

#[unsafe(no_mangle)]
pub unsafe extern "C" fn faccessat(
    folder: c_int,
    path: *const u8,
    mode: c_int,
    _flags: c_int,
) -> c_int {
    const RUN: c_int = 1;
    if mode & !MODES != 0 {
        errors::set(errors::EINVAL);
        return -1;
    }
    // SAFETY: a string.
    match unsafe { ask(folder, path) } {
        // There is nothing to be run.
        Ok(told) if mode & RUN != 0 && told.kind != FOLDER => {
            errors::set(errors::EACCES);
            -1
        }
        told => nothing_to_do(told),
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn access(path: *const u8, mode: c_int) -> c_int {
    // SAFETY: a string.
    unsafe { faccessat(HERE, path, mode, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn euidaccess(path: *const u8, mode: c_int) -> c_int {
    // SAFETY: a string.
    unsafe { faccessat(HERE, path, mode, 0) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn chmod(path: *const u8, _mode: u32) -> c_int {
    // SAFETY: a string.
    nothing_to_do(unsafe { ask(HERE, path) })
}

#[unsafe(no_mangle)]
pub extern "C" fn fchmod(file: c_int, _mode: u32) -> c_int {
    nothing_to_do(ask_open(file))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fchmodat(
    folder: c_int,
    path: *const u8,
    _mode: u32,
    _flags: c_int,
) -> c_int {
    // SAFETY: a string.
    nothing_to_do(unsafe { ask(folder, path) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn chown(path: *const u8, _user: u32, _group: u32) -> c_int {
    // SAFETY: a string.
    nothing_to_do(unsafe { ask(HERE, path) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lchown(path: *const u8, _user: u32, _group: u32) -> c_int {
    // SAFETY: a string.
    nothing_to_do(unsafe { ask(HERE, path) })
}

#[unsafe(no_mangle)]
pub extern "C" fn fchown(file: c_int, _user: u32, _group: u32) -> c_int {
    nothing_to_do(ask_open(file))
}

/// Times of files are the machine's to set.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn utimensat(
    folder: c_int,
    path: *const u8,
    _times: *const c_long,
    _flags: c_int,
) -> c_int {
    // SAFETY: a string, or null for the descriptor itself.
    nothing_to_do(if path.is_null() { ask_open(folder) } else { unsafe { ask(folder, path) } })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn futimens(file: c_int, _times: *const c_long) -> c_int {
    nothing_to_do(ask_open(file))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn utimes(path: *const u8, _times: *const c_long) -> c_int {
    // SAFETY: a string.
    nothing_to_do(unsafe { ask(HERE, path) })
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn utime(path: *const u8, _times: *const c_long) -> c_int {
    // SAFETY: a string.
    nothing_to_do(unsafe { ask(HERE, path) })
}

#[unsafe(no_mangle)]
pub extern "C" fn umask(_mask: u32) -> u32 {
    0o022
}
