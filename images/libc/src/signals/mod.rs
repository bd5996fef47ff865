//! Signals: what the program sends itself (`raise`), divisions without a result, and alarms.
//!
//! A handler is called as any function, by whoever notices the signal: on the stack of that thread, and at a place where
//! the program is between two of its instructions. So it may do what other functions may, and leave by `longjmp`.

pub mod alarms;
mod faults;
mod masks;
mod sets;
mod synchronous;

use core::ffi::c_int;
use core::sync::atomic::Ordering;

use crate::process::{_exit, ON_ABORT};
use crate::{errors, host};
use masks::bit;
pub use masks::{own, put_back, send};
use sets::Set;

/// What a signal does: `SIG_DFL` (0), `SIG_IGN` (1), or the address of a function.
type Action = usize;

const DEFAULT: Action = 0;
const IGNORE: Action = 1;
const ERROR: Action = usize::MAX;

const ABORT: c_int = 6;
const KILL: c_int = 9;
const ALARM: c_int = 14;
const STOP: c_int = 19;
const SIGNALS: usize = 65;

/// The handler takes three arguments.
const INFO: c_int = 4;
/// It may be interrupted by the signal itself.
const AGAIN: c_int = 0x4000_0000;
/// It is called once: then the signal does by default what it did.
const RESET: c_int = 0x8000_0000_u32.cast_signed();
/// What was interrupted goes on by itself.
const RESTART: c_int = 0x1000_0000;

/// What a signal does, and how.
#[derive(Clone, Copy)]
struct Reaction {
    action: Action,
    /// Signals that wait until it is over.
    masked: u64,
    flags: c_int,
}

static mut REACTIONS: [Reaction; SIGNALS] =
    [Reaction { action: DEFAULT, masked: 0, flags: 0 }; SIGNALS];

/// The reaction to a signal that there is.
unsafe fn reaction(signal: c_int) -> Option<*mut Reaction> {
    let at = usize::try_from(signal).ok().filter(|at| *at > 0 && *at < SIGNALS)?;
    // SAFETY: just compared with the length of the table.
    unsafe { Some((&raw mut REACTIONS).cast::<Reaction>().add(at)) }
}

/// The same for one that can be set.
unsafe fn settable(signal: c_int) -> Option<*mut Reaction> {
    if signal == KILL || signal == STOP {
        return None;
    }
    // SAFETY: the same contract.
    unsafe { reaction(signal) }
}

/// Sets what a signal does; what it did.
unsafe fn set(signal: c_int, new: Action, flags: c_int) -> Action {
    // SAFETY: a place of the table.
    unsafe {
        match settable(signal) {
            Some(place) if new != ERROR => {
                let old = place.replace(Reaction { action: new, masked: 0, flags });
                see(signal);
                old.action
            }
            _ => {
                errors::set(errors::EINVAL);
                ERROR
            }
        }
    }
}

/// Has `abort` raise its signal. It does not look for itself: programs that set nothing need no table.
fn see(signal: c_int) {
    if signal == ABORT {
        let aborted: unsafe extern "C" fn() = aborted;
        ON_ABORT.store(aborted as *mut (), Ordering::Relaxed);
    }
}

