//! The entry half of a probe: notes the time and puts itself in the way of the return.

use crate::block::at;
use crate::record::SHIFT;

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
