//! The entry half of a probe: notes the time, and what the processor has counted, and puts itself in the way of the
//! return.

use crate::block::at;
use crate::record::{SHIFT, field};

/// Entered by jump with the address of the core's block in r10 and the probe's number in r11d,
/// everything else as a caller of the target left it but what r10 was, which is where
/// [`super::stubs::entry_with_block`] puts it; jumps to the target.
///
/// The time and the real return address go into a frame of the block. When there is no room for
/// one the call goes unmeasured.
#[unsafe(naked)]
pub(crate) unsafe extern "C" fn probe_enter() {
    core::arch::naked_asm!(
        // The red zone of the caller is not ours, but what lies below a return address on
        // entry is free, and interrupts run on stacks of their own.
        "mov [rsp - 8], rax",
        "mov [rsp - 16], rdx",
        "shl r11, {shift}",
        "add r11, [r10 + {records}]",
        "mov rax, [r10 + {top}]",
        "cmp rax, [r10 + {limit}]",
        "jae 2f",
        "mov rdx, [rsp]",
        // Called in place of a measured function, which ends with it: that goes on being measured.
        "cmp rdx, [r10 + {exit}]",
        "je 2f",
        "mov [rax], rdx",
        "mov [rax + {record}], r11",
        "mov rdx, [r10 + {exit}]",
        "mov [rsp], rdx",
        "add rax, {frame}",
        "mov [r10 + {top}], rax",
        "cmp qword ptr [r11 + {events}], 0",
        "jne 4f",
        // The time comes last, so that reading counters is not in it.
        "3:",
        "rdtsc",
        "shl rdx, 32",
        "or rax, rdx",
        "mov rdx, [r10 + {top}]",
        "mov [rdx - {frame} + {start}], rax",
        "2:",
        "mov rax, [rsp - 8]",
        "mov rdx, [rsp - 16]",
        "mov r10, [rsp - {nest}]",
        "jmp [r11]",
        // What this leaves below the stack pointer stays there.
        "4:",
        "cmp qword ptr [r10 + {counts}], 0",
        "je 3b",
        "lea rsp, [rsp - {nest}]",
        "push rcx",
        "push rsi",
        "push rdi",
        "push r8",
        "push r9",
        "lea rdi, [rax - {frame}]",
        "sub rdi, [r10 + {frames}]",
        "lea rdi, [rdi * 2]",
        "add rdi, [r10 + {counts}]",
        "call {read_events}",
        "pop r9",
        "pop r8",
        "pop rdi",
        "pop rsi",
        "pop rcx",
        "lea rsp, [rsp + {nest}]",
        "jmp 3b",
        events = const field::EVENTS,
        frames = const at::FRAMES,
        counts = const at::COUNTS,
        read_events = sym super::read_events,
        shift = const SHIFT,
        records = const at::RECORDS,
        top = const at::TOP,
        limit = const at::LIMIT,
        exit = const at::EXIT,
        frame = const at::FRAME,
        start = const at::START,
        record = const at::RECORD,
        nest = const super::stubs::NEST,
    )
}
