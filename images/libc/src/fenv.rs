//! `<fenv.h>`: numbers are rounded to nearest, nothing stops at an exception, and which exceptions were raised is known.
//!
//! Other ways of rounding cannot be set, which the standard lets `fesetround` say (C17, 7.6.3.2): constants are computed
//! when code is compiled, in a process that rounds to nearest, by compilers that take it for granted.
//!
//! Exceptions are those of instructions on `float` and `double`. `long double`, `__float128` and halves are computed
//! with integers here, and raise none.

use core::ffi::{c_int, c_ushort};

use crate::host::bf_raised;

const TO_NEAREST: c_int = 0;
const ALL: u32 = 0x3F;

/// `fenv_t`, 32 bytes, the last four of which are MXCSR.
type Environment = [u32; 8];
/// What stands for the environment that a program begins with.
const FIRST: *const Environment = usize::MAX as *const Environment;
/// What asks to stop at every exception.
const STOPPING: *const Environment = (usize::MAX - 1) as *const Environment;
/// Where the exceptions are.
const RAISED: usize = 7;

fn raised(clear: u32, raise: u32) -> u32 {
    // SAFETY: it takes any flags.
    unsafe { bf_raised(clear & ALL, raise & ALL) }
}

#[unsafe(no_mangle)]
pub extern "C" fn fegetround() -> c_int {
    TO_NEAREST
}

/// Whether it is not done.
#[unsafe(no_mangle)]
pub extern "C" fn fesetround(way: c_int) -> c_int {
    c_int::from(way != TO_NEAREST)
}

#[unsafe(no_mangle)]
pub extern "C" fn feclearexcept(exceptions: c_int) -> c_int {
    raised(exceptions as u32, 0);
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn feraiseexcept(exceptions: c_int) -> c_int {
    raised(0, exceptions as u32);
    0
}

/// The same without what a processor might do beside.
#[unsafe(no_mangle)]
pub extern "C" fn fesetexcept(exceptions: c_int) -> c_int {
    feraiseexcept(exceptions)
}

#[unsafe(no_mangle)]
pub extern "C" fn fetestexcept(exceptions: c_int) -> c_int {
    raised(0, 0) as c_int & exceptions
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fegetexceptflag(to: *mut c_ushort, exceptions: c_int) -> c_int {
    // SAFETY: the caller's place for it.
    unsafe { to.write(fetestexcept(exceptions) as c_ushort) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fesetexceptflag(flags: *const c_ushort, exceptions: c_int) -> c_int {
    // SAFETY: the caller's.
    let flags = u32::from(unsafe { flags.read() });
    raised(exceptions as u32, flags & exceptions as u32);
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fetestexceptflag(flags: *const c_ushort, exceptions: c_int) -> c_int {
    // SAFETY: the caller's.
    c_int::from(unsafe { flags.read() }) & exceptions
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fegetenv(to: *mut Environment) -> c_int {
    let mut environment = [0; 8];
    environment[RAISED] = raised(0, 0);
    // SAFETY: the caller's place for it.
    unsafe { to.write(environment) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn feholdexcept(to: *mut Environment) -> c_int {
    // SAFETY: the same contract.
    unsafe { fegetenv(to) };
    raised(ALL, 0);
    0
}

/// The exceptions of an environment, or why it cannot be had.
unsafe fn of(environment: *const Environment) -> Option<u32> {
    match environment {
        FIRST => Some(0),
        STOPPING => None,
        // SAFETY: the caller's.
        other => Some(unsafe { (*other)[RAISED] }),
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn fesetenv(environment: *const Environment) -> c_int {
    // SAFETY: the caller's.
    let Some(flags) = (unsafe { of(environment) }) else { return 1 };
    raised(ALL, flags);
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn feupdateenv(environment: *const Environment) -> c_int {
    // SAFETY: the caller's.
    let Some(flags) = (unsafe { of(environment) }) else { return 1 };
    raised(0, flags);
    0
}

/// Exceptions that a program is stopped at.
#[unsafe(no_mangle)]
pub extern "C" fn fegetexcept() -> c_int {
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn fedisableexcept(_exceptions: c_int) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn feenableexcept(exceptions: c_int) -> c_int {
    if exceptions == 0 { 0 } else { -1 }
}
