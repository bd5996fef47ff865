//! `<fenv.h>`, as far as it can be kept: numbers are rounded to nearest, and nothing stops at an exception.
//!
//! Other ways of rounding cannot be set, which the standard lets `fesetround` say (C17, 7.6.3.2): constants are computed
//! when code is compiled, in a process that rounds to nearest, by compilers that take it for granted. Which
//! exceptions were raised nobody can tell for the same reason, so the functions that ask for it are not there, and a program
//! that needs one of them is refused by its name.

use core::ffi::c_int;

const TO_NEAREST: c_int = 0;

/// `fenv_t`, 32 bytes; there is one environment.
type Environment = [u32; 8];

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
pub unsafe extern "C" fn fegetenv(to: *mut Environment) -> c_int {
    // SAFETY: the caller's place for it.
    unsafe { to.write([0; 8]) };
    0
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn feholdexcept(to: *mut Environment) -> c_int {
    // SAFETY: the same contract.
    unsafe { fegetenv(to) }
}

#[unsafe(no_mangle)]
pub extern "C" fn fesetenv(_to: *const Environment) -> c_int {
    0
}

#[unsafe(no_mangle)]
pub extern "C" fn feupdateenv(_to: *const Environment) -> c_int {
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
