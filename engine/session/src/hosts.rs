//! Host calls: what a program asks of the machine (DESIGN.md, "Host calls").

use alloc::format;
use alloc::string::String;
use core::ffi::{CStr, c_char};

use bareflow_platform::FileError;
use bareflow_report::Signal;

use crate::core::Ending;
use crate::events::Event;
use crate::files::{SeekError, is_console};
use crate::session::Session;

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
        "bf_cpuid" => cpuid as *const () as usize,
        "bf_exit" => exit as *const () as usize,
        "bf_abort" => abort as *const () as usize,
        _ => return None,
    })
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
    if session.shared.is_due() {
        session.report(Event::Due);
    }
    session
}

extern "C" fn write(descriptor: i32, bytes: *const u8, len: usize) -> isize {
    if !matches!(descriptor, 1 | 2) {
        // Files are open for reading only.
        return -errno::EBADF as isize;
    }
    // SAFETY: the program vouches for its buffer, as it does towards any `write`.
    let bytes = unsafe { core::slice::from_raw_parts(bytes, len) };
    at_leisure().shared.platform.write(descriptor as u32, bytes);
    len as isize
}

extern "C" fn read(descriptor: i32, buffer: *mut u8, len: usize) -> isize {
    // SAFETY: as in `write`; the program owns the buffer.
    let buffer = unsafe { core::slice::from_raw_parts_mut(buffer, len) };
    if descriptor == 0 {
        return at_leisure().shared.platform.read(buffer) as isize;
    }
    let read = session().shared.files.read(descriptor, buffer);
    read.map_or(-errno::EBADF as isize, |count| count as isize)
}

extern "C" fn open(path: *const c_char, flags: i32) -> i32 {
    // SAFETY: the program passes a C string.
    let path = unsafe { CStr::from_ptr(path) };
    let shared = &session().shared;
    let long = path.count_bytes() > PATH_MAX
        || path.to_bytes().split(|byte| *byte == b'/').any(|name| name.len() > NAME_MAX);
    let error = match path.to_str() {
        _ if flags != 0 => errno::EINVAL,
        _ if !shared.files.has_room() => errno::EMFILE,
        _ if long => errno::ENAMETOOLONG,
        Ok(path) if !path.is_empty() => match shared.platform.read_file(path) {
            Ok(bytes) => return shared.files.add(bytes).unwrap_or(-errno::EMFILE),
            Err(error) => number(&error),
        },
        _ => errno::ENOENT,
    };
    -error
}

extern "C" fn close(descriptor: i32) -> i32 {
    if session().shared.files.close(descriptor) { 0 } else { -errno::EBADF }
}

extern "C" fn seek(descriptor: i32, offset: i64, whence: i32) -> i64 {
    let error = match session().shared.files.seek(descriptor, offset, whence) {
        Ok(position) => return position,
        Err(SeekError::NoFile) if is_console(descriptor) => errno::ESPIPE,
        Err(SeekError::NoFile) => errno::EBADF,
        Err(SeekError::NoPlace) => errno::EINVAL,
    };
    i64::from(-error)
}

extern "C" fn terminal(descriptor: i32) -> i32 {
    if is_console(descriptor) {
        return i32::from(session().shared.platform.is_terminal(descriptor as u32));
    }
    if session().shared.files.is_open(descriptor) { 0 } else { -errno::EBADF }
}

extern "C" fn grow(bytes: usize) -> *mut u8 {
    session().shared.heap.grow(bytes).map_or(core::ptr::null_mut(), |at| at as *mut u8)
}

extern "C" fn clock() -> u64 {
    at_leisure().shared.platform.now_ns()
}

extern "C" fn date() -> u64 {
    at_leisure().shared.platform.date_ns()
}

/// What CPUID says. The features of the processor itself, also where compilers are told of fewer.
extern "C" fn cpuid(leaf: u32, part: u32, answer: *mut [u32; 4]) {
    let said = core::arch::x86_64::__cpuid_count(leaf, part);
    // SAFETY: the program gives room for four words.
    unsafe { answer.write_unaligned([said.eax, said.ebx, said.ecx, said.edx]) };
}

extern "C" fn exit(status: i32) -> ! {
    session().core().leave(Ending::Exited(status))
}

extern "C" fn abort(why: *const c_char) -> ! {
    let text = if why.is_null() {
        String::from("aborted")
    } else {
        // SAFETY: the program passes a C string.
        format!("aborted: {}", unsafe { CStr::from_ptr(why) }.to_string_lossy())
    };
    session().core().leave(Ending::Stopped(text, Signal::ABORT))
}
