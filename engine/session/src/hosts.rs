//! Host calls: what a program asks of the machine (DESIGN.md, "Host calls").

use alloc::format;
use alloc::string::String;
use core::ffi::{CStr, c_char};
use core::sync::atomic::AtomicU32;

use bareflow_report::Signal;

use crate::core::Ending;
use crate::errno::Errno;
use crate::events::Event;
use crate::files::is_console;
use crate::jumps;
use crate::parallel;
use crate::run;
use crate::session::Session;

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
        "bf_map" => map as *const () as usize,
        "bf_terminal" => terminal as *const () as usize,
        "bf_grow" => grow as *const () as usize,
        "bf_clock" => clock as *const () as usize,
        "bf_date" => date as *const () as usize,
        "bf_cpuid" => cpuid as *const () as usize,
        "bf_exit" => exit as *const () as usize,
        "bf_abort" => abort as *const () as usize,
        "bf_cores" => cores as *const () as usize,
        "bf_core" => core_number as *const () as usize,
        "bf_start" => start as *const () as usize,
        "bf_wait" => wait as *const () as usize,
        "bf_wake" => wake as *const () as usize,
        "bf_call" => nested as *const () as usize,
        "bf_leave" => leave as *const () as usize,
        "bf_catch" => catch as *const () as usize,
        "bf_throw" => throw as *const () as usize,
        "bf_thread" => bareflow_link::thread_words as *const () as usize,
        _ => return None,
    })
}

fn session() -> &'static Session {
    let Some(session) = Session::current() else {
        unreachable!("host calls come from programs, and programs run in a session")
    };
    session.heed(session.core());
    session
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
        return Errno::EBADF.result() as isize;
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
    match session().shared.files.read(descriptor, buffer) {
        Ok(count) => count as isize,
        Err(error) => error.result() as isize,
    }
}

extern "C" fn open(path: *const c_char, flags: i32) -> i32 {
    // SAFETY: the program passes a C string.
    let path = unsafe { CStr::from_ptr(path) };
    opened(path, flags).unwrap_or_else(Errno::result)
}

/// The descriptor of a file that was just opened.
fn opened(path: &CStr, flags: i32) -> Result<i32, Errno> {
    if flags != 0 {
        return Err(Errno::EINVAL);
    }
    let mut names = path.to_bytes().split(|byte| *byte == b'/');
    if path.count_bytes() > PATH_MAX || names.any(|name| name.len() > NAME_MAX) {
        return Err(Errno::ENAMETOOLONG);
    }
    let path = path.to_str().ok().filter(|path| !path.is_empty()).ok_or(Errno::ENOENT)?;
    let shared = &session().shared;
    shared.files.add(shared.platform.read_file(path)?)
}

extern "C" fn close(descriptor: i32) -> i32 {
    session().shared.files.close(descriptor).map_or_else(Errno::result, |()| 0)
}

extern "C" fn seek(descriptor: i32, offset: i64, whence: i32) -> i64 {
    let sought = session().shared.files.seek(descriptor, offset, whence);
    sought.unwrap_or_else(|error| error.result().into())
}

extern "C" fn map(descriptor: i32, at: *mut *const u8) -> i64 {
    match session().shared.files.map(descriptor) {
        Ok((address, len)) => {
            // SAFETY: the program gives room for an address.
            unsafe { at.write_unaligned(address as *const u8) };
            len as i64
        }
        Err(error) => error.result().into(),
    }
}

extern "C" fn terminal(descriptor: i32) -> i32 {
    let shared = &session().shared;
    if is_console(descriptor) {
        return i32::from(shared.platform.is_terminal(descriptor as u32));
    }
    if shared.files.has(descriptor) { 0 } else { Errno::EBADF.result() }
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
    let session = session();
    session.stop(session.core(), Ending::Exited(status))
}

extern "C" fn abort(why: *const c_char) -> ! {
    let text = if why.is_null() {
        String::from("aborted")
    } else {
        // SAFETY: the program passes a C string.
        format!("aborted: {}", unsafe { CStr::from_ptr(why) }.to_string_lossy())
    };
    let session = session();
    session.stop(session.core(), Ending::Stopped(text, Signal::ABORT))
}

extern "C" fn cores() -> u32 {
    session().cores().len() as u32
}

extern "C" fn core_number() -> u32 {
    session().core().number
}

extern "C" fn start(function: usize, argument: usize) -> i32 {
    parallel::start(at_leisure(), function, argument).map_or(-1, |core| core as i32)
}

extern "C" fn wait(word: *const AtomicU32, while_is: u32, timeout_ns: u64) -> i32 {
    // SAFETY: the program vouches for its word, as it does towards any futex.
    let word = unsafe { &*word };
    i32::from(!parallel::wait(at_leisure(), word, while_is, timeout_ns))
}

extern "C" fn wake(word: *const AtomicU32, most: u32) {
    // SAFETY: as in `wait`.
    parallel::wake(session(), unsafe { &*word }, most);
}

extern "C" fn nested(function: usize, argument: usize) {
    let session = session();
    run::nested(session, session.core(), function, argument);
}

extern "C" fn leave() -> ! {
    let session = session();
    let core = session.core();
    if core.depth.get() == 0 {
        let why = "bf_leave() without a bf_call() to leave".into();
        session.stop(core, Ending::Stopped(why, Signal::ABORT));
    }
    core.leave(Ending::Returned)
}

extern "C" fn catch(function: usize, frame: usize) {
    jumps::catch(session().core(), function, frame);
}

extern "C" fn throw(frame: usize, number: u64) -> ! {
    let session = session();
    jumps::throw(session, session.core(), frame, number)
}
