//! Where thunks lead: from compiled code into the handler.

use crate::layout::Cell;

/// When the handler gives an address in answer, it goes on there instead, as if that had been
/// called, with the registers that the handler left.
///
/// Saves the argument registers as a [`super::RegFrame`], calls the handler, and returns what it
/// left there. Entered by jump with the slot in r11d, the shared cells' address in r10, and what
/// r10 was before where [`super::stubs::entry_with_cells`] puts it.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn interpret() {
    core::arch::naked_asm!(
        "push rbp",
        "mov rbp, rsp",
        "mov rax, [rsp + 8 - {nest}]",
        // 192 bytes keep the stack at a multiple of 16.
        "sub rsp, 192",
        "mov [rsp], rdi",
        "mov [rsp + 8], rsi",
        "mov [rsp + 16], rdx",
        "mov [rsp + 24], rcx",
        "mov [rsp + 32], r8",
        "mov [rsp + 40], r9",
        "movaps [rsp + 48], xmm0",
        "movaps [rsp + 64], xmm1",
        "movaps [rsp + 80], xmm2",
        "movaps [rsp + 96], xmm3",
        "movaps [rsp + 112], xmm4",
        "movaps [rsp + 128], xmm5",
        "movaps [rsp + 144], xmm6",
        "movaps [rsp + 160], xmm7",
        "mov [rsp + 176], rax",
        "mov qword ptr [rsp + 184], 0",
        "mov edi, r11d",
        "mov rsi, rsp",
        "lea rdx, [rbp + 16]",
        "mov rcx, [r10 + {context}]",
        "call [r10 + {handler}]",
        "test rax, rax",
        "jnz 2f",
        "mov rax, [rsp]",
        "mov rdx, [rsp + 8]",
        "movaps xmm0, [rsp + 48]",
        "movaps xmm1, [rsp + 64]",
        "leave",
        "ret",
        "2:",
        "mov r11, rax",
        "mov rdi, [rsp]",
        "mov rsi, [rsp + 8]",
        "mov rdx, [rsp + 16]",
        "mov rcx, [rsp + 24]",
        "mov r8, [rsp + 32]",
        "mov r9, [rsp + 40]",
        "movaps xmm0, [rsp + 48]",
        "movaps xmm1, [rsp + 64]",
        "movaps xmm2, [rsp + 80]",
        "movaps xmm3, [rsp + 96]",
        "movaps xmm4, [rsp + 112]",
        "movaps xmm5, [rsp + 128]",
        "movaps xmm6, [rsp + 144]",
        "movaps xmm7, [rsp + 160]",
        "mov r10, [rsp + 176]",
        "mov eax, 8",
        "leave",
        "jmp r11",
        handler = const Cell::Handler as usize * 8,
        context = const Cell::Context as usize * 8,
        nest = const super::stubs::NEST,
    )
}
