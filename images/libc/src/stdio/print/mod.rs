//! Formatted output: what a conversion specification means (C17, 7.21.6.1).

mod float;
mod format;
mod spec;

use core::ffi::c_int;

use super::file::{AT_ONCE, File, flush, hold};
use super::va_list::VaList;
use super::write::put;
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
    unsafe fn put(&mut self, bytes: *const u8, len: usize) {
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
    unsafe {
        let _held = hold(file);
        let mut sink = Sink { file, to: core::ptr::null_mut(), room: 0, count: 0, failed: false };
        let mut copy = *args;
        let at_once = (*file).flags & AT_ONCE;
        (*file).flags &= !AT_ONCE;
        format(&mut sink, text, &mut copy);
        (*file).flags |= at_once;
        if at_once != 0 && flush(file) < 0 {
            sink.failed = true;
        }
        if sink.failed { -1 } else { sink.count as c_int }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vprintf(text: *const u8, args: *mut VaList) -> c_int {
    unsafe { vfprintf(super::file::output(), text, args) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vsnprintf(
    to: *mut u8,
    room: usize,
    text: *const u8,
    args: *mut VaList,
) -> c_int {
    unsafe {
        let mut sink = Sink {
            file: core::ptr::null_mut(),
            to,
            room: room.saturating_sub(1),
            count: 0,
            failed: false,
        };
        let mut copy = *args;
        format(&mut sink, text, &mut copy);
        if room > 0 {
            *to.add(sink.count.min(room - 1)) = 0;
        }
        if sink.failed { -1 } else { sink.count as c_int }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vsprintf(to: *mut u8, text: *const u8, args: *mut VaList) -> c_int {
    // The end of memory is as far as it can go.
    unsafe { vsnprintf(to, usize::MAX - to as usize, text, args) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn vasprintf(to: *mut *mut u8, text: *const u8, args: *mut VaList) -> c_int {
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
