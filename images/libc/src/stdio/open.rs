//! Opening and closing streams.
//!
//! `SAFETY` lines say what the C standard has the caller of the function see to (see `file.rs`).

use core::ffi::{c_int, c_long};
use core::ptr::null_mut;

use super::backing;
use super::descriptor::{
    self, APPEND, CREATE, EXCLUSIVE, FOR_BOTH, FOR_READING, FOR_WRITING, TRUNCATE,
};
use super::file::{
    ALLOCATED, AT_END, AT_ONCE, AT_THE_END, BY_LINE, FAILED, File, LIST, OPEN, OWN_BUFFER,
    READS, UPDATES, WRITES, flush, hold, reset, stream,
};
use crate::allocate::{free, malloc};
use crate::errors;
use crate::host;

/// What `open` is to be told for a mode: `r`, `w` or `a`, then `+`, `x` and letters that change
/// nothing here (`b`, `e`, `m`, `c`), up to a comma. `None`: no such mode.
pub unsafe fn mode_flags(mode: *const u8) -> Option<c_int> {
    // SAFETY: a string.
    unsafe {
        let mut flags = match *mode {
            b'r' => 0,
            b'w' => FOR_WRITING | CREATE | TRUNCATE,
            b'a' => FOR_WRITING | CREATE | APPEND,
            _ => return None,
        };
        let mut at = mode.add(1);
        while *at != 0 && *at != b',' {
            match *at {
                b'+' => flags = flags & !FOR_WRITING | FOR_BOTH,
                b'x' => flags |= EXCLUSIVE,
                _ => {}
            }
            at = at.add(1);
        }
        Some(flags)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fopen(path: *const u8, mode: *const u8) -> *mut File {
    // SAFETY: two strings; the stream is written before anybody reads it.
    unsafe {
        let Some(flags) = mode_flags(mode) else {
            errors::set(errors::EINVAL);
            return null_mut();
        };
        let opened = descriptor::open(path, flags);
        if opened < 0 {
            return null_mut();
        }
        let file = make(opened, flags);
        if file.is_null() {
            descriptor::close(opened);
        }
        file
    }
}

/// How a stream may be used, by the flags of `open`.
pub fn uses(flags: c_int) -> c_int {
    let appends = if flags & APPEND != 0 { AT_THE_END } else { 0 };
    match flags & (FOR_WRITING | FOR_BOTH) {
        FOR_READING => READS,
        FOR_WRITING => WRITES | appends,
        _ => READS | UPDATES | appends,
    }
}

/// A stream on an open file, in the list of those that are open.
unsafe fn make(opened: c_int, flags: c_int) -> *mut File {
    // SAFETY: the stream is written before anybody reads it.
    unsafe {
        let file = malloc(size_of::<File>()).cast::<File>();
        if file.is_null() {
            errors::set(errors::ENOMEM);
            return null_mut();
        }
        if uses(flags) == WRITES | AT_THE_END {
            descriptor::lseek(opened, 0, 2);
        }
        let _held = LIST.hold();
        file.write(stream(opened, uses(flags) | ALLOCATED, OPEN));
        OPEN = file;
        file
    }
}

/// A stream on a file that is open, which closes it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fdopen(opened: c_int, mode: *const u8) -> *mut File {
    const ACCESS: c_int = 3;
    // SAFETY: a string; the machine knows which descriptors are open.
    unsafe {
        let Some(flags) = mode_flags(mode) else {
            errors::set(errors::EINVAL);
            return null_mut();
        };
        let has = errors::check(c_long::from(host::bf_flags(opened, -1))) as c_int;
        if has < 0 {
            return null_mut();
        }
        if has & ACCESS != FOR_BOTH && has & ACCESS != flags & ACCESS {
            errors::set(errors::EINVAL);
            return null_mut();
        }
        if flags & APPEND != 0 {
            host::bf_flags(opened, APPEND);
        }
        make(opened, flags)
    }
}

/// Has a stream lead to another file, under the descriptor that it has. Without a path it stays with its
/// own, for another use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn freopen(path: *const u8, mode: *const u8, file: *mut File) -> *mut File {
    // SAFETY: strings and a stream.
    unsafe {
        let Some(flags) = mode_flags(mode) else {
            errors::set(errors::EINVAL);
            return null_mut();
        };
        if !lead_to(path, flags, file) {
            fclose(file);
            return null_mut();
        }
        file
    }
}

/// What [`freopen`] does while it holds the stream; whether there is such a file.
unsafe fn lead_to(path: *const u8, flags: c_int, file: *mut File) -> bool {
    // SAFETY: a string and a stream; a descriptor that was just opened is nobody's.
    unsafe {
        let _held = hold(file);
        flush(file);
        if !path.is_null() {
            let opened = descriptor::open(path, flags);
            if opened < 0 {
                return false;
            }
            if opened != (*file).fileno {
                if (*file).fileno < 0 {
                    (*file).fileno = opened;
                } else {
                    host::bf_duplicate(opened, (*file).fileno, 1);
                    descriptor::close(opened);
                }
            }
            // A file is written in whole buffers.
            (*file).flags &= !(BY_LINE | AT_ONCE);
        }
        if uses(flags) == WRITES | AT_THE_END {
            descriptor::lseek((*file).fileno, 0, 2);
        }
        let kept = !(READS | WRITES | UPDATES | AT_THE_END | AT_END | FAILED);
        let base = (*file).buf_base;
        (*file).read_base = base;
        (*file).read_ptr = base;
        (*file).read_end = base;
        (*file).write_base = base;
        (*file).write_ptr = base;
        (*file).write_end = base;
        (*file).flags = (*file).flags & kept | uses(flags);
        if !base.is_null() {
            reset(file);
        }
        true
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn freopen64(path: *const u8, mode: *const u8, file: *mut File) -> *mut File {
    // SAFETY: the same contract.
    unsafe { freopen(path, mode, file) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fopen64(path: *const u8, mode: *const u8) -> *mut File {
    // SAFETY: the same contract.
    unsafe { fopen(path, mode) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fclose(file: *mut File) -> c_int {
    // SAFETY: a stream; `link` walks the list of those that are open.
    unsafe {
        let result = close(file);
        if (*file).flags & ALLOCATED == 0 {
            return result;
        }
        let _list = LIST.hold();
        let mut link = &raw mut OPEN;
        while !(*link).is_null() && *link != file {
            link = &raw mut (**link).chain;
        }
        if !(*link).is_null() {
            *link = (*file).chain;
        }
        if (*file).flags & OWN_BUFFER != 0 {
            free((*file).buf_base);
        }
        free(file.cast());
        result
    }
}

/// Writes what is left and closes the file behind a stream. 0, or -1 on failure.
unsafe fn close(file: *mut File) -> c_int {
    // SAFETY: a stream.
    unsafe {
        let _held = hold(file);
        let flushed = flush(file);
        if backing::close(file) < 0 { -1 } else { flushed }
    }
}
