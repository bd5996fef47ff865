//! What programs built with `_FORTIFY_SOURCE` call: the function of the same name with the size
//! of the target, beyond which nothing is written.

use core::ffi::c_int;

use crate::host::bf_abort;
use crate::memory::{memcpy, memmove, memset};
use crate::stdio::file::File;
use crate::strings::{stpcpy, strcat, strcpy, strlen, strncat, strncpy, strnlen};

unsafe fn within(bytes: usize, room: usize) {
    if bytes > room {
        // SAFETY: the text has a NUL.
        unsafe { bf_abort(c"a buffer overflow was detected".as_ptr().cast()) }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __memcpy_chk(
    to: *mut u8,
    from: *const u8,
    len: usize,
    room: usize,
) -> *mut u8 {
    // SAFETY: the caller's, as for the function without a check; the room was just compared.
    unsafe {
        within(len, room);
        memcpy(to, from, len)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __memmove_chk(
    to: *mut u8,
    from: *const u8,
    len: usize,
    room: usize,
) -> *mut u8 {
    // SAFETY: the caller's, as for the function without a check; the room was just compared.
    unsafe {
        within(len, room);
        memmove(to, from, len)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __memset_chk(to: *mut u8, c: c_int, len: usize, room: usize) -> *mut u8 {
    // SAFETY: the caller's, as for the function without a check; the room was just compared.
    unsafe {
        within(len, room);
        memset(to, c, len)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __strcpy_chk(to: *mut u8, from: *const u8, room: usize) -> *mut u8 {
    // SAFETY: the caller's, as for the function without a check; the room was just compared.
    unsafe {
        within(strlen(from).saturating_add(1), room);
        strcpy(to, from)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __stpcpy_chk(to: *mut u8, from: *const u8, room: usize) -> *mut u8 {
    // SAFETY: the caller's, as for the function without a check; the room was just compared.
    unsafe {
        within(strlen(from).saturating_add(1), room);
        stpcpy(to, from)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __strncpy_chk(
    to: *mut u8,
    from: *const u8,
    len: usize,
    room: usize,
) -> *mut u8 {
    // SAFETY: the caller's, as for the function without a check; the room was just compared.
    unsafe {
        within(len, room);
        strncpy(to, from, len)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __strcat_chk(to: *mut u8, from: *const u8, room: usize) -> *mut u8 {
    // SAFETY: the caller's, as for the function without a check; the room was just compared.
    unsafe {
        within((strlen(to) + strlen(from)).saturating_add(1), room);
        strcat(to, from)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __strncat_chk(
    to: *mut u8,
    from: *const u8,
    most: usize,
    room: usize,
) -> *mut u8 {
    // SAFETY: the caller's, as for the function without a check; the room was just compared.
    unsafe {
        within((strlen(to) + strnlen(from, most)).saturating_add(1), room);
        strncat(to, from, most)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __fgets_chk(
    to: *mut u8,
    room: usize,
    most: c_int,
    file: *mut File,
) -> *mut u8 {
    // SAFETY: the caller's, as for the function without a check; the room was just compared.
    unsafe {
        within(most.max(0) as usize, room);
        crate::stdio::read::fgets(to, most, file)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __fread_chk(
    to: *mut u8,
    room: usize,
    size: usize,
    count: usize,
    file: *mut File,
) -> usize {
    // SAFETY: the caller's, as for the function without a check; the room was just compared.
    unsafe {
        within(size.saturating_mul(count), room);
        crate::stdio::read::fread(to, size, count, file)
    }
}
