//! Streams of wide characters: each is written as the locale has it, and read so.
//!
//! `SAFETY` lines say what the C standard has the caller of the function see to (see `file.rs`).

use core::ffi::c_int;
use core::ptr::null_mut;

use super::file::{FAILED, File, hold, output, stdin};
use super::read::{fgetc, ungetc};
use super::va_list::VaList;
use super::write::put;
use crate::allocate::{free, malloc};
use crate::errors;
use crate::locale::is_utf8;
use crate::multibyte::{Fed, LONGEST, State, encode, wcstombs};
use crate::wide::wcslen;

const END: u32 = u32::MAX;

/// Has a stream be one of wide characters (above 0) or of bytes (below), if it is neither yet; what it is.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fwide(file: *mut File, mode: c_int) -> c_int {
    // SAFETY: a stream.
    unsafe {
        let _held = hold(file);
        if (*file).mode == 0 {
            // Whatever gave it a buffer before wrote or read bytes.
            (*file).mode = if (*file).buf_base.is_null() { mode.signum() } else { -1 };
        }
        (*file).mode
    }
}

/// A character that the locale does not have, or bytes that are none.
unsafe fn wrong(file: *mut File) -> u32 {
    // SAFETY: a stream.
    unsafe { (*file).flags |= FAILED };
    errors::set(errors::EILSEQ);
    END
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fgetwc(file: *mut File) -> u32 {
    let mut state = State::new();
    // SAFETY: a stream.
    unsafe {
        let _held = hold(file);
        fwide(file, 1);
        loop {
            let byte = fgetc(file);
            // What ends within a character ends.
            if byte < 0 {
                return END;
            }
            match state.feed(byte as u8) {
                Fed::Character(character) => return character,
                Fed::Part => {}
                Fed::Wrong => return wrong(file),
            }
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ungetwc(character: u32, file: *mut File) -> u32 {
    let mut bytes = [0; LONGEST];
    if character == END {
        return END;
    }
    let Some(len) = encode(character, &mut bytes) else {
        errors::set(errors::EILSEQ);
        return END;
    };
    // SAFETY: a stream.
    unsafe {
        let _held = hold(file);
        for byte in bytes.iter().take(len).rev() {
            if ungetc(c_int::from(*byte), file) < 0 {
                return END;
            }
        }
    }
    character
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fputwc(character: u32, file: *mut File) -> u32 {
    let mut bytes = [0; LONGEST];
    // SAFETY: a stream.
    unsafe {
        let _held = hold(file);
        fwide(file, 1);
        // Without UTF-8 there is one byte for all that has none, as in glibc.
        let known = encode(character, &mut bytes).or_else(|| {
            bytes = *b"?\0\0\0";
            (!is_utf8()).then_some(1)
        });
        match known {
            Some(len) if put(file, bytes.as_ptr(), len) == len => character,
            Some(_) => END,
            None => wrong(file),
        }
    }
}

macro_rules! same {
    ($($name:ident = $function:ident($($argument:ident: $type:ty),*) -> $result:ty;)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name($($argument: $type),*) -> $result {
            // SAFETY: the same contract.
            unsafe { $function($($argument),*) }
        }
    )*};
}

same! {
    getwc = fgetwc(file: *mut File) -> u32;
    fgetwc_unlocked = fgetwc(file: *mut File) -> u32;
    getwc_unlocked = fgetwc(file: *mut File) -> u32;
    putwc = fputwc(character: u32, file: *mut File) -> u32;
    fputwc_unlocked = fputwc(character: u32, file: *mut File) -> u32;
    putwc_unlocked = fputwc(character: u32, file: *mut File) -> u32;
    fgetws_unlocked = fgetws(to: *mut u32, room: c_int, file: *mut File) -> *mut u32;
    fputws_unlocked = fputws(text: *const u32, file: *mut File) -> c_int;
    putwchar_unlocked = putwchar(character: u32) -> u32;
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn getwchar() -> u32 {
    // SAFETY: `stdin` is a stream, and a word that only the program assigns to.
    unsafe { fgetwc(stdin) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn getwchar_unlocked() -> u32 {
    // SAFETY: as above.
    unsafe { getwchar() }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn putwchar(character: u32) -> u32 {
    // SAFETY: standard output is a stream.
    unsafe { fputwc(character, output()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fputws(text: *const u32, file: *mut File) -> c_int {
    // SAFETY: a wide string and a stream.
    unsafe {
        let _held = hold(file);
        let mut at = text;
        while *at != 0 {
            if fputwc(*at, file) == END {
                return -1;
            }
            at = at.add(1);
        }
    }
    1
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fgetws(to: *mut u32, room: c_int, file: *mut File) -> *mut u32 {
    const NEWLINE: u32 = b'\n' as u32;
    // SAFETY: a stream, and so much room.
    unsafe {
        let _held = hold(file);
        let mut len = 0;
        while len + 1 < room as usize {
            let character = fgetwc(file);
            if character == END {
                // What was read before an error is lost.
                if (*file).flags & FAILED != 0 {
                    return null_mut();
                }
                break;
            }
            *to.add(len) = character;
            len += 1;
            if character == NEWLINE {
                break;
            }
        }
        if len == 0 {
            return null_mut();
        }
        *to.add(len) = 0;
    }
    to
}

unsafe extern "C" {
    fn vfscanf(file: *mut File, format: *const u8, args: *mut VaList) -> c_int;
    fn vsscanf(text: *const u8, format: *const u8, args: *mut VaList) -> c_int;
}

/// Calls with a wide string as the locale has it.
unsafe fn as_bytes(text: *const u32, call: impl FnOnce(*const u8) -> c_int) -> c_int {
    // SAFETY: a wide string; room for its characters and a NUL.
    unsafe {
        let room = wcslen(text) * LONGEST + 1;
        let bytes = malloc(room);
        if bytes.is_null() {
            errors::set(errors::ENOMEM);
            return -1;
        }
        let done = wcstombs(bytes, text, room);
        let result = if done == usize::MAX { -1 } else { call(bytes) };
        free(bytes);
        result
    }
}

/// Scans as `vfscanf` does: widths and `%n` count bytes.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vfwscanf(file: *mut File, format: *const u32, args: *mut VaList) -> c_int {
    // SAFETY: a stream, a wide string, and arguments as it asks for.
    unsafe {
        let _held = hold(file);
        fwide(file, 1);
        as_bytes(format, |format| vfscanf(file, format, args))
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vwscanf(format: *const u32, args: *mut VaList) -> c_int {
    // SAFETY: as above.
    unsafe { vfwscanf(stdin, format, args) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vswscanf(
    text: *const u32,
    format: *const u32,
    args: *mut VaList,
) -> c_int {
    // SAFETY: two wide strings, and arguments as the second asks for.
    unsafe { as_bytes(text, |text| as_bytes(format, |format| vsscanf(text, format, args))) }
}
