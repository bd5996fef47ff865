//! The parts of a path, as `libgen.h` has them. The `basename` of `string.h` is with the other texts.

use core::ffi::c_char;

use crate::strings::strlen;

const SLASH: u8 = b'/';

/// What stands for the folder a program is in.
static HERE: [u8; 2] = *b".\0";

fn here() -> *mut c_char {
    // Callers may write into what they gave only, and that was nothing.
    HERE.as_ptr().cast_mut().cast()
}

/// The length of the text without slashes at its end; 1 if there are only such.
unsafe fn without_slashes(path: *const u8, mut len: usize) -> usize {
    // SAFETY: the text has so many bytes.
    unsafe {
        while len > 1 && *path.add(len - 1) == SLASH {
            len -= 1;
        }
    }
    len
}

/// Where the last name begins in so many bytes.
unsafe fn last_name(path: *const u8, len: usize) -> usize {
    let mut at = len;
    // SAFETY: the text has so many bytes.
    unsafe {
        while at > 0 && *path.add(at - 1) != SLASH {
            at -= 1;
        }
    }
    at
}

/// `basename` of POSIX, of `libgen.h`: the last name, slashes behind it not counted. The path is changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __xpg_basename(path: *mut c_char) -> *mut c_char {
    // SAFETY: null or a string, which may be changed.
    unsafe {
        if path.is_null() || *path == 0 {
            return here();
        }
        let len = without_slashes(path.cast(), strlen(path.cast()));
        *path.add(len) = 0;
        if len == 1 {
            return path;
        }
        path.add(last_name(path.cast(), len))
    }
}

/// What stands before the last name, without slashes at its end. The path is changed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn dirname(path: *mut c_char) -> *mut c_char {
    // SAFETY: null or a string, which may be changed.
    unsafe {
        if path.is_null() {
            return here();
        }
        let len = without_slashes(path.cast(), strlen(path.cast()));
        let name = last_name(path.cast(), len);
        if name == 0 {
            return here();
        }
        let mut len = without_slashes(path.cast(), if len == 1 { 1 } else { name });
        // Two slashes at the start, and no more, are a place of their own (POSIX, 4.13).
        let slash = |at: usize| *path.add(at) as u8 == SLASH;
        if len == 1 && slash(0) && slash(1) && !slash(2) {
            len = 2;
        }
        *path.add(len) = 0;
        path
    }
}
