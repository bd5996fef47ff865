//! The stack that a thread's faults are handled on.

use std::ptr;

/// Gives the calling thread a stack for its faults: its own may be what is used up.
pub(crate) fn own_stack() {
    let size = 256 << 10;
    let stack = libc::stack_t {
        ss_sp: Box::leak(vec![0u8; size].into_boxed_slice()).as_mut_ptr().cast(),
        ss_flags: 0,
        ss_size: size,
    };
    // SAFETY: the stack lives for ever and is this thread's alone.
    unsafe { libc::sigaltstack(&stack, ptr::null_mut()) };
}
