//! Strings of wide characters: `<wchar.h>`, as far as it is about memory, and numbers in such strings.
//!
//! `wchar_t` is a signed integer of 32 bits here, which only comparisons show. `SAFETY` lines say what the C
//! standard has the caller of the function see to.

use core::ffi::{c_int, c_long, c_ulong};
use core::ptr::{null, null_mut};

use crate::allocate::malloc;
use crate::convert::{strtod, strtol, strtoul};
use crate::memory::{memcpy, memmove};
use crate::wide_classes::towlower;

const BYTES: usize = 4;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcslen(text: *const u32) -> usize {
    // SAFETY: the string has a NUL.
    unsafe { wcsnlen(text, usize::MAX) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcsnlen(text: *const u32, most: usize) -> usize {
    let mut len = 0;
    // SAFETY: the string has a NUL or so many characters.
    while len < most && unsafe { *text.add(len) } != 0 {
        len += 1;
    }
    len
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wmemcpy(to: *mut u32, from: *const u32, count: usize) -> *mut u32 {
    // SAFETY: so many characters on both sides.
    unsafe { memcpy(to.cast(), from.cast(), count * BYTES).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wmempcpy(to: *mut u32, from: *const u32, count: usize) -> *mut u32 {
    // SAFETY: so many characters on both sides.
    unsafe { wmemcpy(to, from, count).add(count) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wmemmove(to: *mut u32, from: *const u32, count: usize) -> *mut u32 {
    // SAFETY: so many characters on both sides.
    unsafe { memmove(to.cast(), from.cast(), count * BYTES).cast() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wmemset(to: *mut u32, character: u32, count: usize) -> *mut u32 {
    for at in 0..count {
        // SAFETY: so many characters.
        unsafe { *to.add(at) = character };
    }
    to
}

fn order(a: u32, b: u32) -> c_int {
    match a.cast_signed().cmp(&b.cast_signed()) {
        core::cmp::Ordering::Less => -1,
        core::cmp::Ordering::Equal => 0,
        core::cmp::Ordering::Greater => 1,
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wmemcmp(a: *const u32, b: *const u32, count: usize) -> c_int {
    for at in 0..count {
        // SAFETY: so many characters on both sides.
        let order = unsafe { order(*a.add(at), *b.add(at)) };
        if order != 0 {
            return order;
        }
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wmemchr(text: *const u32, character: u32, count: usize) -> *mut u32 {
    for at in 0..count {
        // SAFETY: so many characters.
        unsafe {
            if *text.add(at) == character {
                return text.add(at).cast_mut();
            }
        }
    }
    null_mut()
}

/// Compares at most `most` characters of two strings, each as `change` makes it.
unsafe fn compare(a: *const u32, b: *const u32, most: usize, change: fn(u32) -> u32) -> c_int {
    for at in 0..most {
        // SAFETY: both have a NUL or so many characters; behind a difference nothing is read.
        let (x, y) = unsafe { (change(*a.add(at)), change(*b.add(at))) };
        if x != y || x == 0 {
            return order(x, y);
        }
    }
    0
}

/// Comparing strings: all of them or at most so many characters, letters as they are or all small.
macro_rules! comparisons {
    ($($whole:ident $part:ident $change:expr;)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $whole(a: *const u32, b: *const u32) -> c_int {
            // SAFETY: two strings.
            unsafe { compare(a, b, usize::MAX, $change) }
        }

        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $part(a: *const u32, b: *const u32, most: usize) -> c_int {
            // SAFETY: two strings, or so many characters.
            unsafe { compare(a, b, most, $change) }
        }
    )*};
}

comparisons! {
    wcscmp wcsncmp |character| character;
    wcscasecmp wcsncasecmp |character| towlower(character);
}

/// The order of "C", which all locales here have.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcscoll(a: *const u32, b: *const u32) -> c_int {
    // SAFETY: two strings.
    unsafe { wcscmp(a, b) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcscpy(to: *mut u32, from: *const u32) -> *mut u32 {
    // SAFETY: a string, and room for it.
    unsafe { wmemcpy(to, from, wcslen(from) + 1) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcpcpy(to: *mut u32, from: *const u32) -> *mut u32 {
    // SAFETY: a string, and room for it.
    unsafe { wcscpy(to, from).add(wcslen(from)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcpncpy(to: *mut u32, from: *const u32, room: usize) -> *mut u32 {
    // SAFETY: so many characters of room, of which the string takes no more.
    unsafe {
        let len = wcsnlen(from, room);
        let end = wmempcpy(to, from, len);
        wmemset(end, 0, room - len);
        end
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcsncpy(to: *mut u32, from: *const u32, room: usize) -> *mut u32 {
    // SAFETY: the same contract.
    unsafe { wcpncpy(to, from, room) };
    to
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcscat(to: *mut u32, from: *const u32) -> *mut u32 {
    // SAFETY: two strings, and room for both.
    unsafe { wcscpy(to.add(wcslen(to)), from) };
    to
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcsncat(to: *mut u32, from: *const u32, most: usize) -> *mut u32 {
    // SAFETY: a string, and room behind it for what is added and a NUL.
    unsafe { *wmempcpy(to.add(wcslen(to)), from, wcsnlen(from, most)) = 0 };
    to
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcsdup(text: *const u32) -> *mut u32 {
    // SAFETY: a string; the copy has room for it.
    unsafe {
        let len = wcslen(text) + 1;
        let copy: *mut u32 = malloc(len * BYTES).cast();
        if copy.is_null() { copy } else { wmemcpy(copy, text, len) }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcschr(text: *const u32, character: u32) -> *mut u32 {
    // SAFETY: a string, its NUL included.
    unsafe { wmemchr(text, character, wcslen(text) + 1) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcsrchr(text: *const u32, character: u32) -> *mut u32 {
    // SAFETY: a string, its NUL included.
    unsafe {
        for at in (0..=wcslen(text)).rev() {
            if *text.add(at) == character {
                return text.add(at).cast_mut();
            }
        }
    }
    null_mut()
}

/// Length of the prefix in which every character's being in `set` is `inside`.
unsafe fn span(text: *const u32, set: *const u32, inside: bool) -> usize {
    let mut len = 0;
    // SAFETY: two strings.
    unsafe {
        let members = wcslen(set);
        while *text.add(len) != 0 && wmemchr(set, *text.add(len), members).is_null() != inside {
            len += 1;
        }
    }
    len
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcsspn(text: *const u32, set: *const u32) -> usize {
    // SAFETY: two strings.
    unsafe { span(text, set, true) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcscspn(text: *const u32, set: *const u32) -> usize {
    // SAFETY: two strings.
    unsafe { span(text, set, false) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcspbrk(text: *const u32, set: *const u32) -> *mut u32 {
    // SAFETY: two strings; the place is in the first.
    unsafe {
        let at = text.add(wcscspn(text, set));
        if *at == 0 { null_mut() } else { at.cast_mut() }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcsstr(mut text: *const u32, part: *const u32) -> *mut u32 {
    // SAFETY: two strings; the first is not read behind its NUL.
    unsafe {
        let len = wcslen(part);
        while wcsncmp(text, part, len) != 0 {
            if *text == 0 {
                return null_mut();
            }
            text = text.add(1);
        }
    }
    text.cast_mut()
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcstok(text: *mut u32, set: *const u32, rest: *mut *mut u32) -> *mut u32 {
    // SAFETY: a string or null, a set, and a place that only this function uses.
    unsafe {
        let mut start = if text.is_null() { *rest } else { text };
        if start.is_null() {
            return start;
        }
        start = start.add(wcsspn(start, set));
        let end = start.add(wcscspn(start, set));
        *rest = if *end == 0 { null_mut() } else { end.add(1) };
        let found = *start != 0;
        *end = 0;
        if found { start } else { null_mut() }
    }
}

/// Characters of a number that are looked at; digits behind them change nothing that fits.
const LONGEST: usize = 1100;

/// Reads a number from a string by `read`, which is told its first characters as bytes and where to say how many
/// it took.
unsafe fn number<T>(
    text: *const u32,
    end: *mut *mut u32,
    read: impl Fn(*const u8, *mut *const u8) -> T,
) -> T {
    let mut bytes = [0u8; LONGEST + 1];
    let mut len = 0;
    // SAFETY: a string, not read behind its NUL; the end is in the copy.
    unsafe {
        while len < LONGEST && matches!(*text.add(len), 1..0x80) {
            bytes[len] = *text.add(len) as u8;
            len += 1;
        }
        let mut stopped = null();
        let value = read(bytes.as_ptr(), &raw mut stopped);
        if !end.is_null() {
            *end = text.add(stopped as usize - bytes.as_ptr() as usize).cast_mut();
        }
        value
    }
}

macro_rules! numbers {
    ($($name:ident $read:ident $type:ty;)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(text: *const u32, end: *mut *mut u32, base: c_int) -> $type {
            // SAFETY: a string, and null or a place for its rest.
            unsafe { number(text, end, |bytes, end| $read(bytes, end, base)) }
        }
    )*};
}

numbers! {
    wcstol strtol c_long;
    wcstoll strtol c_long;
    wcstoimax strtol c_long;
    wcstoul strtoul c_ulong;
    wcstoull strtoul c_ulong;
    wcstoumax strtoul c_ulong;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcstof(text: *const u32, end: *mut *mut u32) -> f32 {
    // SAFETY: a string, and null or a place for its rest.
    unsafe { number(text, end, |bytes, end| crate::convert::strtof(bytes, end)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn wcstod(text: *const u32, end: *mut *mut u32) -> f64 {
    // SAFETY: a string, and null or a place for its rest.
    unsafe { number(text, end, |bytes, end| strtod(bytes, end)) }
}
