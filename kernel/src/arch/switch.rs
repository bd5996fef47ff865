//! The way into a program that the kernel runs beside itself, and the ways out of it.
//!
//! The program runs in ring 0, with the kernel's page tables, on a stack of its own. It has no other
//! way to the kernel than `syscall`, which from ring 0 goes on at [`asked`] in the same ring and on
//! the same stack: nothing may be pushed there, since its last 128 bytes may be in use (the red zone).
//! So the registers go into the [`Context`], and the kernel goes on where it called [`enter`], on its
//! own stack, as if that had returned. What the program asks for is served there, in ordinary code;
//! then `enter` is called again. Interrupts strike in the program as anywhere: they have stacks of
//! their own.
//!
//! A program that must not go on is left by the same door: an exception or the timer's interrupt
//! returns to [`given_up`] instead of into the program ([`give_up`]).

use core::arch::naked_asm;
use core::mem::offset_of;
use core::sync::atomic::Ordering;

use x86::msr::{IA32_EFER, IA32_FMASK, IA32_FS_BASE, IA32_LSTAR, IA32_STAR, rdmsr, wrmsr};

use super::context::Context;
use super::frame::Frame;
use super::{gdt, gs};
use crate::cores::Block;

/// Has the calling processor's `syscall` lead to [`asked`]. `fs` is where the program's thread-local
/// variables are; nothing else here uses that register.
pub fn prepare(fs: u64) {
    const SYSCALL_ENABLE: u64 = 1;
    // The flags that are off at `asked`: direction, single step, alignment check.
    const CLEARED: u64 = 1 << 10 | 1 << 8 | 1 << 18;
    // SAFETY: every x86-64 processor has these registers. The code segment stays the kernel's, and
    // the stack segment the one behind it (kernel invariant 2).
    unsafe {
        wrmsr(IA32_EFER, rdmsr(IA32_EFER) | SYSCALL_ENABLE);
        wrmsr(IA32_STAR, u64::from(gdt::CODE) << 32);
        wrmsr(IA32_LSTAR, asked as *const () as u64);
        wrmsr(IA32_FMASK, CLEARED);
        wrmsr(IA32_FS_BASE, fs);
    }
}

/// Goes on in the program, until it asks for something (true) or is given up (false).
///
/// # Safety
/// [`prepare`] was called on this processor. The context is that of a program which runs on no other
/// processor, in memory of its own. The program is what it claims to be: it may do everything that
/// the kernel may.
pub unsafe fn enter(context: &mut Context) -> bool {
    // SAFETY: by this function's contract.
    unsafe { go(context) != 0 }
}

#[unsafe(naked)]
unsafe extern "C" fn go(context: *mut Context) -> u64 {
    naked_asm!(
        "push rbx",
        "push rbp",
        "push r12",
        "push r13",
        "push r14",
        "push r15",
        "mov [rdi + {kernel}], rsp",
        "mov gs:[{beside}], rdi",
        "fxrstor64 [rdi]",
        "mov rcx, [rdi + {rip}]",
        "mov rsp, [rdi + {rsp}]",
        "mov rax, [rdi + {rax}]",
        "mov rbx, [rdi + {rbx}]",
        "mov rbp, [rdi + {rbp}]",
        "mov rsi, [rdi + {rsi}]",
        "mov rdx, [rdi + {rdx}]",
        "mov r10, [rdi + {r10}]",
        "mov r8, [rdi + {r8}]",
        "mov r9, [rdi + {r9}]",
        "mov r12, [rdi + {r12}]",
        "mov r13, [rdi + {r13}]",
        "mov r14, [rdi + {r14}]",
        "mov r15, [rdi + {r15}]",
        "mov rdi, [rdi + {rdi}]",
        "jmp rcx",
        kernel = const offset_of!(Context, kernel),
        beside = const offset_of!(Block, beside),
        rip = const offset_of!(Context, rip),
        rsp = const offset_of!(Context, rsp),
        rax = const offset_of!(Context, rax),
        rbx = const offset_of!(Context, rbx),
        rbp = const offset_of!(Context, rbp),
        rdi = const offset_of!(Context, rdi),
        rsi = const offset_of!(Context, rsi),
        rdx = const offset_of!(Context, rdx),
        r10 = const offset_of!(Context, r10),
        r8 = const offset_of!(Context, r8),
        r9 = const offset_of!(Context, r9),
        r12 = const offset_of!(Context, r12),
        r13 = const offset_of!(Context, r13),
        r14 = const offset_of!(Context, r14),
        r15 = const offset_of!(Context, r15),
    )
}

