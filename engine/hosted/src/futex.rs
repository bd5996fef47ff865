//! Waiting on a word, by the system.

use std::io;
use std::ptr;
use std::sync::atomic::AtomicU32;

/// Waits while the word holds `while_is`; whether in time.
pub(crate) fn wait(word: &AtomicU32, while_is: u32, timeout_ns: Option<u64>) -> bool {
    let time = timeout_ns.map(|ns| libc::timespec {
        tv_sec: (ns / 1_000_000_000) as i64,
        tv_nsec: (ns % 1_000_000_000) as i64,
    });
    let time = time.as_ref().map_or(ptr::null(), ptr::from_ref);
    // SAFETY: the system reads the word and the time.
    let result = unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
            while_is,
            time,
        )
    };
    result == 0 || io::Error::last_os_error().raw_os_error() != Some(libc::ETIMEDOUT)
}

/// Wakes at most `most` that wait on the word.
pub(crate) fn wake(word: &AtomicU32, most: u32) {
    let most = most.min(i32::MAX as u32);
    // SAFETY: the system only uses the address of the word.
    unsafe {
        libc::syscall(
            libc::SYS_futex,
            word.as_ptr(),
            libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
            most,
        )
    };
}
