//! Streams in memory: `open_memstream`, `fmemopen`.
//!
//! `SAFETY` lines say what POSIX has the caller of the function see to: what a stream in memory was told to
//! use stays the program's to read, and to give back once it is closed.

use core::ffi::{c_int, c_long};
use core::ptr::null_mut;

use super::backing::{Backed, Ways};
use super::file::{ALLOCATED, BACKED, File, LIST, OPEN, READS, UPDATES, WRITES, stream};
use super::open::{mode_flags, uses};
use crate::allocate::{free, malloc, realloc};
use crate::errors;
use crate::memory::memcpy;
use crate::strings::strnlen;

/// A stream in memory.
#[repr(C)]
struct Memory {
    backed: Backed,
    /// The next byte, how many there are, and how many there may be.
    place: usize,
    length: usize,
    room: usize,
    bytes: *mut u8,
    /// Where a stream that grows tells what it has, and how much; null for one of fixed size.
    told: *mut *mut u8,
    told_length: *mut usize,
    /// The memory goes with the stream.
    own: bool,
    appends: bool,
}

const END_OF_ROOM: c_int = 28;

/// What such streams do.
static WAYS: Ways = Ways { write, read, seek, close };

unsafe fn write(file: *mut File, from: *const u8, count: usize) -> c_long {
    // SAFETY: a stream of this kind, and so many bytes.
    unsafe { (*file.cast::<Memory>()).write(from, count) }
}

unsafe fn read(file: *mut File, to: *mut u8, count: usize) -> c_long {
    // SAFETY: a stream of this kind, and room for so many bytes.
    unsafe { (*file.cast::<Memory>()).read(to, count) }
}

unsafe fn seek(file: *mut File, offset: c_long, whence: c_int) -> c_long {
    // SAFETY: a stream of this kind.
    unsafe { (*file.cast::<Memory>()).seek(offset, whence) }
}

unsafe fn close(file: *mut File) -> c_int {
    // SAFETY: a stream of this kind.
    unsafe {
        let memory = &mut *file.cast::<Memory>();
        // What was told of last is a string then, wherever it ends.
        let end = memory.length.min(memory.place);
        if !memory.told.is_null() && end < memory.room {
            *memory.bytes.add(end) = 0;
        }
        if memory.own {
            free(memory.bytes);
        }
    }
    0
}

impl Memory {
    /// Says where a stream that grows has its content; behind it there is a zero.
    unsafe fn tell(&mut self) {
        // SAFETY: places of the program's.
        unsafe {
            if !self.told.is_null() {
                *self.told = self.bytes;
                *self.told_length = self.length.min(self.place);
            }
        }
    }

    /// Makes room for so many bytes and a zero; whether there is.
    unsafe fn reach(&mut self, end: usize) -> bool {
        if end < self.room {
            return true;
        }
        let room = (end + 1).max(self.room * 2).max(128);
        // SAFETY: it came from the allocator, if it is there.
        let bytes = unsafe { realloc(self.bytes, room) };
        if bytes.is_null() {
            return false;
        }
        // SAFETY: so much is new.
        unsafe { crate::memory::memset(bytes.add(self.room), 0, room - self.room) };
        (self.bytes, self.room) = (bytes, room);
        true
    }

    unsafe fn write(&mut self, from: *const u8, count: usize) -> c_long {
        // SAFETY: there is room for what is copied.
        unsafe {
            if self.appends {
                self.place = self.length;
            }
            let end = self.place.saturating_add(count);
            let grows = !self.told.is_null();
            if grows && !self.reach(end) {
                errors::set(errors::ENOMEM);
                return -1;
            }
            let count = if grows { count } else { count.min(self.room.saturating_sub(self.place)) };
            if count == 0 {
                errors::set(END_OF_ROOM);
                return -1;
            }
            memcpy(self.bytes.add(self.place), from, count);
            self.place += count;
            if self.place > self.length {
                self.length = self.place;
                if self.length < self.room {
                    *self.bytes.add(self.length) = 0;
                }
            }
            self.tell();
            count as c_long
        }
    }

    unsafe fn read(&mut self, to: *mut u8, count: usize) -> c_long {
        let count = count.min(self.length.saturating_sub(self.place));
        // SAFETY: so many bytes are there.
        unsafe { memcpy(to, self.bytes.add(self.place), count) };
        self.place += count;
        count as c_long
    }

    unsafe fn seek(&mut self, offset: c_long, whence: c_int) -> c_long {
        let from = match whence {
            0 => 0,
            1 => self.place,
            _ => self.length,
        };
        let most = if self.told.is_null() { self.room as c_long } else { c_long::MAX };
        match (from as c_long).checked_add(offset) {
            Some(to) if (0..=most).contains(&to) => {
                self.place = to as usize;
                // SAFETY: its own.
                unsafe { self.tell() };
                to
            }
            _ => {
                errors::set(errors::EINVAL);
                -1
            }
        }
    }
}

/// A stream of this kind for these uses.
fn backed(uses: c_int) -> Backed {
    Backed { file: stream(-1, uses | ALLOCATED | BACKED, null_mut()), ways: &WAYS }
}

/// A stream in memory, in the list of those that are open.
unsafe fn make(memory: Memory) -> *mut File {
    // SAFETY: the stream is written before anybody reads it.
    unsafe {
        let made = malloc(size_of::<Memory>()).cast::<Memory>();
        if made.is_null() {
            errors::set(errors::ENOMEM);
            return null_mut();
        }
        let _held = LIST.hold();
        made.write(memory);
        let file = &raw mut (*made).backed.file;
        (*file).chain = OPEN;
        OPEN = file;
        file
    }
}

/// A stream into memory that grows: what is there, and how much, is told when it is flushed or closed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn open_memstream(told: *mut *mut u8, told_length: *mut usize) -> *mut File {
    // SAFETY: places of the program's.
    unsafe {
        let mut memory = Memory {
            backed: backed(WRITES),
            place: 0,
            length: 0,
            room: 0,
            bytes: null_mut(),
            told,
            told_length,
            own: false,
            appends: false,
        };
        if !memory.reach(0) {
            errors::set(errors::ENOMEM);
            return null_mut();
        }
        memory.tell();
        let bytes = memory.bytes;
        let file = make(memory);
        if file.is_null() {
            free(bytes);
        }
        file
    }
}

/// A stream on memory of a fixed size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn fmemopen(bytes: *mut u8, room: usize, mode: *const u8) -> *mut File {
    // SAFETY: a string, and null or memory of that size.
    unsafe {
        let Some(flags) = mode_flags(mode) else {
            errors::set(errors::EINVAL);
            return null_mut();
        };
        let own = bytes.is_null();
        let bytes = if own { crate::allocate::calloc(room.max(1), 1) } else { bytes };
        if bytes.is_null() {
            errors::set(errors::ENOMEM);
            return null_mut();
        }
        let kind = *mode;
        if kind == b'w' && room > 0 {
            *bytes = 0;
        }
        let length = if kind == b'r' { room } else { strnlen(bytes, room) };
        let memory = Memory {
            backed: backed(uses(flags) & (READS | WRITES | UPDATES)),
            place: if kind == b'a' { length } else { 0 },
            length,
            room,
            bytes,
            told: null_mut(),
            told_length: null_mut(),
            own,
            appends: kind == b'a',
        };
        let file = make(memory);
        if file.is_null() && own {
            free(bytes);
        }
        file
    }
}
