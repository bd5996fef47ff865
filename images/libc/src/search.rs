//! `<search.h>`: looking through arrays.

use core::ffi::c_int;

use crate::memory::memcpy;

type Compare = unsafe extern "C" fn(*const u8, *const u8) -> c_int;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn lfind(
    key: *const u8,
    base: *mut u8,
    count: *mut usize,
    size: usize,
    compare: Compare,
) -> *mut u8 {
    // SAFETY: the caller's: so many elements of this size, and a function that compares them.
    unsafe {
        for index in 0..*count {
            let at = base.add(index * size);
            if compare(key, at) == 0 {
                return at;
            }
        }
    }
    core::ptr::null_mut()
}

/// As [`lfind`]; what is not there is appended.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lsearch(
    key: *const u8,
    base: *mut u8,
    count: *mut usize,
    size: usize,
    compare: Compare,
) -> *mut u8 {
    // SAFETY: as for `lfind`, with room for one more.
    unsafe {
        let found = lfind(key, base, count, size, compare);
        if !found.is_null() {
            return found;
        }
        let at = base.add(*count * size);
        memcpy(at, key, size);
        *count += 1;
        at
    }
}
