//! What is behind a stream's buffer: a descriptor, or what the stream brings along. That is found by way of
//! the stream, so that a program without such streams has nothing of them.

use core::ffi::{c_int, c_long};

use super::descriptor;
use super::file::{BACKED, File};

/// What a stream does in place of the calls of these names.
pub struct Ways {
    pub write: unsafe fn(*mut File, *const u8, usize) -> c_long,
    pub read: unsafe fn(*mut File, *mut u8, usize) -> c_long,
    pub seek: unsafe fn(*mut File, c_long, c_int) -> c_long,
    pub close: unsafe fn(*mut File) -> c_int,
}

/// The beginning of a stream with the flag [`BACKED`].
#[repr(C)]
pub struct Backed {
    pub file: File,
    pub ways: &'static Ways,
}

unsafe fn ways(file: *mut File) -> Option<&'static Ways> {
    // SAFETY: a stream; the flag is that of the first field of a `Backed`.
    unsafe { ((*file).flags & BACKED != 0).then(|| (*file.cast::<Backed>()).ways) }
}

/// Writes what was in a stream's buffer; as `write` does.
pub unsafe fn write(file: *mut File, from: *const u8, count: usize) -> c_long {
    // SAFETY: a stream, and so many bytes.
    unsafe {
        match ways(file) {
            Some(ways) => (ways.write)(file, from, count),
            None => descriptor::write((*file).fileno, from, count),
        }
    }
}

/// Reads what is to be in a stream's buffer; as `read` does.
pub unsafe fn read(file: *mut File, to: *mut u8, count: usize) -> c_long {
    // SAFETY: a stream, and room for so many bytes.
    unsafe {
        match ways(file) {
            Some(ways) => (ways.read)(file, to, count),
            None => descriptor::read((*file).fileno, to, count),
        }
    }
}

/// Moves what is behind the buffer; as `lseek` does.
pub unsafe fn seek(file: *mut File, offset: c_long, whence: c_int) -> c_long {
    // SAFETY: a stream.
    unsafe {
        match ways(file) {
            Some(ways) => (ways.seek)(file, offset, whence),
            None => descriptor::lseek((*file).fileno, offset, whence),
        }
    }
}

/// Closes what is behind the buffer; as `close` does.
pub unsafe fn close(file: *mut File) -> c_int {
    // SAFETY: a stream.
    unsafe {
        match ways(file) {
            Some(ways) => (ways.close)(file),
            None => descriptor::close((*file).fileno),
        }
    }
}
