//! `<glob.h>`: the names of files that fit a pattern (POSIX, "Shell Command Language", 2.13.3), with glibc's
//! braces and `~`.
//!
//! A pattern is followed part by part between its slashes. Parts without special bytes are taken as they are, so
//! that no folder is listed for them; of others the folder so far is listed, and closed before what fits
//! is looked into.

mod braces;
mod flags;
mod search;

use core::ffi::{c_int, c_void};
use core::ptr::null_mut;

use crate::allocate::{free, realloc};
use crate::errors;
use crate::list::List;
use crate::strings::strlen;
use flags::{APPEND, Failure, KNOWN, MAGIC, NO_CHECK, NO_MAGIC, OFFSETS, OnError};
use search::Search;

const NO_MATCH: c_int = 3;

/// `glob_t` of glibc.
#[repr(C)]
pub struct Found {
    count: usize,
    paths: *mut *mut u8,
    offsets: usize,
    flags: c_int,
    functions: [*mut c_void; 5],
}

/// Room for the paths behind those that are there, and behind the offsets.
unsafe fn hand_over(search: &Search, found: *mut Found) -> Result<(), Failure> {
    // SAFETY: the caller's result; its list is from `realloc`, or null.
    unsafe {
        let offsets = if search.has(OFFSETS) { (*found).offsets } else { 0 };
        let before = offsets + (*found).count;
        let room = (before + search.found.len() + 1) * size_of::<*mut u8>();
        let paths = realloc((*found).paths.cast(), room).cast::<*mut u8>();
        if paths.is_null() {
            return Err(Failure::NoSpace);
        }
        (*found).paths = paths;
        if (*found).count == 0 {
            for at in 0..offsets {
                *paths.add(at) = null_mut();
            }
        }
        for at in 0..search.found.len() {
            *paths.add(before + at) = search.found.get(at);
        }
        *paths.add(before + search.found.len()) = null_mut();
        (*found).count += search.found.len();
    }
    Ok(())
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn glob(
    pattern: *const u8,
    flags: c_int,
    on_error: OnError,
    found: *mut Found,
) -> c_int {
    if flags & !KNOWN != 0 {
        errors::set(errors::EINVAL);
        return -1;
    }
    let mut search = Search { flags, on_error, found: List::new() };
    // SAFETY: the caller's: a string, and a result, which holds one already where it is appended to.
    unsafe {
        if flags & APPEND == 0 {
            (*found).count = 0;
            (*found).paths = null_mut();
        }
        if flags & OFFSETS == 0 && flags & APPEND == 0 {
            (*found).offsets = 0;
        }
        (*found).flags = flags | if search.is_special(pattern) { MAGIC } else { 0 };
        let mut done = search.unbraced(pattern);
        let as_it_is = search.has(NO_CHECK) || (search.has(NO_MAGIC) && search.is_plain(pattern));
        if done.is_ok() && search.found.is_empty() && as_it_is {
            done = search.add(pattern, strlen(pattern));
        }
        let told = if search.found.is_empty() { Ok(()) } else { hand_over(&search, found) };
        match (done, told) {
            (Err(failure), _) | (_, Err(failure)) => failure as c_int,
            _ if search.found.is_empty() => NO_MATCH,
            _ => 0,
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn globfree(found: *mut Found) {
    // SAFETY: the caller's result.
    unsafe {
        if (*found).paths.is_null() {
            return;
        }
        let offsets = if (*found).flags & OFFSETS != 0 { (*found).offsets } else { 0 };
        for at in 0..(*found).count {
            free(*(*found).paths.add(offsets + at));
        }
        free((*found).paths.cast());
        (*found).paths = null_mut();
        (*found).count = 0;
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn glob64(
    pattern: *const u8,
    flags: c_int,
    on_error: OnError,
    found: *mut Found,
) -> c_int {
    // SAFETY: the same contract.
    unsafe { glob(pattern, flags, on_error, found) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn globfree64(found: *mut Found) {
    // SAFETY: the same contract.
    unsafe { globfree(found) }
}
