//! The exit half of a probe: takes the time and goes to the real caller.

use crate::block::at;
use crate::record::{RING, SHIFT, field};

/// Entered in place of the caller when a measured function returns, with the address of the core's
/// block in r10. Keeps rax, rdx, xmm0, xmm1, the x87 stack, and what a callee keeps.
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
        "sub rdx, [rcx + {start}]",
        "mov r8, [rcx + {record}]",
        // A processor change or a clock set back must not count as an age.
        "xor eax, eax",
        "test rdx, rdx",
        "cmovs rdx, rax",
        // The count that is compared in the end is the one that was stored: so it meets the limit
        // whatever another core does meanwhile.
        "mov r9, [r8 + {count}]",
        "lea rax, [r9 + 1]",
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
        "sub rdi, [r10 + {records}]",
        "shr rdi, {shift}",
        "mov rax, [r10 + {turn}]",
        "call [rax]",
        "mov rax, [rsp]",
        "mov rdx, [rsp + 8]",
        "movups xmm0, [rsp + 16]",
        "movups xmm1, [rsp + 32]",
        "add rsp, 56",
        "ret",
        top = const at::TOP,
        records = const at::RECORDS,
        turn = const at::TURN,
        frame = const at::FRAME,
        start = const at::START,
        record = const at::RECORD,
        shift = const SHIFT,
        limit_count = const field::LIMIT,
        count = const field::COUNT,
        total = const field::TOTAL,
        min = const field::MIN,
        max = const field::MAX,
        ring = const field::RING,
        mask = const RING - 1,
    )
}
