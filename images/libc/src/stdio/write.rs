//! Unformatted output.
//!
//! `SAFETY` lines say what the C standard has the caller of the function see to (see `file.rs`).

use core::ffi::c_int;

use super::descriptor;
use super::file::{AT_ONCE, BY_LINE, FAILED, File, WRITES, flush, hold, output, prepare, turn};
use crate::errors;
use crate::memory::{memcpy, memrchr};
use crate::strings::strlen;

const END: c_int = -1;

/// Puts bytes into the buffer, and the buffer out when it is full, or, by the stream's mode,
/// at the end of a line. The number of bytes taken.
pub unsafe fn put(file: *mut File, bytes: *const u8, len: usize) -> usize {
    // SAFETY: a stream, and so many bytes.
    unsafe {
        let _held = hold(file);
        if !turn(file, WRITES) || !prepare(file) {
            (*file).flags |= FAILED;
            return 0;
        }
        // Up to here it must go out.
        let urgent = if (*file).flags & AT_ONCE != 0 {
            len
        } else if (*file).flags & BY_LINE != 0 {
            let newline = memrchr(bytes, c_int::from(b'\n'), len);
            if newline.is_null() { 0 } else { newline as usize - bytes as usize + 1 }
        } else {
            0
        };
        let done = fill(file, bytes, urgent);
        if done < urgent {
            return done;
        }
        if urgent > 0 && flush(file) < 0 {
            return 0;
        }
        done + fill(file, bytes.add(urgent), len - urgent)
    }
}

unsafe fn fill(file: *mut File, bytes: *const u8, len: usize) -> usize {
    // SAFETY: a stream with a buffer, and so many bytes; no more is copied than there is room.
    unsafe {
        let mut done = 0;
        while done < len {
            let room = (*file).buf_end as usize - (*file).write_ptr as usize;
            let part = room.min(len - done);
            memcpy((*file).write_ptr, bytes.add(done), part);
            (*file).write_ptr = (*file).write_ptr.add(part);
            done += part;
            if part == room && flush(file) < 0 {
                break;
            }
        }
        done
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fwrite(
    bytes: *const u8,
    size: usize,
    count: usize,
    file: *mut File,
) -> usize {
    // SAFETY: a stream, and as many bytes.
    unsafe {
        let len = size.wrapping_mul(count);
        if len == 0 {
            return 0;
        }
        let done = put(file, bytes, len);
        if done == len {
            return count;
        }
        let mut whole = 0;
        while (whole + 1) * size <= done {
            whole += 1;
        }
        whole
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fwrite_unlocked(
    bytes: *const u8,
    size: usize,
    count: usize,
    file: *mut File,
) -> usize {
    // SAFETY: the same contract.
    unsafe { fwrite(bytes, size, count, file) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fputs(text: *const u8, file: *mut File) -> c_int {
    // SAFETY: a string and a stream.
    unsafe {
        let len = strlen(text);
        if put(file, text, len) == len { 1 } else { END }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fputs_unlocked(text: *const u8, file: *mut File) -> c_int {
    // SAFETY: the same contract.
    unsafe { fputs(text, file) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn puts(text: *const u8) -> c_int {
    // SAFETY: a string.
    unsafe {
        let _held = hold(output());
        if fputs(text, output()) < 0 {
            return END;
        }
        if fputc(c_int::from(b'\n'), output()) < 0 { END } else { 1 }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fputc(c: c_int, file: *mut File) -> c_int {
    // SAFETY: a stream, and a byte.
    unsafe {
        let byte = c as u8;
        if put(file, &byte, 1) == 1 { c_int::from(byte) } else { END }
    }
}

/// What the header's inline functions call when the buffer has no room for them.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __overflow(file: *mut File, c: c_int) -> c_int {
    // SAFETY: the same contract.
    unsafe { fputc(c, file) }
}

macro_rules! as_fputc {
    ($($name:ident)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(c: c_int, file: *mut File) -> c_int {
            // SAFETY: the same contract.
            unsafe { fputc(c, file) }
        }
    )*};
}

as_fputc!(putc _IO_putc putc_unlocked fputc_unlocked);

#[unsafe(no_mangle)]
pub unsafe extern "C" fn putchar(c: c_int) -> c_int {
    // SAFETY: standard output is a stream.
    unsafe { fputc(c, output()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn putchar_unlocked(c: c_int) -> c_int {
    // SAFETY: standard output is a stream.
    unsafe { fputc(c, output()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn perror(text: *const u8) {
    // SAFETY: null or a string.
    unsafe {
        // Writing may fail, and then say why.
        let reason = errors::strerror(errors::get());
        if !text.is_null() && *text != 0 {
            descriptor::write(2, text, strlen(text));
            descriptor::write(2, c": ".as_ptr().cast(), 2);
        }
        descriptor::write(2, reason, strlen(reason));
        descriptor::write(2, c"\n".as_ptr().cast(), 1);
    }
}
