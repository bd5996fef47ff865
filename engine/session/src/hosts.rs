//! Host calls: what a program asks of the machine (DESIGN.md, "Host calls").

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ffi::{CStr, c_char};

use crate::session::{Ending, Session};
use crate::{save, tiers};

/// The address of the host call `name`.
pub(crate) fn address(name: &str) -> Option<usize> {
    Some(match name {
        "bf_write" => write as *const () as usize,
        "bf_read" => read as *const () as usize,
        "bf_open" => open as *const () as usize,
        "bf_close" => close as *const () as usize,
        "bf_seek" => seek as *const () as usize,
        "bf_grow" => grow as *const () as usize,
        "bf_clock" => clock as *const () as usize,
        "bf_cpuid" => cpuid as *const () as usize,
        "bf_exit" => exit as *const () as usize,
        "bf_abort" => abort as *const () as usize,
        _ => return None,
    })
}

/// Functions that compiled code calls and no program names.
pub(crate) fn engine_symbols() -> [(&'static str, usize); 1] {
    [("__bf_hot", tiers::counter_ran_out as *const () as usize)]
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

impl Files {
    fn get(&mut self, descriptor: i32) -> Option<&mut File> {
        let index = usize::try_from(descriptor.checked_sub(FIRST_FILE)?).ok()?;
        self.open.get_mut(index)?.as_mut()
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
        return -1;
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
    let Some(file) = files.get(descriptor) else { return -1 };
    let rest = file.bytes.get(file.position..).unwrap_or_default();
    let count = rest.len().min(len);
    buffer[..count].copy_from_slice(&rest[..count]);
    file.position += count;
    count as isize
}

extern "C" fn open(path: *const c_char, flags: i32) -> i32 {
    // SAFETY: the program passes a C string.
    let path = unsafe { CStr::from_ptr(path) };
    let (0, Ok(path)) = (flags, path.to_str()) else { return -1 };
    match session().platform.read_file(path) {
        Ok(bytes) => session().files.borrow_mut().add(bytes),
        Err(_) => -1,
    }
}

extern "C" fn close(descriptor: i32) -> i32 {
    let mut files = session().files.borrow_mut();
    if files.get(descriptor).is_none() {
        return -1;
    }
    files.open[(descriptor - FIRST_FILE) as usize] = None;
    0
}

extern "C" fn seek(descriptor: i32, offset: i64, whence: i32) -> i64 {
    let mut files = session().files.borrow_mut();
    let Some(file) = files.get(descriptor) else { return -1 };
    let from = match whence {
        0 => 0,
        1 => file.position as i64,
        2 => file.bytes.len() as i64,
        _ => return -1,
    };
    match from.checked_add(offset) {
        Some(to) if to >= 0 => {
            file.position = to as usize;
            to
        }
        _ => -1,
    }
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

/// What CPUID says. The features of the processor itself, also where compilers are told of fewer.
extern "C" fn cpuid(leaf: u32, part: u32, answer: *mut [u32; 4]) {
    let said = core::arch::x86_64::__cpuid_count(leaf, part);
    // SAFETY: the program gives room for four words.
    unsafe { answer.write_unaligned([said.eax, said.ebx, said.ecx, said.edx]) };
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
    session().leave(Ending::Stopped(text))
}
