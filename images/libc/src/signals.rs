//! Signals: nothing sends any but the program itself, with `raise`.

use core::ffi::c_int;

use crate::errors;
use crate::process::{_exit, abort};

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

/// The place of a signal that there is.
unsafe fn action(signal: c_int) -> Option<*mut Action> {
    let at = usize::try_from(signal).ok().filter(|at| *at > 0 && *at < SIGNALS)?;
    // SAFETY: just compared with the length of the table.
    unsafe { Some((&raw mut ACTIONS).cast::<Action>().add(at)) }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn signal(signal: c_int, new: Action) -> Action {
    // SAFETY: a place of the table.
    unsafe {
        match action(signal) {
            Some(place) if signal != KILL && signal != STOP => place.replace(new),
            _ => {
                errors::set(errors::EINVAL);
                ERROR
            }
        }
    }
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
                // SAFETY: the program gave the address of such a function.
                let call = core::mem::transmute::<usize, unsafe extern "C" fn(c_int)>(function);
                call(signal);
            }
        }
    }
    0
}
