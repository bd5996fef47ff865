//! From the engine into code of any signature.

use super::RegFrame;

/// Calls `target` with the registers in `frame` and `stack` as its stack arguments, and leaves
/// the result in `frame`.
///
/// # Safety
/// `target` must be the address of code that follows the C calling convention, takes what
/// `frame` and `stack` hold, and may be called now.
#[inline]
pub unsafe fn call(target: usize, frame: &mut RegFrame, stack: &[u64]) {
    // SAFETY: the caller vouches for the target; `frame` and `stack` are valid for the call.
    unsafe { raw(target, frame, stack.as_ptr(), stack.len()) }
}

#[unsafe(naked)]
unsafe extern "C" fn raw(target: usize, frame: *mut RegFrame, stack: *const u64, words: usize) {
    core::arch::naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "push rbx",
        "mov rbx, rsi",
        "mov r11, rdi",
        "lea rax, [rcx * 8]",
        "sub rsp, rax",
        "mov eax, 16",
        "mov r10, [rbx + 184]",
        "test r10, r10",
        "cmovz r10, rax",
        "neg r10",
        "and rsp, r10",
        "2:",
        "sub rcx, 1",
        "jc 3f",
        "mov rax, [rdx + rcx * 8]",
        "mov [rsp + rcx * 8], rax",
        "jmp 2b",
        "3:",
        "movaps xmm0, [rbx + 48]",
        "movaps xmm1, [rbx + 64]",
        "movaps xmm2, [rbx + 80]",
        "movaps xmm3, [rbx + 96]",
        "movaps xmm4, [rbx + 112]",
        "movaps xmm5, [rbx + 128]",
        "movaps xmm6, [rbx + 144]",
        "movaps xmm7, [rbx + 160]",
        "mov rdi, [rbx]",
        "mov rsi, [rbx + 8]",
        "mov rdx, [rbx + 16]",
        "mov rcx, [rbx + 24]",
        "mov r8, [rbx + 32]",
        "mov r9, [rbx + 40]",
        "mov r10, [rbx + 176]",
        // A native variadic function wants to know how many vector registers may be in use.
        "mov eax, 8",
        "call r11",
        "mov [rbx], rax",
        "mov [rbx + 8], rdx",
        "movaps [rbx + 48], xmm0",
        "movaps [rbx + 64], xmm1",
        "mov rbx, [rbp - 8]",
        "leave",
        "ret",
    )
}
