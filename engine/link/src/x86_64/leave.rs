//! Leaves the program from any depth.

use super::Escape;

/// Ends the [`crate::enter`] that filled `escape` in: it returns `status`.
///
/// # Safety
/// That `enter` must not have returned, and must be on a stack that is still there. The frames
/// between are dropped without running destructors.
#[unsafe(naked)]
pub unsafe extern "C" fn leave(escape: *const Escape, status: u64) -> ! {
    core::arch::naked_asm!(
        "mov rsp, [rdi]",
        "mov rax, rsi",
        "cld",
        "ldmxcsr [rsp]",
        // Whatever the program left on the x87 stack is gone.
        "fninit",
        "fldcw [rsp + 4]",
        "add rsp, 8",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbx",
        "pop rbp",
        "ret",
    )
}
