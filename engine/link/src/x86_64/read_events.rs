//! Reads the processor's counters.

use bareflow_platform::{Counter, EVENTS};

use crate::block::at;

/// Writes what all counters of a core say to the words from rdi on, 0 for those that are not there. Called with the
/// address of the core's block in r10; changes rax, rcx, rdx, rsi, r8, r9 and flags alone.
///
/// How a counter is read is said at [`Counter`].
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn read_events() {
    core::arch::naked_asm!(
        "xor r8d, r8d",
        "2:",
        "mov r9, [r10 + r8 * 8 + {counters}]",
        "xor eax, eax",
        "test r9, r9",
        "jz 5f",
        "3:",
        "mov esi, [r9 + {lock}]",
        "mov ecx, [r9 + {index}]",
        "xor eax, eax",
        "test ecx, ecx",
        "jz 4f",
        "dec ecx",
        "rdpmc",
        "shl rdx, 32",
        "or rax, rdx",
        "movzx edx, word ptr [r9 + {width}]",
        "mov ecx, 64",
        "sub ecx, edx",
        "shl rax, cl",
        "sar rax, cl",
        "4:",
        "add rax, [r9 + {offset}]",
        "cmp esi, [r9 + {lock}]",
        "jne 3b",
        "5:",
        "mov [rdi + r8 * 8], rax",
        "inc r8d",
        "cmp r8d, {events}",
        "jne 2b",
        "ret",
        counters = const at::COUNTERS,
        lock = const Counter::LOCK,
        index = const Counter::INDEX,
        offset = const Counter::OFFSET,
        width = const Counter::WIDTH,
        events = const EVENTS,
    )
}
