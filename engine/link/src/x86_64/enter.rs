//! Runs the program on its own stack.

use core::sync::atomic::AtomicUsize;

use crate::CoreBlock;

/// Runs `f(arg)` on the stack that ends at `stack_top` and returns its result, or the status
/// that [`crate::leave`] was given from any depth. Registers that a callee keeps, the rounding
/// modes included, are as they were before.
///
/// Calls that were being measured when the program left are forgotten. May be called again inside
/// of `f`, on the same stack further down or on another: a core that waits may run something else.
///
/// # Safety
/// `stack_top` must be the end of a stack that nothing else uses and that is large enough.
/// `block` must be the block of the core that runs, and `f` must stay on this core. Frames between
/// here and a `leave` are dropped without running destructors.
pub unsafe fn enter(
    block: &CoreBlock,
    stack_top: usize,
    f: unsafe extern "C" fn(*mut ()) -> u64,
    arg: *mut (),
) -> u64 {
    let stack_top = stack_top & !15;
    let mut level = block.begin(stack_top);
    block.set_level(&raw mut level);
    // SAFETY: as promised to this function.
    let status = unsafe { raw(stack_top, f, arg, &block.escape) };
    block.end(&level);
    status
}

#[unsafe(naked)]
unsafe extern "C" fn raw(
    stack_top: usize,
    f: unsafe extern "C" fn(*mut ()) -> u64,
    arg: *mut (),
    escape: &AtomicUsize,
) -> u64 {
    core::arch::naked_asm!(
        "push rbp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "stmxcsr [rsp]",
        "fnstcw [rsp + 4]",
        "mov [rcx], rsp",
        // The function keeps rbx, so the way back is known without looking at the stack.
        "mov rbx, rsp",
        "mov rsp, rdi",
        // Chains of frame pointers end here.
        "xor ebp, ebp",
        "mov rdi, rdx",
        "call rsi",
        "mov rsp, rbx",
        "ldmxcsr [rsp]",
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
