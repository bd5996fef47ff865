//! Where the stack is.

/// The stack pointer of the caller, at most: everything that the caller's callers have on the
/// stack lies at or above it.
#[inline(always)]
pub fn stack_pointer() -> usize {
    let sp: usize;
    // SAFETY: reads a register.
    unsafe {
        core::arch::asm!("mov {}, rsp", out(reg) sp, options(nomem, nostack, preserves_flags))
    };
    sp
}
