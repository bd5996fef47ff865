//! Waiting for descriptors.

use core::ffi::c_int;

use crate::host;

/// `struct pollfd`.
#[repr(C)]
pub struct Poll {
    file: c_int,
    wanted: i16,
    is: i16,
}

/// Files and the console are always ready: who reads the console waits there. Without any it is a way to
/// sleep.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn poll(list: *mut Poll, count: usize, milliseconds: c_int) -> c_int {
    const READY: i16 = 1 | 4;
    const NOT_OPEN: i16 = 0x20;
    let mut ready = 0;
    for at in 0..count {
        // SAFETY: the caller's list.
        let entry = unsafe { &mut *list.add(at) };
        entry.is = match entry.file {
            ..0 => 0,
            // SAFETY: the machine knows which descriptors are open.
            file if unsafe { host::bf_flags(file, -1) } >= 0 => entry.wanted & READY,
            _ => NOT_OPEN,
        };
        ready += c_int::from(entry.is != 0);
    }
    if ready == 0 && milliseconds > 0 {
        // SAFETY: without conditions.
        return unsafe { crate::time::usleep(milliseconds as u32 * 1_000) };
    }
    ready
}
