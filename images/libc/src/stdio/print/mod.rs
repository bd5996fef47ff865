//! Formatted output: what a conversion specification means (C17, 7.21.6.1).

mod arguments;
mod conversion;
mod float;
mod format;
mod spec;
mod text;
mod wide;

use core::ffi::c_int;

use super::file::{AT_ONCE, File, flush, hold};
use super::va_list::VaList;
use super::write::put;
use crate::errors;
use crate::memory::memcpy;
use format::format;

/// Where the text goes.
struct Sink {
    /// A stream; null for memory.
    file: *mut File,
    to: *mut u8,
    /// Bytes that fit `to`, without the NUL.
    room: usize,
    /// Bytes made so far, also those that did not fit.
    count: usize,
    failed: bool,
}

impl Sink {
    /// Whose conversion cannot be done; nothing follows it.
    fn fail(&mut self, error: c_int) {
        errors::set(error);
        self.failed = true;
    }

    /// What the function that prints gives back.
    fn result(&mut self) -> c_int {
        match c_int::try_from(self.count) {
            _ if self.failed => -1,
            Ok(count) => count,
            Err(_) => {
                self.fail(errors::EOVERFLOW);
                -1
            }
        }
    }

    unsafe fn put(&mut self, bytes: *const u8, len: usize) {
        // SAFETY: the caller's bytes; `to` has `room` bytes.
        unsafe {
            if !self.file.is_null() {
                if len > 0 && put(self.file, bytes, len) < len {
                    self.failed = true;
                }
            } else if self.count < self.room {
                memcpy(self.to.add(self.count), bytes, len.min(self.room - self.count));
            }
        }
        self.count += len;
    }

    fn fill(&mut self, byte: u8, count: usize) {
        let block = [byte; 16];
        let mut left = count;
        if self.file.is_null() && self.count >= self.room {
            // It goes nowhere.
            self.count += left;
            left = 0;
        }
        while left > 0 {
            let part = left.min(16);
            // SAFETY: the block has 16 bytes.
            unsafe { self.put(block.as_ptr(), part) };
            left -= part;
        }
    }

    fn byte(&mut self, byte: u8) {
        // SAFETY: one byte.
        unsafe { self.put(&byte, 1) };
    }
}

/// To a stream. What goes to one without a buffer goes there in one piece.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn vfprintf(file: *mut File, text: *const u8, args: *mut VaList) -> c_int {
    // SAFETY: the contract of `format`.
    unsafe {
        let _held = hold(file);
        let mut sink = Sink { file, to: core::ptr::null_mut(), room: 0, count: 0, failed: false };
        let at_once = (*file).flags & AT_ONCE;
        (*file).flags &= !AT_ONCE;
        format(&mut sink, text, &*args);
        (*file).flags |= at_once;
        if at_once != 0 && flush(file) < 0 {
            sink.failed = true;
        }
        sink.result()
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vprintf(text: *const u8, args: *mut VaList) -> c_int {
    // SAFETY: the contract of `format`.
    unsafe { vfprintf(super::file::output(), text, args) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vsnprintf(
    to: *mut u8,
    room: usize,
    text: *const u8,
    args: *mut VaList,
) -> c_int {
    // SAFETY: the contract of `format`; `to` has `room` bytes.
    unsafe {
        let mut sink = Sink {
            file: core::ptr::null_mut(),
            to,
            room: room.saturating_sub(1),
            count: 0,
            failed: false,
        };
        format(&mut sink, text, &*args);
        if room > 0 {
            *to.add(sink.count.min(room - 1)) = 0;
        }
        sink.result()
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vsprintf(to: *mut u8, text: *const u8, args: *mut VaList) -> c_int {
    // SAFETY: the caller's buffer is large enough; the end of memory is as far as it can go.
    unsafe { vsnprintf(to, usize::MAX - to as usize, text, args) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vasprintf(to: *mut *mut u8, text: *const u8, args: *mut VaList) -> c_int {
    // SAFETY: the contract of `format`; the buffer has room for what was counted.
    unsafe {
        let len = vsnprintf(core::ptr::null_mut(), 0, text, args);
        if len < 0 {
            return len;
        }
        let room = len as usize + 1;
        let memory = crate::allocate::malloc(room);
        if memory.is_null() {
            return -1;
        }
        *to = memory;
        vsnprintf(memory, room, text, args)
    }
}