/// Where `syscall` leads: RCX is where the program goes on, R11 its flags, which it does not want
/// back.
#[unsafe(naked)]
extern "C" fn asked() {
    naked_asm!(
        "mov r11, gs:[{beside}]",
        "mov [r11 + {rip}], rcx",
        "mov [r11 + {rsp}], rsp",
        "mov [r11 + {rax}], rax",
        "mov [r11 + {rbx}], rbx",
        "mov [r11 + {rbp}], rbp",
        "mov [r11 + {rdi}], rdi",
        "mov [r11 + {rsi}], rsi",
        "mov [r11 + {rdx}], rdx",
        "mov [r11 + {r10}], r10",
        "mov [r11 + {r8}], r8",
        "mov [r11 + {r9}], r9",
        "mov [r11 + {r12}], r12",
        "mov [r11 + {r13}], r13",
        "mov [r11 + {r14}], r14",
        "mov [r11 + {r15}], r15",
        "fxsave64 [r11]",
        "mov eax, 1",
        "mov rsp, [r11 + {kernel}]",
        "jmp {back}",
        beside = const offset_of!(Block, beside),
        kernel = const offset_of!(Context, kernel),
        rip = const offset_of!(Context, rip),
        rsp = const offset_of!(Context, rsp),
        rax = const offset_of!(Context, rax),
        rbx = const offset_of!(Context, rbx),
        rbp = const offset_of!(Context, rbp),
        rdi = const offset_of!(Context, rdi),
        rsi = const offset_of!(Context, rsi),
        rdx = const offset_of!(Context, rdx),
        r10 = const offset_of!(Context, r10),
        r8 = const offset_of!(Context, r8),
        r9 = const offset_of!(Context, r9),
        r12 = const offset_of!(Context, r12),
        r13 = const offset_of!(Context, r13),
        r14 = const offset_of!(Context, r14),
        r15 = const offset_of!(Context, r15),
        back = sym back,
    )
}

/// Where a program is left that does not go on.
#[unsafe(naked)]
extern "C" fn given_up() {
    naked_asm!("xor eax, eax", "jmp {back}", back = sym back)
}

/// The end of [`go`]: the kernel's stack is in force, RAX is the answer. Floating-point units as the
/// kernel expects them.
#[unsafe(naked)]
extern "C" fn back() {
    naked_asm!(
        "mov qword ptr gs:[{beside}], 0",
        "cld",
        "fninit",
        "push 0x1f80",
        "ldmxcsr [rsp]",
        "pop rcx",
        "pop r15",
        "pop r14",
        "pop r13",
        "pop r12",
        "pop rbp",
        "pop rbx",
        "ret",
        beside = const offset_of!(Block, beside),
    )
}

/// Whether the calling processor is in a program beside the kernel.
pub fn is_beside() -> bool {
    !gs::block().beside.load(Ordering::Relaxed).is_null()
}

/// Has the interrupt that `frame` is of return out of the program instead of into it: [`enter`]
/// returns false. Nothing happens where there is none.
pub fn give_up(frame: &mut Frame) {
    // SAFETY: only `go` stores here, the address of a context that it borrows, until `back`.
    if let Some(context) = unsafe { gs::block().beside.load(Ordering::Relaxed).as_ref() } {
        frame.rip = given_up as *const () as u64;
        frame.rsp = context.kernel;
    }
}
