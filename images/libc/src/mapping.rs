//! `mmap`: memory of its own, or what is in a file.
//!
//! A mapping is memory of the heap. Pages cannot be protected, so what asks for less access gets more.
//! What a program writes into a shared mapping of a file comes to the file when the mapping is synchronised
//! or given back, and when the program ends.

use core::ffi::{c_int, c_long, c_void};
use core::ptr::null_mut;

use crate::allocate::{aligned_alloc, free, malloc};
use crate::errors;
use crate::host;
use crate::memory::memset;
use crate::stdio::descriptor::{close, pread, pwrite};
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
    /// The file that gets what is written here, under a descriptor of ours; -1: none.
    file: c_int,
    offset: c_long,
    next: *mut Mapping,
}

static LOCK: Recursive = Recursive::new();
static mut NEWEST: *mut Mapping = null_mut();

fn fail(error: c_int) -> *mut u8 {
    errors::set(error);
    FAILED
}

/// Reads a part of a file, from `offset` on. What is behind its end is zero.
unsafe fn fill(at: *mut u8, bytes: usize, file: c_int, offset: c_long) -> bool {
    // SAFETY: the caller's room.
    unsafe {
        let got = pread(file, at, bytes, offset);
        if got < 0 {
            return false;
        }
        memset(at.add(got as usize), 0, bytes - got as usize);
    }
    true
}

/// Writes a shared mapping to its file, as far as that reaches; whether it could.
unsafe fn store(mapping: *const Mapping) -> bool {
    // SAFETY: a mapping that there is.
    unsafe {
        let Mapping { at, bytes, file, offset, .. } = *mapping;
        if file < 0 {
            return true;
        }
        let ask = |told| host::bf_status(file, core::ptr::null(), told);
        let size = crate::files::place::told(ask).map_or(0, |told| told.size as c_long);
        let count = (size - offset).clamp(0, bytes as c_long);
        pwrite(file, at, count as usize, offset) == count
    }
}

/// What a program has left mapped when it ends.
unsafe extern "C" fn store_all(_: *mut c_void) {
    let _held = LOCK.hold();
    // SAFETY: the list holds what is mapped, and the lock is held.
    unsafe {
        let mut mapping = NEWEST;
        while !mapping.is_null() {
            store(mapping);
            mapping = (*mapping).next;
        }
    }
}

/// A descriptor of ours for the file of a shared mapping that is written to; whether there is one.
unsafe fn keep(mapping: *mut Mapping, file: c_int) -> bool {
    const BOTH: c_int = 2;
    static mut AT_END: bool = false;
    // SAFETY: a new mapping; the lock is held.
    unsafe {
        if host::bf_flags(file, -1) & 3 != BOTH {
            errors::set(errors::EACCES);
            return false;
        }
        (*mapping).file = errors::check(c_long::from(host::bf_duplicate(file, 3, 0))) as c_int;
        if !AT_END {
            AT_END = true;
            crate::process::__cxa_atexit(Some(store_all), null_mut(), null_mut());
        }
        (*mapping).file >= 0
    }
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
    let stores = of_file && flags & SHARED != 0 && access & WRITE != 0;
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
        mapping.write(Mapping { at, bytes: whole, file: -1, offset, next: NEWEST });
        if stores && !keep(mapping, file) {
            free(mapping.cast());
            free(at);
            return FAILED;
        }
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
                store(mapping);
                if (*mapping).file >= 0 {
                    close((*mapping).file);
                }
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
pub unsafe extern "C" fn msync(at: *mut c_void, bytes: usize, flags: c_int) -> c_int {
    const NOT_LATER: c_int = 4;
    let _held = LOCK.hold();
    let (start, end) = (at as usize, at as usize + bytes);
    // SAFETY: the list holds what is mapped, and the lock is held.
    unsafe {
        let mut mapping = NEWEST;
        while !mapping.is_null() {
            let from = (*mapping).at as usize;
            if from < end && start < from + (*mapping).bytes && (*mapping).file >= 0 {
                if !store(mapping) {
                    return -1;
                }
                if flags & NOT_LATER != 0 && crate::files::change::fsync((*mapping).file) < 0 {
                    return -1;
                }
            }
            mapping = (*mapping).next;
        }
    }
    0
}
