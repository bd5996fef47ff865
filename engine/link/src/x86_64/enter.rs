//! Runs the program on its own stack.

use crate::CodeSpace;

/// Where [`crate::leave`] goes: the stack pointer of an [`enter`] that has not returned yet.
#[repr(C)]
#[derive(Debug, Default)]
pub struct Escape {
    sp: usize,
}

impl Escape {
    /// A place to leave to, once [`enter`] has filled it in.
    pub const fn new() -> Self {
        Self { sp: 0 }
    }

    /// Whether an [`enter`] is under way that [`crate::leave`] can end.
    pub fn is_armed(&self) -> bool {
        self.sp != 0
    }
}

/// Runs `f(arg)` on the stack that ends at `stack_top` and returns its result, or the status
/// that [`crate::leave`] was given from any depth. Registers that a callee keeps, the rounding
/// modes included, are as they were before.
///
/// Calls that were being measured when the program left are forgotten.
///
/// # Safety
/// `stack_top` must be the end of a stack that nothing else uses and that is large enough.
/// `escape` and `space` must stay valid until `enter` returns; the space is a raw pointer since
/// the program's calls may change it meanwhile. Frames between here and a `leave` are
/// dropped without running destructors.
pub unsafe fn enter(
    space: *const CodeSpace,
    escape: *mut Escape,
    stack_top: usize,
    f: unsafe extern "C" fn(*mut ()) -> u64,
    arg: *mut (),
) -> u64 {
    // SAFETY: the caller says that the space is there.
    let mark = unsafe { (*space).probe_depth() };
    // SAFETY: as promised to this function.
    let status = unsafe { raw(stack_top & !15, f, arg, escape) };
    // SAFETY: the space and `escape` are valid until this function returns.
    unsafe {
        (*space).reset_probe_depth(mark);
        (*escape).sp = 0;
    }
    status
}

#[unsafe(naked)]
unsafe extern "C" fn raw(
    stack_top: usize,
    f: unsafe extern "C" fn(*mut ()) -> u64,
    arg: *mut (),
    escape: *mut Escape,
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
