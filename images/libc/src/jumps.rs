//! `longjmp`. `setjmp` is no function: linking a program has made other code of its calls
//! (`bareflow_program`, `jumps`), which leaves in the buffer where to come back to.

use core::ffi::{c_int, c_void};

use crate::host;
use crate::signals::put_back;

/// What `setjmp` has left at the beginning of a `jmp_buf`.
#[repr(C)]
pub struct Buffer {
    frame: *mut Frame,
    number: u64,
}

/// The beginning of the memory that the function has which called `setjmp`.
#[repr(C)]
pub struct Frame {
    of_machine: usize,
    value: c_int,
}

/// Comes back from the `setjmp` that filled the buffer, with `value`, or with 1 for 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn longjmp(buffer: *const Buffer, value: c_int) -> ! {
    // SAFETY: the function that called `setjmp` has not returned.
    unsafe {
        let Buffer { frame, number } = buffer.read();
        // A buffer of zeros was never filled: the machine says so.
        if !frame.is_null() {
            (*frame).value = if value == 0 { 1 } else { value };
        }
        host::bf_throw(frame.cast::<c_void>(), number)
    }
}

#[unsafe(no_mangle)]
pub unsafe extern "C" fn _longjmp(buffer: *const Buffer, value: c_int) -> ! {
    // SAFETY: the same contract.
    unsafe { longjmp(buffer, value) }
}

/// The same with the signals that `sigsetjmp` found held back.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn siglongjmp(buffer: *const Buffer, value: c_int) -> ! {
    // SAFETY: the same contract.
    unsafe {
        put_back(buffer.cast());
        longjmp(buffer, value)
    }
}

/// What `longjmp` is called with `_FORTIFY_SOURCE`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __longjmp_chk(buffer: *const Buffer, value: c_int) -> ! {
    // SAFETY: the same contract.
    unsafe { longjmp(buffer, value) }
}
