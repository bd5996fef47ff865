//! Ending a program, and what surrounds it.
//!
//! Whoever called `main` calls [`__bf_finish`] with what it returned; `exit` does so itself.

use core::ffi::{c_int, c_long, c_void};
use core::ptr::null_mut;
use core::sync::atomic::{AtomicPtr, Ordering};

use crate::allocate::malloc;
use crate::memory::memcpy;
use crate::strings::strlen;
use crate::threads::lock::Recursive;
use crate::{host, stdio};

/// What `exit` does except ending the program: runs what `atexit` was given, then writes what
/// is still in buffers. Returns its argument.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __bf_finish(status: c_int) -> c_int {
    // SAFETY: one thread ends the program.
    unsafe {
        run_handlers();
        stdio::flush_at_end();
    }
    status
}

/// A function of `atexit` (without argument) or `__cxa_atexit`; calling the first with an
/// argument that it ignores is what the calling convention allows.
#[derive(Clone, Copy)]
struct Handler {
    call: Option<unsafe extern "C" fn(*mut c_void)>,
    argument: *mut c_void,
}

const NOTHING: Handler = Handler { call: None, argument: null_mut() };

/// As many as there are always room for; more take memory of the heap.
const FIRST: usize = 32;

static mut FIRST_ROOM: [Handler; FIRST] = [NOTHING; FIRST];

/// Those registered and not run yet.
struct Registered {
    at: *mut Handler,
    room: usize,
    count: usize,
}

static mut REGISTERED: Registered =
    Registered { at: (&raw mut FIRST_ROOM).cast::<Handler>(), room: FIRST, count: 0 };
static LOCK: Recursive = Recursive::new();

unsafe fn registered() -> &'static mut Registered {
    let registered = &raw mut REGISTERED;
    // SAFETY: no other reference is alive, since the lock is held, says the caller.
    unsafe { &mut *registered }
}

/// Takes the one that was registered last.
fn last_handler() -> Option<Handler> {
    let _held = LOCK.hold();
    // SAFETY: the lock is held; `count` handlers are registered.
    unsafe {
        let registered = registered();
        registered.count = registered.count.checked_sub(1)?;
        Some(*registered.at.add(registered.count))
    }
}

/// The last one registered runs first; handlers may register others.
unsafe fn run_handlers() {
    while let Some(handler) = last_handler() {
        if let Some(call) = handler.call {
            // SAFETY: who registered it vouches for it.
            unsafe { call(handler.argument) };
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn __cxa_atexit(
    call: Option<unsafe extern "C" fn(*mut c_void)>,
    argument: *mut c_void,
    _library: *mut c_void,
) -> c_int {
    let _held = LOCK.hold();
    // SAFETY: the lock is held; what is copied fits into twice its room.
    unsafe {
        let registered = registered();
        if registered.count == registered.room {
            let more = malloc(2 * registered.room * size_of::<Handler>()).cast::<Handler>();
            if more.is_null() {
                return -1;
            }
            let bytes = registered.count * size_of::<Handler>();
            memcpy(more.cast(), registered.at.cast(), bytes);
            // The room before is not given back: it is the first one, or small.
            (registered.at, registered.room) = (more, 2 * registered.room);
        }
        *registered.at.add(registered.count) = Handler { call, argument };
        registered.count += 1;
    }
    0
}

/// What objects name themselves by to `__cxa_atexit`; there is one program.
#[unsafe(no_mangle)]
pub static __dso_handle: usize = 0;

#[unsafe(no_mangle)]
pub unsafe extern "C" fn atexit(call: Option<unsafe extern "C" fn(*mut c_void)>) -> c_int {
    // SAFETY: as for `__cxa_atexit`.
    unsafe { __cxa_atexit(call, null_mut(), null_mut()) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn exit(status: c_int) -> ! {
    // SAFETY: a host call, after everything that belongs before it.
    unsafe {
        __bf_finish(status);
        host::bf_exit(status)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn _exit(status: c_int) -> ! {
    // SAFETY: a host call without conditions.
    unsafe { host::bf_exit(status) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn _Exit(status: c_int) -> ! {
    // SAFETY: a host call without conditions.
    unsafe { host::bf_exit(status) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn quick_exit(status: c_int) -> ! {
    // SAFETY: a host call without conditions.
    unsafe { host::bf_exit(status) }
}

/// What is called before the program is aborted: it raises the signal, once that has a handler (`signals`).
pub static ON_ABORT: AtomicPtr<()> = AtomicPtr::new(null_mut());

unsafe fn raise_abort() {
    let call = ON_ABORT.load(Ordering::Relaxed);
    if !call.is_null() {
        // SAFETY: only such a function is ever stored.
        unsafe { core::mem::transmute::<*mut (), unsafe extern "C" fn()>(call)() };
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn abort() -> ! {
    // SAFETY: the text has a NUL.
    unsafe {
        raise_abort();
        host::bf_abort(c"the program called abort()".as_ptr().cast())
    }
}

/// Appends to a message of limited length.
struct Message {
    text: [u8; 256],
    len: usize,
}

impl Message {
    unsafe fn add(&mut self, text: *const u8) {
        // SAFETY: the caller's text has a NUL; what is added has room.
        unsafe {
            let room = self.text.len() - 1 - self.len;
            let len = strlen(text).min(room);
            crate::memory::memcpy(self.text.as_mut_ptr().add(self.len), text, len);
            self.len += len;
        }
    }
}

/// What `assert` calls. The message goes to standard error, as everywhere.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __assert_fail(
    condition: *const u8,
    file: *const u8,
    line: u32,
    function: *const u8,
) -> ! {
    // SAFETY: the caller's texts have a NUL; a line has at most ten digits.
    unsafe {
        let mut digits = [0u8; 11];
        let mut at = 10;
        let mut rest = line;
        loop {
            at -= 1;
            *digits.as_mut_ptr().add(at) = b'0' + (rest % 10) as u8;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let mut message = Message { text: [0; 256], len: 0 };
        message.add(file);
        message.add(c":".as_ptr().cast());
        message.add(digits.as_ptr().add(at));
        message.add(c": ".as_ptr().cast());
        if !function.is_null() {
            message.add(function);
            message.add(c": ".as_ptr().cast());
        }
        message.add(c"Assertion `".as_ptr().cast());
        message.add(condition);
        message.add(c"' failed.\n".as_ptr().cast());
        stdio::flush_all();
        stdio::descriptor::write(2, message.text.as_ptr(), message.len);
        raise_abort();
        host::bf_abort(c"an assertion failed".as_ptr().cast())
    }
}

/// There is no shell.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn system(command: *const u8) -> c_int {
    if command.is_null() { 0 } else { -1 }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn getpid() -> c_int {
    1
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sysconf(name: c_int) -> c_long {
    const PAGE_SIZE: c_int = 30;
    const PROCESSORS: [c_int; 2] = [83, 84];
    if name == PAGE_SIZE {
        4096
    } else if PROCESSORS.contains(&name) {
        // SAFETY: a host call without conditions.
        unsafe { c_long::from(host::bf_cores()) }
    } else {
        -1
    }
}

/// A stack that was overwritten, in code built with `-fstack-protector`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __stack_chk_fail() -> ! {
    // SAFETY: the text has a NUL.
    unsafe { host::bf_abort(c"the stack was overwritten".as_ptr().cast()) }
}
