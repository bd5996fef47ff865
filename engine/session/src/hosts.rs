//! Host calls: what a program asks of the machine (DESIGN.md, "Host calls").

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char};

use bareflow_platform::FileError;
use bareflow_report::Signal;

use crate::session::{Ending, Session};
use crate::{save, tiers};

/// Errors as Linux numbers them; host calls give the negative of one.
mod errno {
    pub(super) const ENOENT: i32 = 2;
    pub(super) const EIO: i32 = 5;
    pub(super) const ENXIO: i32 = 6;
    pub(super) const EBADF: i32 = 9;
    pub(super) const ENOMEM: i32 = 12;
    pub(super) const EACCES: i32 = 13;
    pub(super) const EEXIST: i32 = 17;
    pub(super) const ENOTDIR: i32 = 20;
    pub(super) const EISDIR: i32 = 21;
    pub(super) const EINVAL: i32 = 22;
    pub(super) const EMFILE: i32 = 24;
    pub(super) const ENOSPC: i32 = 28;
    pub(super) const ESPIPE: i32 = 29;
    pub(super) const EROFS: i32 = 30;
    pub(super) const ENAMETOOLONG: i32 = 36;
}

/// The number of a file's error.
fn number(error: &FileError) -> i32 {
    match error {
        // Where there is no disk, there is no file.
        FileError::NotFound | FileError::NoDisk => errno::ENOENT,
        FileError::Exists => errno::EEXIST,
        FileError::Full => errno::ENOSPC,
        FileError::ReadOnly => errno::EROFS,
        FileError::Forbidden => errno::EACCES,
        FileError::IsFolder => errno::EISDIR,
        FileError::NotFolder => errno::ENOTDIR,
        FileError::BadPath => errno::EINVAL,
        FileError::Device => errno::ENXIO,
        FileError::NoMemory => errno::ENOMEM,
        FileError::Broken(_) => errno::EIO,
    }
}

/// Longest path and longest name in it, as on Linux, the NUL not counted.
const PATH_MAX: usize = 4095;
const NAME_MAX: usize = 255;

/// The address of the host call `name`.
pub(crate) fn address(name: &str) -> Option<usize> {
    Some(match name {
        "bf_write" => write as *const () as usize,
        "bf_read" => read as *const () as usize,
        "bf_open" => open as *const () as usize,
        "bf_close" => close as *const () as usize,
        "bf_seek" => seek as *const () as usize,
        "bf_terminal" => terminal as *const () as usize,
        "bf_grow" => grow as *const () as usize,
        "bf_clock" => clock as *const () as usize,
        "bf_date" => date as *const () as usize,
        "bf_exit" => exit as *const () as usize,
        "bf_abort" => abort as *const () as usize,
        _ => return None,
    })
}

/// Functions that compiled code calls and no program names.
pub(crate) fn engine_symbols() -> [(&'static str, usize); 1] {
    [("__bf_hot", tiers::counter_ran_out as *const () as usize)]
}

/// Whether a descriptor is the console's.
fn is_console(descriptor: i32) -> bool {
    (0..FIRST_FILE).contains(&descriptor)
}

/// Open files by descriptor, from [`FIRST_FILE`] on. Files are read whole when opened.
#[derive(Default, Debug)]
pub(crate) struct Files {
    open: Vec<Option<File>>,
}

#[derive(Debug)]
struct File {
    bytes: Vec<u8>,
    position: usize,
}

const FIRST_FILE: i32 = 3;
/// With the console's three descriptors as many as Linux allows, and as a shrunk image has.
const MOST_FILES: usize = 1021;

impl Files {
    fn get(&mut self, descriptor: i32) -> Option<&mut File> {
        let index = usize::try_from(descriptor.checked_sub(FIRST_FILE)?).ok()?;
        self.open.get_mut(index)?.as_mut()
    }

    /// Whether there is room for one more.
    fn has_room(&self) -> bool {
        self.open.len() < MOST_FILES || self.open.iter().any(Option::is_none)
    }

    fn add(&mut self, bytes: Vec<u8>) -> i32 {
        let index = match self.open.iter().position(Option::is_none) {
            Some(free) => free,
            None => {
                self.open.push(None);
                self.open.len() - 1
            }
        };
        self.open[index] = Some(File { bytes, position: 0 });
        FIRST_FILE + index as i32
    }
}

fn session() -> &'static Session {
    match Session::current() {
        Some(session) => session,
        None => unreachable!("host calls come from programs, and programs run in a session"),
    }
}

