//! Unformatted input.
//!
//! `SAFETY` lines say what the C standard has the caller of the function see to (see `file.rs`).

use core::ffi::{c_int, c_long};
use core::ptr::null_mut;

use super::backing;
use super::file::{AT_END, BACK, FAILED, File, READS, flush, hold, output, prepare, stdin, turn};
use crate::allocate::realloc;
use crate::memory::memcpy;

const END: c_int = -1;

/// Reads the next bytes into an empty buffer; whether there are any.
unsafe fn refill(file: *mut File) -> bool {
    // SAFETY: a stream; its buffer has room behind the bytes kept for `ungetc`.
    unsafe {
        if !turn(file, READS) || !prepare(file) {
            (*file).flags |= FAILED;
            return false;
        }
        // Whoever is asked for input has to see the question.
        if (*file).fileno == 0 {
            flush(output());
        }
        let start = (*file).buf_base.add(BACK);
        let room = (*file).buf_end as usize - start as usize;
        let got = backing::read(file, start, room);
        (*file).read_base = (*file).buf_base;
        (*file).read_ptr = start;
        (*file).read_end = start;
        if got <= 0 {
            (*file).flags |= if got == 0 { AT_END } else { FAILED };
            return false;
        }
        (*file).read_end = start.add(got as usize);
        true
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fgetc(file: *mut File) -> c_int {
    // SAFETY: a stream; where the pointers differ, a byte is there.
    unsafe {
        let _held = hold(file);
        if (*file).read_ptr == (*file).read_end && !refill(file) {
            return END;
        }
        let byte = *(*file).read_ptr;
        (*file).read_ptr = (*file).read_ptr.add(1);
        c_int::from(byte)
    }
}

macro_rules! as_fgetc {
    ($($name:ident)*) => {$(
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn $name(file: *mut File) -> c_int {
            // SAFETY: a stream; where the pointers differ, a byte is there.
            unsafe { fgetc(file) }
        }
    )*};
}

as_fgetc!(getc _IO_getc getc_unlocked fgetc_unlocked __uflow);

#[unsafe(no_mangle)]
pub unsafe extern "C" fn getchar() -> c_int {
    // SAFETY: `stdin` is a stream, and a word that only the program assigns to.
    unsafe { fgetc(stdin) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn getchar_unlocked() -> c_int {
    // SAFETY: as in `getchar`.
    unsafe { fgetc(stdin) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn ungetc(c: c_int, file: *mut File) -> c_int {
    // SAFETY: a stream; there is room in front of its pointer.
    unsafe {
        let _held = hold(file);
        if c == END || !turn(file, READS) || !prepare(file) || (*file).read_ptr == (*file).read_base
        {
            return END;
        }
        (*file).read_ptr = (*file).read_ptr.sub(1);
        *(*file).read_ptr = c as u8;
        (*file).flags &= !AT_END;
        c_int::from(c as u8)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fread(to: *mut u8, size: usize, count: usize, file: *mut File) -> usize {
    // SAFETY: a stream, and room for as much.
    unsafe {
        let _held = hold(file);
        let len = size.wrapping_mul(count);
        if len == 0 {
            return 0;
        }
        let mut done = 0;
        while done < len {
            let ready = (*file).read_end as usize - (*file).read_ptr as usize;
            if ready == 0 {
                if !refill(file) {
                    break;
                }
                continue;
            }
            let part = ready.min(len - done);
            memcpy(to.add(done), (*file).read_ptr, part);
            (*file).read_ptr = (*file).read_ptr.add(part);
            done += part;
        }
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
pub unsafe extern "C" fn fread_unlocked(
    to: *mut u8,
    size: usize,
    count: usize,
    file: *mut File,
) -> usize {
    // SAFETY: the same contract.
    unsafe { fread(to, size, count, file) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fgets(to: *mut u8, room: c_int, file: *mut File) -> *mut u8 {
    // SAFETY: a stream, and so much room.
    unsafe {
        let _held = hold(file);
        let mut len = 0;
        while len + 1 < room as usize {
            let c = fgetc(file);
            if c == END {
                break;
            }
            *to.add(len) = c as u8;
            len += 1;
            if c == c_int::from(b'\n') {
                break;
            }
        }
        if len == 0 {
            return null_mut();
        }
        *to.add(len) = 0;
        to
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn getdelim(
    text: *mut *mut u8,
    room: *mut usize,
    delimiter: c_int,
    file: *mut File,
) -> c_long {
    // SAFETY: a stream, and a buffer from `malloc` or none.
    unsafe {
        let _held = hold(file);
        if (*text).is_null() {
            *room = 0;
        }
        let mut len = 0;
        loop {
            if len + 2 > *room {
                let wider = *room * 2 + 120;
                let moved = realloc(*text, wider);
                if moved.is_null() {
                    return -1;
                }
                *text = moved;
                *room = wider;
            }
            let c = fgetc(file);
            if c == END {
                break;
            }
            *(*text).add(len) = c as u8;
            len += 1;
            if c == delimiter {
                break;
            }
        }
        *(*text).add(len) = 0;
        if len == 0 { -1 } else { len as c_long }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn getline(text: *mut *mut u8, room: *mut usize, file: *mut File) -> c_long {
    // SAFETY: the same contract.
    unsafe { getdelim(text, room, c_int::from(b'\n'), file) }
}
