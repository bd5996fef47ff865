//! `mmap`: memory of its own, or what is in a file.
//!
//! A mapping is memory of the heap. Pages cannot be protected, so what asks for less access gets more.

use core::ffi::{c_int, c_long, c_void};
use core::ptr::null_mut;

use crate::allocate::{aligned_alloc, free, malloc};
use crate::errors;
use crate::memory::memset;
use crate::stdio::descriptor::{lseek, read};
use crate::threads::lock::Recursive;

const PAGE: usize = 4096;
const FAILED: *mut u8 = usize::MAX as *mut u8;

const WRITE: c_int = 2;
const SHARED: c_int = 1;
const FIXED: c_int = 0x10;
const ANONYMOUS: c_int = 0x20;

/// A mapping that there is.
struct Mapping {
    at: *mut u8,
    bytes: usize,
    next: *mut Mapping,
}

static LOCK: Recursive = Recursive::new();
static mut NEWEST: *mut Mapping = null_mut();

fn fail(error: c_int) -> *mut u8 {
    errors::set(error);
    FAILED
}

/// Reads a part of a file, from `offset` on; the file stays where it is. What is behind its end is zero.
unsafe fn fill(at: *mut u8, bytes: usize, file: c_int, offset: c_long) -> bool {
    const START: c_int = 0;
    const HERE: c_int = 1;
    let here = lseek(file, 0, HERE);
    if here < 0 || lseek(file, offset, START) < 0 {
        return false;
    }
    let mut done = 0;
    while done < bytes {
        // SAFETY: the caller's room.
        let got = unsafe { read(file, at.add(done), bytes - done) };
        if got <= 0 {
            break;
        }
        done += got as usize;
    }
    // SAFETY: as above.
    unsafe { memset(at.add(done), 0, bytes - done) };
    lseek(file, here, START);
    true
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mmap(
    wanted: *mut c_void,
    bytes: usize,
    access: c_int,
    flags: c_int,
    file: c_int,
    offset: c_long,
) -> *mut u8 {
    if bytes == 0 || flags & FIXED != 0 && !wanted.is_null() || offset & (PAGE as c_long - 1) != 0 {
        return fail(errors::EINVAL);
    }
    let of_file = flags & ANONYMOUS == 0;
    if of_file && flags & SHARED != 0 && access & WRITE != 0 {
        // The machine does not write files.
        return fail(errors::EACCES);
    }
    let Some(whole) = bytes.checked_next_multiple_of(PAGE) else { return fail(errors::ENOMEM) };
    // SAFETY: both are new; the list is changed under its lock.
    unsafe {
        let mapping = malloc(size_of::<Mapping>()).cast::<Mapping>();
        let at = aligned_alloc(PAGE, whole);
        if mapping.is_null() || at.is_null() {
            free(mapping.cast());
            free(at);
            return fail(errors::ENOMEM);
        }
        if !of_file {
            memset(at, 0, whole);
        } else if !fill(at, whole, file, offset) {
            free(mapping.cast());
            free(at);
            return FAILED;
        }
        let _held = LOCK.hold();
        mapping.write(Mapping { at, bytes: whole, next: NEWEST });
        NEWEST = mapping;
        at
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mmap64(
    wanted: *mut c_void,
    bytes: usize,
    access: c_int,
    flags: c_int,
    file: c_int,
    offset: c_long,
) -> *mut u8 {
    // SAFETY: the same contract.
    unsafe { mmap(wanted, bytes, access, flags, file, offset) }
}

/// Gives a whole mapping back; a part of one stays until the program ends.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn munmap(at: *mut u8, bytes: usize) -> c_int {
    if bytes == 0 || !(at as usize).is_multiple_of(PAGE) {
        errors::set(errors::EINVAL);
        return -1;
    }
    let _held = LOCK.hold();
    // SAFETY: the list holds whole mappings, and the lock is held.
    unsafe {
        let mut link = &raw mut NEWEST;
        while !(*link).is_null() {
            let mapping = *link;
            if (*mapping).at == at && (*mapping).bytes == bytes.next_multiple_of(PAGE) {
                *link = (*mapping).next;
                free(at);
                free(mapping.cast());
                break;
            }
            link = &raw mut (*mapping).next;
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn mprotect(_at: *mut c_void, _bytes: usize, _access: c_int) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn madvise(_at: *mut c_void, _bytes: usize, _advice: c_int) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn posix_madvise(_at: *mut c_void, _bytes: usize, _advice: c_int) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn msync(_at: *mut c_void, _bytes: usize, _flags: c_int) -> c_int {
    0
}