/// The session, at a call that leaves time for a snapshot that is due.
fn at_leisure() -> &'static Session {
    let session = session();
    save::save_if_due(session);
    session
}

extern "C" fn write(descriptor: i32, bytes: *const u8, len: usize) -> isize {
    if !matches!(descriptor, 1 | 2) {
        // Files are open for reading only.
        return -errno::EBADF as isize;
    }
    // SAFETY: the program vouches for its buffer, as it does towards any `write`.
    let bytes = unsafe { core::slice::from_raw_parts(bytes, len) };
    at_leisure().platform.write(descriptor as u32, bytes);
    len as isize
}

extern "C" fn read(descriptor: i32, buffer: *mut u8, len: usize) -> isize {
    // SAFETY: as in `write`; the program owns the buffer.
    let buffer = unsafe { core::slice::from_raw_parts_mut(buffer, len) };
    if descriptor == 0 {
        return at_leisure().platform.read(buffer) as isize;
    }
    let mut files = session().files.borrow_mut();
    let Some(file) = files.get(descriptor) else { return -errno::EBADF as isize };
    let rest = file.bytes.get(file.position..).unwrap_or_default();
    let count = rest.len().min(len);
    buffer[..count].copy_from_slice(&rest[..count]);
    file.position += count;
    count as isize
}

extern "C" fn open(path: *const c_char, flags: i32) -> i32 {
    // SAFETY: the program passes a C string.
    let path = unsafe { CStr::from_ptr(path) };
    let long = path.count_bytes() > PATH_MAX
        || path.to_bytes().split(|byte| *byte == b'/').any(|name| name.len() > NAME_MAX);
    let error = match path.to_str() {
        _ if flags != 0 => errno::EINVAL,
        _ if !session().files.borrow().has_room() => errno::EMFILE,
        _ if long => errno::ENAMETOOLONG,
        Ok(path) if !path.is_empty() => match session().platform.read_file(path) {
            Ok(bytes) => return session().files.borrow_mut().add(bytes),
            Err(error) => number(&error),
        },
        _ => errno::ENOENT,
    };
    -error
}

extern "C" fn close(descriptor: i32) -> i32 {
    let mut files = session().files.borrow_mut();
    if files.get(descriptor).is_none() {
        return -errno::EBADF;
    }
    files.open[(descriptor - FIRST_FILE) as usize] = None;
    0
}

extern "C" fn seek(descriptor: i32, offset: i64, whence: i32) -> i64 {
    let mut files = session().files.borrow_mut();
    let Some(file) = files.get(descriptor) else {
        let error = if is_console(descriptor) { errno::ESPIPE } else { errno::EBADF };
        return i64::from(-error);
    };
    let from = match whence {
        0 => 0,
        1 => file.position as i64,
        2 => file.bytes.len() as i64,
        _ => return i64::from(-errno::EINVAL),
    };
    match from.checked_add(offset) {
        Some(to) if to >= 0 => {
            file.position = to as usize;
            to
        }
        _ => i64::from(-errno::EINVAL),
    }
}

extern "C" fn terminal(descriptor: i32) -> i32 {
    if is_console(descriptor) {
        return i32::from(session().platform.is_terminal(descriptor as u32));
    }
    if session().files.borrow_mut().get(descriptor).is_some() { 0 } else { -errno::EBADF }
}

extern "C" fn grow(bytes: usize) -> *mut u8 {
    let session = session();
    let heap = session.platform.memory().heap;
    let used = session.heap_used.get();
    match bytes.checked_next_multiple_of(16).and_then(|bytes| used.checked_add(bytes)) {
        Some(end) if end <= heap.len => {
            session.heap_used.set(end);
            (heap.base + used) as *mut u8
        }
        _ => core::ptr::null_mut(),
    }
}

extern "C" fn clock() -> u64 {
    at_leisure().platform.now_ns()
}

extern "C" fn date() -> u64 {
    at_leisure().platform.date_ns()
}

extern "C" fn exit(status: i32) -> ! {
    session().leave(Ending::Exited(status))
}

extern "C" fn abort(why: *const c_char) -> ! {
    let text = if why.is_null() {
        String::from("aborted")
    } else {
        // SAFETY: the program passes a C string.
        format!("aborted: {}", unsafe { CStr::from_ptr(why) }.to_string_lossy())
    };
    session().leave(Ending::Stopped(text, Signal::ABORT))
}
