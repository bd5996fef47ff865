//! Strings that end in a NUL: `<string.h>` and `<strings.h>`.
//!
//! `SAFETY` lines say what the C standard, or POSIX, has the caller of the function see to.

use core::ffi::c_int;
use core::ptr::null_mut;

use crate::allocate::malloc;
use crate::blocks::{
    ByteOrNul, Nul, find, find_last_in_string, find_near, mismatch, mismatch_near,
};
use crate::character::lower;
use crate::memory::memcpy;
use crate::spans::span;
use crate::substring::Part;

unsafe extern "C" {
    /// What is left of the text that the calling thread splits (`c/threads.c`).
    fn __bf_rest() -> *mut *mut u8;
}

#[unsafe(no_mangle)]
#[inline(never)]
pub unsafe extern "C" fn strlen(text: *const u8) -> usize {
    // SAFETY: the text has a NUL.
    unsafe { find_near(text, Nul) as usize - text as usize }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strnlen(text: *const u8, most: usize) -> usize {
    let end = (text as usize).saturating_add(most) as *const u8;
    // SAFETY: the text has a NUL or so many bytes.
    unsafe { find(text, end, Nul) as usize - text as usize }
}

#[unsafe(no_mangle)]
#[inline(never)]
pub unsafe extern "C" fn strcmp(a: *const u8, b: *const u8) -> c_int {
    // SAFETY: both texts have a NUL, before which they differ or end.
    unsafe {
        let at = mismatch_near(a, b);
        c_int::from(*a.add(at)) - c_int::from(*b.add(at))
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strcoll(a: *const u8, b: *const u8) -> c_int {
    // SAFETY: two strings.
    unsafe { strcmp(a, b) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strncmp(a: *const u8, b: *const u8, most: usize) -> c_int {
    // SAFETY: both texts have a NUL or so many bytes.
    unsafe {
        let at = mismatch::<true>(a, b, most);
        if at == most { 0 } else { c_int::from(*a.add(at)) - c_int::from(*b.add(at)) }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strcasecmp(a: *const u8, b: *const u8) -> c_int {
    // SAFETY: two strings.
    unsafe { strncasecmp(a, b, usize::MAX) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strncasecmp(a: *const u8, b: *const u8, most: usize) -> c_int {
    let mut i = 0;
    // SAFETY: both have a NUL or so many bytes; behind a difference nothing is read.
    unsafe {
        while i < most {
            let difference = c_int::from(lower(*a.add(i))) - c_int::from(lower(*b.add(i)));
            if difference != 0 || *a.add(i) == 0 {
                return difference;
            }
            i += 1;
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strcpy(to: *mut u8, from: *const u8) -> *mut u8 {
    // SAFETY: a string, and room for it.
    unsafe { memcpy(to, from, strlen(from) + 1) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn stpcpy(to: *mut u8, from: *const u8) -> *mut u8 {
    // SAFETY: a string, and room for it.
    unsafe {
        let len = strlen(from);
        memcpy(to, from, len + 1);
        to.add(len)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strncpy(to: *mut u8, from: *const u8, room: usize) -> *mut u8 {
    // SAFETY: room for so many bytes.
    unsafe {
        stpncpy(to, from, room);
    }
    to
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn stpncpy(to: *mut u8, from: *const u8, room: usize) -> *mut u8 {
    // SAFETY: so many bytes of room, of which the string takes no more.
    unsafe {
        let len = strnlen(from, room);
        memcpy(to, from, len);
        crate::memory::memset(to.add(len), 0, room - len);
        to.add(len)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strcat(to: *mut u8, from: *const u8) -> *mut u8 {
    // SAFETY: two strings, and room for both.
    unsafe {
        strcpy(to.add(strlen(to)), from);
    }
    to
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strncat(to: *mut u8, from: *const u8, most: usize) -> *mut u8 {
    // SAFETY: a string, and room behind it for what is added and a NUL.
    unsafe {
        let end = to.add(strlen(to));
        let len = strnlen(from, most);
        memcpy(end, from, len);
        *end.add(len) = 0;
    }
    to
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strlcpy(to: *mut u8, from: *const u8, room: usize) -> usize {
    // SAFETY: a string, and so much room.
    unsafe {
        let len = strlen(from);
        if room > 0 {
            let kept = if len < room { len } else { room - 1 };
            memcpy(to, from, kept);
            *to.add(kept) = 0;
        }
        len
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strlcat(to: *mut u8, from: *const u8, room: usize) -> usize {
    // SAFETY: a string, and so much room, the first one's included.
    unsafe {
        let len = strnlen(to, room);
        len + strlcpy(to.add(len), from, room - len)
    }
}

#[unsafe(no_mangle)]
#[inline(never)]
pub unsafe extern "C" fn strchrnul(text: *const u8, c: c_int) -> *mut u8 {
    // SAFETY: the text has a NUL.
    unsafe { find_near(text, ByteOrNul::new(c as u8)).cast_mut() }
}

#[unsafe(no_mangle)]
#[inline(never)]
pub unsafe extern "C" fn strchr(text: *const u8, c: c_int) -> *mut u8 {
    // SAFETY: a string; the place found is in it.
    unsafe {
        let at = find_near(text, ByteOrNul::new(c as u8)).cast_mut();
        if *at == c as u8 { at } else { null_mut() }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn index(text: *const u8, c: c_int) -> *mut u8 {
    // SAFETY: a string.
    unsafe { strchr(text, c) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strrchr(text: *const u8, c: c_int) -> *mut u8 {
    // SAFETY: a string, its NUL included.
    unsafe { find_last_in_string(text, c as u8).cast_mut() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn rindex(text: *const u8, c: c_int) -> *mut u8 {
    // SAFETY: a string.
    unsafe { strrchr(text, c) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strstr(text: *const u8, part: *const u8) -> *mut u8 {
    // SAFETY: two strings.
    unsafe {
        let len = strlen(part);
        if len == 0 {
            return text.cast_mut();
        }
        Part::new(part, len).find_in_string(text).cast_mut()
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strcasestr(mut text: *const u8, part: *const u8) -> *mut u8 {
    // SAFETY: two strings; the first is not read behind its NUL.
    unsafe {
        let len = strlen(part);
        loop {
            if strncasecmp(text, part, len) == 0 {
                return text.cast_mut();
            }
            if *text == 0 {
                return null_mut();
            }
            text = text.add(1);
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strspn(text: *const u8, set: *const u8) -> usize {
    // SAFETY: two strings.
    unsafe { span(text, set, true) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strcspn(text: *const u8, set: *const u8) -> usize {
    // SAFETY: two strings.
    unsafe { span(text, set, false) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strpbrk(text: *const u8, set: *const u8) -> *mut u8 {
    // SAFETY: two strings; the place is in the first.
    unsafe {
        let at = text.add(strcspn(text, set));
        if *at == 0 { null_mut() } else { at.cast_mut() }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strtok(text: *mut u8, set: *const u8) -> *mut u8 {
    // SAFETY: a string or null, a set, and the calling thread's place.
    unsafe { strtok_r(text, set, __bf_rest()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __strtok_r(text: *mut u8, set: *const u8, rest: *mut *mut u8) -> *mut u8 {
    // SAFETY: the same contract.
    unsafe { strtok_r(text, set, rest) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strtok_r(text: *mut u8, set: *const u8, rest: *mut *mut u8) -> *mut u8 {
    // SAFETY: a string or null, a set, and a place that only this function uses.
    unsafe {
        let mut start = if text.is_null() { *rest } else { text };
        if start.is_null() {
            return null_mut();
        }
        start = start.add(strspn(start, set));
        if *start == 0 {
            *rest = start;
            return null_mut();
        }
        let end = start.add(strcspn(start, set));
        *rest = end;
        if *end != 0 {
            *end = 0;
            *rest = end.add(1);
        }
        start
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strsep(text: *mut *mut u8, set: *const u8) -> *mut u8 {
    // SAFETY: a place for a string or null, and a set.
    unsafe {
        let start = *text;
        if start.is_null() {
            return start;
        }
        let end = start.add(strcspn(start, set));
        if *end == 0 {
            *text = null_mut();
        } else {
            *end = 0;
            *text = end.add(1);
        }
        start
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strdup(text: *const u8) -> *mut u8 {
    // SAFETY: a string.
    unsafe { strndup(text, usize::MAX) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __strdup(text: *const u8) -> *mut u8 {
    // SAFETY: a string.
    unsafe { strndup(text, usize::MAX) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn strndup(text: *const u8, most: usize) -> *mut u8 {
    // SAFETY: a NUL or so many bytes; the copy has room for them and a NUL.
    unsafe {
        let len = strnlen(text, most);
        let copy = malloc(len + 1);
        if !copy.is_null() {
            memcpy(copy, text, len);
            *copy.add(len) = 0;
        }
        copy
    }
}

/// Collation in the C locale is byte order, so that the key is the text.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn strxfrm(to: *mut u8, from: *const u8, room: usize) -> usize {
    // SAFETY: a string, and so much room.
    unsafe { strlcpy(to, from, room) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn basename(path: *mut u8) -> *mut u8 {
    // SAFETY: a string.
    unsafe {
        let slash = strrchr(path, c_int::from(b'/'));
        if slash.is_null() { path } else { slash.add(1) }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ffs(word: c_int) -> c_int {
    if word == 0 { 0 } else { word.trailing_zeros() as c_int + 1 }
}
