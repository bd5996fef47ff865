//! Divisions that have no result.

use core::ffi::c_int;

use super::masks::{bit, own};
use super::{DEFAULT, IGNORE, reaction, take};
use crate::host;

/// `SIGFPE`, and what it says of integers.
const ARITHMETIC: c_int = 8;
const OF_INTEGERS: c_int = 1;

/// Returns of a handler to one division, after which the program ends.
const RETURNS: u32 = 100;

/// What a division without a result calls before it, in programs that may have a handler. Where none is set, or the
/// signal is held back, it gives 0, and the division by that is the fault that ends the program. A handler that returns
/// comes back to the division, as it does to the instruction natively.
#[unsafe(no_mangle)]
#[inline(never)]
pub unsafe extern "C" fn __bf_no_quotient() -> u64 {
    // Not to be known to whoever compiles the division.
    static ZERO: u64 = 0;
    for _ in 0..RETURNS {
        // SAFETY: a place of the table; the thread's own words.
        unsafe {
            let is_set = reaction(ARITHMETIC).is_some_and(|is| ![DEFAULT, IGNORE].contains(&(*is).action));
            if !is_set || (*own()).masked & bit(ARITHMETIC) != 0 {
                return (&raw const ZERO).read_volatile();
            }
            take(ARITHMETIC, OF_INTEGERS);
        }
    }
    // SAFETY: the text has a NUL.
    unsafe {
        host::bf_abort(c"a handler of SIGFPE returned a hundred times to a division that has no result".as_ptr().cast())
    }
}
