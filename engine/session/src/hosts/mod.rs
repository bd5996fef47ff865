//! Host calls: what a program asks of the machine (docs/design/programs.md, "Host calls").

mod current;
mod files;

use alloc::format;
use alloc::string::String;
use core::ffi::{CStr, c_char};
use core::sync::atomic::AtomicU32;

use bareflow_report::Signal;

use crate::core::Ending;
use crate::jumps;
use crate::parallel;
use crate::run;
use current::{at_leisure, session};

/// The address of the host call `name`.
pub(crate) fn address(name: &str) -> Option<usize> {
    Some(match name {
        "bf_grow" => grow as *const () as usize,
        "bf_clock" => clock as *const () as usize,
        "bf_date" => date as *const () as usize,
        "bf_cpuid" => cpuid as *const () as usize,
        "bf_raised" => raised as *const () as usize,
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
        _ => return files::address(name),
    })
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

extern "C" fn raised(clear: u32, raise: u32) -> u32 {
    bareflow_interp::raised::change(clear, raise)
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
    parallel::wait(at_leisure(), word, while_is, timeout_ns) as i32
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
