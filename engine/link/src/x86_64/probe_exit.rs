//! The exit half of a probe: takes the time and goes to the real caller.

use crate::probe::{FRAME_BYTES, record, state};

/// Entered in place of the caller when a measured function returns, with the state's address in
/// r10. Keeps rax, rdx, xmm0, xmm1, the x87 stack, and what a callee keeps.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn probe_exit() {
    core::arch::naked_asm!(
        "mov rsi, rax",
        "mov rdi, rdx",
        "rdtsc",
        "shl rdx, 32",
        "or rdx, rax",
        "mov rcx, [r10 + {top}]",
        "sub rcx, {frame}",
        "mov [r10 + {top}], rcx",
        // The caller's address goes where `call` had put it.
        "push [rcx]",
        "sub rdx, [rcx + 8]",
        "mov r8, [rcx + 16]",
        // A processor change or a clock set back must not count as an age.
        "xor eax, eax",
        "test rdx, rdx",
        "cmovs rdx, rax",
        "mov rax, [r8 + {count}]",
        "mov r9, rax",
        "inc rax",
        "mov [r8 + {count}], rax",
        "add [r8 + {total}], rdx",
        "cmp rdx, [r8 + {min}]",
        "jae 2f",
        "mov [r8 + {min}], rdx",
        "2:",
        "cmp rdx, [r8 + {max}]",
        "jbe 3f",
        "mov [r8 + {max}], rdx",
        "3:",
        "and r9, {mask}",
        "mov rcx, [r8 + {ring}]",
        "mov [rcx + r9 * 8], rdx",
        "mov rax, [r8 + {count}]",
        "cmp rax, [r8 + {limit_count}]",
        "je 4f",
        "mov rax, rsi",
        "mov rdx, rdi",
        "ret",
        // The turn is over: tell whoever holds it. The stack is a multiple of 16, less the
        // caller's address.
        "4:",
        "sub rsp, 56",
        "mov [rsp], rsi",
        "mov [rsp + 8], rdi",
        "movups [rsp + 16], xmm0",
        "movups [rsp + 32], xmm1",
        "mov rdi, r8",
        "sub rdi, [r10 + {probes}]",
        "shr rdi, 6",
        "call [r10 + {turn}]",
        "mov rax, [rsp]",
        "mov rdx, [rsp + 8]",
        "movups xmm0, [rsp + 16]",
        "movups xmm1, [rsp + 32]",
        "add rsp, 56",
        "ret",
        top = const state::TOP,
        probes = const state::PROBES,
        turn = const state::TURN,
        limit_count = const record::LIMIT,
        frame = const FRAME_BYTES,
        count = const record::COUNT,
        total = const record::TOTAL,
        min = const record::MIN,
        max = const record::MAX,
        ring = const record::RING,
        mask = const record::RING_LEN - 1,
    )
}
