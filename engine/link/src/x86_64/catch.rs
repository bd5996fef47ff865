//! Calls what may be left from further in, and comes back then.

use crate::CoreBlock;

/// Runs `f(arg)`, on the stack of whoever calls, and returns its result, or the status that [`throw`]
/// was given with the way back, which is written to `way_back` before. Registers that a callee keeps
/// are as they were before; the rounding modes are as `f` or whoever threw has left them.
///
/// Calls that were being measured when it was thrown are forgotten.
///
/// # Safety
/// `block` must be the block of the core that runs, and `f` must stay on this core. Frames between here
/// and a `throw` are dropped without running destructors.
pub unsafe fn catch(
    block: &CoreBlock,
    way_back: *mut usize,
    f: unsafe extern "C" fn(*mut ()) -> u64,
    arg: *mut (),
) -> u64 {
    let depth = block.probe_depth();
    // SAFETY: as promised to this function.
    let status = unsafe { raw(f, arg, way_back) };
    block.forget_measured(depth);
    status
}

#[unsafe(naked)]
unsafe extern "C" fn raw(
    f: unsafe extern "C" fn(*mut ()) -> u64,
    arg: *mut (),
    way_back: *mut usize,
) -> u64 {
    core::arch::naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "push rbx",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "sub rsp, 8",
        "mov [rdx], rsp",
        "mov rax, rdi",
        "mov rdi, rsi",
        "call rax",
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

/// Ends a [`catch`] under way: it returns `status`.
///
/// # Safety
/// `way_back` must be that of one that has not returned, on the stack of this core, with no
/// [`crate::enter`] between. The frames between are dropped without running destructors.
#[unsafe(naked)]
pub unsafe extern "C" fn throw(way_back: usize, status: u64) -> ! {
    core::arch::naked_asm!(
        "mov rsp, rdi",
        "mov rax, rsi",
        "cld",
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
