//! Leaves the program from any depth.

use crate::CoreBlock;

/// Ends the innermost [`crate::enter`] under way: it returns `status`.
///
/// # Safety
/// There must be one ([`CoreBlock::is_entered`]), on a stack that is still there, and `block` must
/// be the block of the core that runs. The frames between are dropped without running destructors.
#[unsafe(naked)]
pub unsafe extern "C" fn leave(block: &CoreBlock, status: u64) -> ! {
    core::arch::naked_asm!(
        // The escape is the block's first word.
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
