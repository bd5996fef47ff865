//! Environment variables, and the program's own name.
//!
//! The machine sets the variables below before the program starts, where a program has them
//! (docs/design/programs.md, "How a program starts"). Functions here take what their namesakes in POSIX take,
//! which is what their `SAFETY` lines cite.

use core::ffi::c_int;
use core::ptr::null_mut;

use crate::allocate::{malloc, realloc};
use crate::errors;
use crate::memory::memcpy;
use crate::strings::{strchrnul, strlen, strncmp};

unsafe extern "C" {
    /// `NAME=value` each, with a null behind the last. A program may put a list of its own there,
    /// or null.
    static mut environ: *mut *mut u8;
}

/// The index of a name of `len` bytes, or how many variables there are.
unsafe fn find(name: *const u8, len: usize) -> Result<usize, usize> {
    // SAFETY: the list is one of strings that ends in a null, and the name has `len` bytes.
    unsafe {
        let mut at = 0;
        while !environ.is_null() && !(*environ.add(at)).is_null() {
            let variable = *environ.add(at);
            if strncmp(variable, name, len) == 0 && *variable.add(len) == b'=' {
                return Ok(at);
            }
            at += 1;
        }
        Err(at)
    }
}

/// The length of a name; 0 of what cannot be one.
unsafe fn name_len(name: *const u8) -> usize {
    // SAFETY: null, or a string.
    unsafe {
        if name.is_null() {
            return 0;
        }
        let end = strchrnul(name, c_int::from(b'='));
        if *end == 0 { end.offset_from(name) as usize } else { 0 }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn getenv(name: *const u8) -> *mut u8 {
    // SAFETY: the name is a string, and the variable that `find` found is longer than it.
    unsafe {
        let len = strlen(name);
        match find(name, len) {
            Ok(at) => (*environ.add(at)).add(len + 1),
            Err(_) => null_mut(),
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn secure_getenv(name: *const u8) -> *mut u8 {
    // SAFETY: as for `getenv`; no program here has more rights than another.
    unsafe { getenv(name) }
}

/// Makes the program's own text `NAME=value` a variable.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn putenv(text: *mut u8) -> c_int {
    // SAFETY: the text is a string that stays; `LIST` has room for `count` entries and two more
    // where they are written; POSIX has one thread at a time here.
    unsafe {
        let len = strchrnul(text, c_int::from(b'=')).offset_from(text) as usize;
        if *text.add(len) == 0 {
            return unsetenv(text);
        }
        let at = match find(text, len) {
            Ok(at) => at,
            Err(count) => {
                let bytes = (count + 2) * size_of::<*mut u8>();
                let longer: *mut *mut u8 = realloc(LIST, bytes).cast();
                if longer.is_null() {
                    return -1;
                }
                // A program may have put a list of its own in the place of ours.
                if environ != LIST.cast() && count > 0 {
                    memcpy(longer.cast(), environ.cast(), count * size_of::<*mut u8>());
                }
                LIST = longer.cast();
                environ = longer;
                *environ.add(count + 1) = null_mut();
                count
            }
        };
        *environ.add(at) = text;
    }
    0
}

/// The list that we allocated.
static mut LIST: *mut u8 = null_mut();

#[unsafe(no_mangle)]
pub unsafe extern "C" fn setenv(name: *const u8, value: *const u8, replace: c_int) -> c_int {
    // SAFETY: two strings; the new text has room for both, `=` and NUL.
    unsafe {
        let len = name_len(name);
        if len == 0 {
            errors::set(errors::EINVAL);
            return -1;
        }
        if replace == 0 && find(name, len).is_ok() {
            return 0;
        }
        let value_len = strlen(value);
        let text = malloc(len + value_len + 2);
        if text.is_null() {
            return -1;
        }
        memcpy(text, name, len);
        *text.add(len) = b'=';
        memcpy(text.add(len + 1), value, value_len + 1);
        putenv(text)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn unsetenv(name: *const u8) -> c_int {
    // SAFETY: a string; `find` gives places in the list, which ends in a null.
    unsafe {
        let len = name_len(name);
        if len == 0 {
            errors::set(errors::EINVAL);
            return -1;
        }
        while let Ok(mut at) = find(name, len) {
            while !(*environ.add(at)).is_null() {
                *environ.add(at) = *environ.add(at + 1);
                at += 1;
            }
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn clearenv() -> c_int {
    // SAFETY: POSIX has one thread at a time here.
    unsafe { environ = null_mut() };
    0
}
