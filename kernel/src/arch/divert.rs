//! A call slipped in between two instructions of a program.

use core::arch::naked_asm;
use core::mem::offset_of;
use core::sync::atomic::Ordering;

use super::diversion::Diversion;
use super::frame::Frame;
use super::gs;
use crate::cores::Block;

/// What a program's stack may hold below the stack pointer: the red zone (psABI, 3.2.2).
const RED_ZONE: usize = 128;

/// Makes the interrupt that `frame` is of return to a call of `target`, which returns to where it
/// struck, with every register as it was.
///
/// # Safety
/// What was interrupted has a stack that `target` may run on, and does not mind its being
/// called there. No earlier call may have been asked for that has not begun.
pub unsafe fn divert(frame: &mut Frame, target: extern "C" fn()) {
    let diversion = &gs::block().diversion;
    diversion.back.store(frame.rip, Ordering::Relaxed);
    diversion.target.store(target as *const () as u64, Ordering::Relaxed);
    frame.rip = slipped_in as *const () as u64;
}

/// The frame looks as if the program had called it: a backtrace goes on there. What the processor
/// has of vector registers is saved whole, with XSAVE where the kernel has switched it on
/// (CPUID leaf 1, OSXSAVE): the program uses all of it, unlike this kernel's handlers.
#[unsafe(naked)]
extern "C" fn slipped_in() {
    naked_asm!(
        // Nothing changes the flags before they are saved.
        "lea rsp, [rsp - {red_zone}]",
        "push qword ptr gs:[{back}]",
        "push rbp",
        "mov rbp, rsp",
        "pushfq",
        "push rax",
        "push rcx",
        "push rdx",
        "push rsi",
        "push rdi",
        "push r8",
        "push r9",
        "push r10",
        "push r11",
        "push rbx",
        "cld",
        "mov eax, 1",
        "cpuid",
        "bt ecx, 27",
        "jnc 2f",
        // The size of all that is switched on; the header behind the first 512 bytes must be zero.
        "mov eax, 0xd",
        "xor ecx, ecx",
        "cpuid",
        "sub rsp, rbx",
        "and rsp, -64",
        "lea rdi, [rsp + 512]",
        "xor eax, eax",
        "mov ecx, 8",
        "rep stosq",
        "mov eax, -1",
        "mov edx, -1",
        "xsave64 [rsp]",
        "call qword ptr gs:[{target}]",
        "mov eax, -1",
        "mov edx, -1",
        "xrstor64 [rsp]",
        "jmp 3f",
        "2:",
        "sub rsp, 512",
        "and rsp, -16",
        "fxsave64 [rsp]",
        "call qword ptr gs:[{target}]",
        "fxrstor64 [rsp]",
        "3:",
        "lea rsp, [rbp - 8 * 11]",
        "pop rbx",
        "pop r11",
        "pop r10",
        "pop r9",
        "pop r8",
        "pop rdi",
        "pop rsi",
        "pop rdx",
        "pop rcx",
        "pop rax",
        "popfq",
        "pop rbp",
        "ret {red_zone}",
        red_zone = const RED_ZONE,
        back = const offset_of!(Block, diversion) + offset_of!(Diversion, back),
        target = const offset_of!(Block, diversion) + offset_of!(Diversion, target),
    )
}