/// What `abort` calls: its signal is not held back, and a handler that returns changes nothing.
unsafe extern "C" fn aborted() {
    // SAFETY: the signal's place, and the thread's own words.
    unsafe {
        (*own()).masked &= !bit(ABORT);
        raise(ABORT);
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn signal(signal: c_int, new: Action) -> Action {
    // SAFETY: the caller's.
    unsafe { set(signal, new, RESTART) }
}

/// What `signal` is to programs that ask for standard C alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __sysv_signal(signal: c_int, new: Action) -> Action {
    // SAFETY: the caller's.
    unsafe { set(signal, new, RESET | AGAIN) }
}

/// How a handler with three arguments learns of its signal: `siginfo_t`.
#[repr(C)]
struct Info {
    signal: c_int,
    error: c_int,
    code: c_int,
    /// What differs between kinds: here the sender, or the place of a fault.
    rest: [c_int; 29],
}

impl Info {
    fn of(signal: c_int, code: c_int) -> Self {
        let mut info = Self { signal, error: 0, code, rest: [0; 29] };
        if code != OF_MACHINE {
            // SAFETY: without conditions.
            info.rest[1] = unsafe { crate::process::getpid() };
        }
        info
    }
}

/// `ucontext_t`: no registers are known.
#[repr(C, align(16))]
struct Context([u8; 968]);

/// `SI_USER`: the program sent it to itself.
const OF_PROGRAM: c_int = 0;
/// `SI_TKILL`: a thread of the program sent it.
const OF_THREAD: c_int = -6;
/// `SI_KERNEL`: the machine did.
const OF_MACHINE: c_int = 0x80;

/// Does what a signal does, and says whether that was a handler. By default the program ends, with the status that a
/// shell shows for it; what is ignored by default elsewhere (children, windows) is here as well.
unsafe fn take(signal: c_int, code: c_int) -> bool {
    const IGNORED: [c_int; 4] = [17, 18, 23, 28];
    // SAFETY: a place of the table; an action is a function, or one of the two numbers.
    unsafe {
        let Some(place) = reaction(signal) else { return false };
        let Reaction { action, masked, flags } = *place;
        match action {
            DEFAULT if IGNORED.contains(&signal) => return false,
            DEFAULT if signal == ABORT => {
                host::bf_abort(c"the program called abort()".as_ptr().cast())
            }
            DEFAULT => _exit(128 + signal),
            IGNORE => return false,
            _ => {}
        }
        if flags & RESET != 0 {
            (*place).action = DEFAULT;
        }
        let before = (*own()).masked;
        let itself = if flags & AGAIN == 0 { bit(signal) } else { 0 };
        (*own()).masked = before | masked | itself;
        // Before the call: it may not come back.
        (*own()).handled += 1;
        if flags & INFO == 0 {
            // SAFETY: the program gave the address of such a function.
            let call = core::mem::transmute::<usize, unsafe extern "C" fn(c_int)>(action);
            call(signal);
        } else {
            let mut info = Info::of(signal, code);
            let mut context = Context([0; 968]);
            // SAFETY: as above; it asked for three.
            let call = core::mem::transmute::<
                usize,
                unsafe extern "C" fn(c_int, *mut Info, *mut Context),
            >(action);
            call(signal, &raw mut info, &raw mut context);
        }
        masks::change(before);
        true
    }
}

/// Whether the program has a handler for a signal; `None`: there is no such signal.
pub unsafe fn has_handler(signal: c_int) -> Option<bool> {
    // SAFETY: a place of the table.
    unsafe { reaction(signal).map(|place| !matches!((*place).action, DEFAULT | IGNORE)) }
}

/// Sends a signal to the thread that calls.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn raise(signal: c_int) -> c_int {
    // SAFETY: the thread's own words.
    unsafe {
        if reaction(signal).is_none() {
            errors::set(errors::EINVAL);
            return -1;
        }
        if (*own()).masked & bit(signal) == 0 {
            take(signal, OF_THREAD);
        } else {
            (*own()).waiting |= bit(signal);
        }
    }
    0
}

/// `struct sigaction` of glibc.
#[repr(C)]
pub struct Wanted {
    action: Action,
    masked: Set,
    flags: c_int,
    restorer: usize,
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigaction(number: c_int, new: *const Wanted, old: *mut Wanted) -> c_int {
    // SAFETY: a place of the table; the caller's reactions, or null.
    unsafe {
        let Some(place) = settable(number) else {
            errors::set(errors::EINVAL);
            return -1;
        };
        let Reaction { action, masked, flags } = *place;
        // It may be the same as the old one's place.
        let wanted = if new.is_null() {
            None
        } else {
            let Wanted { action, masked, flags, .. } = new.read();
            Some(Reaction { action, masked: masked[0], flags })
        };
        if !old.is_null() {
            let mut set = [0; 16];
            set[0] = masked;
            old.write(Wanted { action, masked: set, flags, restorer: 0 });
        }
        if let Some(wanted) = wanted {
            place.write(wanted);
            see(number);
        }
    }
    0
}

/// `stack_t`.
#[repr(C)]
pub struct Stack {
    at: *mut u8,
    flags: c_int,
    bytes: usize,
}

/// Functions run on the stack of whoever raises the signal.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigaltstack(_new: *const Stack, old: *mut Stack) -> c_int {
    const DISABLED: c_int = 2;
    if !old.is_null() {
        // SAFETY: the caller's place for it.
        unsafe { old.write(Stack { at: core::ptr::null_mut(), flags: DISABLED, bytes: 0 }) };
    }
    0
}

/// Waits until a handler was called.
#[unsafe(no_mangle)]
pub extern "C" fn pause() -> c_int {
    // SAFETY: the thread's own words.
    unsafe {
        masks::wait_for_handler((*own()).handled);
    }
    errors::set(errors::EINTR);
    -1
}
