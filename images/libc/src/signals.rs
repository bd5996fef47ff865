//! Signals: nothing sends any but the program itself, with `raise`.

use core::ffi::c_int;
use core::sync::atomic::AtomicU32;

use crate::errors;
use crate::process::{_exit, abort};
use crate::threads::{FOR_EVER, wait};

/// What a signal does: `SIG_DFL` (0), `SIG_IGN` (1), or the address of a function.
type Action = usize;

const DEFAULT: Action = 0;
const IGNORE: Action = 1;
const ERROR: Action = usize::MAX;

const ABORT: c_int = 6;
const KILL: c_int = 9;
const STOP: c_int = 19;
const SIGNALS: usize = 65;

static mut ACTIONS: [Action; SIGNALS] = [DEFAULT; SIGNALS];

/// Signals whose function is called once: then they do by default what they did, `SA_RESETHAND`.
static mut ONCE: [bool; SIGNALS] = [false; SIGNALS];
const RESET: c_int = 0x8000_0000_u32.cast_signed();

/// The place of a signal that there is.
unsafe fn action(signal: c_int) -> Option<*mut Action> {
    let at = usize::try_from(signal).ok().filter(|at| *at > 0 && *at < SIGNALS)?;
    // SAFETY: just compared with the length of the table.
    unsafe { Some((&raw mut ACTIONS).cast::<Action>().add(at)) }
}

/// Sets what a signal does, once or each time; what it did.
unsafe fn set(signal: c_int, new: Action, once: bool) -> Action {
    // SAFETY: a place of the tables.
    unsafe {
        match action(signal) {
            Some(place) if signal != KILL && signal != STOP => {
                ONCE[signal as usize] = once;
                place.replace(new)
            }
            _ => {
                errors::set(errors::EINVAL);
                ERROR
            }
        }
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn signal(signal: c_int, new: Action) -> Action {
    // SAFETY: the caller's.
    unsafe { set(signal, new, false) }
}

/// What `signal` is to programs that ask for standard C alone.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __sysv_signal(signal: c_int, new: Action) -> Action {
    // SAFETY: the caller's.
    unsafe { set(signal, new, true) }
}

/// Calls what [`signal`] was given. By default the program ends, with the status that a shell
/// shows for it; what is ignored by default elsewhere (children, windows) is here as well.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn raise(signal: c_int) -> c_int {
    const IGNORED: [c_int; 4] = [17, 18, 23, 28];
    // SAFETY: a place of the table; an action is a function, or one of the two numbers.
    unsafe {
        let Some(place) = action(signal) else {
            errors::set(errors::EINVAL);
            return -1;
        };
        match *place {
            DEFAULT if IGNORED.contains(&signal) => {}
            DEFAULT if signal == ABORT => abort(),
            DEFAULT => _exit(128 + signal),
            IGNORE => {}
            function => {
                if ONCE[signal as usize] {
                    *place = DEFAULT;
                }
                // SAFETY: the program gave the address of such a function.
                let call = core::mem::transmute::<usize, unsafe extern "C" fn(c_int)>(function);
                call(signal);
            }
        }
    }
    0
}

/// `sigset_t`.
type Set = [u64; 16];

/// `struct sigaction` of glibc.
#[repr(C)]
pub struct Reaction {
    action: Action,
    masked: Set,
    flags: c_int,
    restorer: usize,
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigaction(
    number: c_int,
    new: *const Reaction,
    old: *mut Reaction,
) -> c_int {
    // SAFETY: a place of the table; the caller's reactions, or null.
    unsafe {
        let Some(place) = action(number).filter(|_| number != KILL && number != STOP) else {
            errors::set(errors::EINVAL);
            return -1;
        };
        if !old.is_null() {
            let flags = if ONCE[number as usize] { RESET } else { 0 };
            old.write(Reaction { action: *place, masked: [0; 16], flags, restorer: 0 });
        }
        if !new.is_null() {
            *place = (*new).action;
            ONCE[number as usize] = (*new).flags & RESET != 0;
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

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigemptyset(set: *mut Set) -> c_int {
    // SAFETY: the caller's set.
    unsafe { *set = [0; 16] };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigfillset(set: *mut Set) -> c_int {
    // SAFETY: the caller's set.
    unsafe { *set = [u64::MAX; 16] };
    0
}

/// The bit of a signal in a set.
unsafe fn bit(set: *mut Set, number: c_int) -> Option<(*mut u64, u64)> {
    let at = usize::try_from(number).ok().filter(|at| *at > 0 && *at < SIGNALS)? - 1;
    Some((set.cast::<u64>().wrapping_add(at / 64), 1 << (at % 64)))
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigaddset(set: *mut Set, number: c_int) -> c_int {
    // SAFETY: the caller's set.
    unsafe {
        let Some((word, bit)) = bit(set, number) else {
            errors::set(errors::EINVAL);
            return -1;
        };
        *word |= bit;
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigdelset(set: *mut Set, number: c_int) -> c_int {
    // SAFETY: the caller's set.
    unsafe {
        let Some((word, bit)) = bit(set, number) else {
            errors::set(errors::EINVAL);
            return -1;
        };
        *word &= !bit;
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigismember(set: *const Set, number: c_int) -> c_int {
    // SAFETY: the caller's set.
    unsafe {
        let Some((word, bit)) = bit(set.cast_mut(), number) else {
            errors::set(errors::EINVAL);
            return -1;
        };
        c_int::from(*word & bit != 0)
    }
}

/// Nothing comes that could be held back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn sigprocmask(_how: c_int, _new: *const Set, old: *mut Set) -> c_int {
    if !old.is_null() {
        // SAFETY: the caller's place for it.
        unsafe { *old = [0; 16] };
    }
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn pthread_sigmask(how: c_int, new: *const Set, old: *mut Set) -> c_int {
    // SAFETY: the same contract.
    unsafe { sigprocmask(how, new, old) }
}

/// Waits for a signal, and none comes: the machine says that all threads wait, when they do.
#[unsafe(no_mangle)]
pub extern "C" fn pause() -> c_int {
    static NEVER: AtomicU32 = AtomicU32::new(0);
    loop {
        wait(&NEVER, 0, FOR_EVER);
    }
}
