//! Registers, looked at and filled, for the self-tests.

use core::arch::{asm, naked_asm};
use core::ops::Range;

use x86::controlregs::{Cr4, cr0, cr3, cr4, xcr0};
use x86::msr::{IA32_EFER, IA32_PAT, rdmsr};

/// What must be alike on all processors.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Registers {
    cr0: usize,
    cr3: u64,
    cr4: usize,
    xcr0: u64,
    efer: u64,
    pat: u64,
    mxcsr: u32,
    x87: u16,
}

/// Those of the calling processor.
pub fn read() -> Registers {
    let (mut mxcsr, mut x87) = (0_u32, 0_u16);
    // SAFETY: storing two control words where they have room.
    unsafe {
        asm!("stmxcsr [{}]", "fnstcw [{}]", in(reg) &mut mxcsr, in(reg) &mut x87, options(nostack));
    }
    // SAFETY: reading registers that are there changes nothing.
    unsafe {
        let four = cr4();
        let vectors = if four.contains(Cr4::CR4_ENABLE_OS_XSAVE) { xcr0().bits() } else { 0 };
        Registers {
            cr0: cr0().bits(),
            cr3: cr3(),
            cr4: four.bits(),
            xcr0: vectors,
            efer: rdmsr(IA32_EFER),
            pat: rdmsr(IA32_PAT),
            mxcsr,
            x87,
        }
    }
}

/// What code finds at `gs:[0]`.
pub fn engine_block() -> usize {
    let block;
    // SAFETY: GS leads to the processor's block (kernel invariant 10), whose first word this is.
    unsafe {
        asm!("mov {}, gs:[0]", out(reg) block, options(nostack, preserves_flags, readonly));
    }
    block
}

/// Addresses of the loop in which [`hold`] holds values in registers.
pub fn held() -> Range<usize> {
    unsafe extern "C" {
        static registers_held: u8;
        static registers_held_end: u8;
    }
    (&raw const registers_held).addr()..(&raw const registers_held_end).addr()
}

/// Fills all vector registers with values made of `seed`, whole where the processor has AVX
/// switched on, and looks at them again after `rounds` of a loop. Whether they are what they were.
pub fn hold(seed: u64, rounds: u64) -> bool {
    // SAFETY: the register of which features are on is there where CPUID says so.
    let has_avx = core::arch::x86_64::__cpuid(1).ecx & (1 << 27 | 1 << 28) == 1 << 27 | 1 << 28
        && unsafe { xcr0().bits() } & 6 == 6;
    hold_registers(seed, rounds, has_avx.into())
}

/// The number of the register is added to the seed, in each 8 bytes; the loop counts in RSI.
#[unsafe(naked)]
extern "C" fn hold_registers(seed: u64, rounds: u64, has_avx: u64) -> bool {
    naked_asm!(
        "sub rsp, 56",
        "test edx, edx",
        "jz 4f",
        // 256 bits: registers 0 to 14 are filled, and compared with one more made anew.
        ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14",
        "lea rax, [rdi + \\n]",
        "mov [rsp], rax",
        "not rax",
        "mov [rsp + 8], rax",
        "mov [rsp + 16], rdi",
        "mov [rsp + 24], rax",
        "vmovdqu ymm\\n, [rsp]",
        ".endr",
        "jmp 2f",
        "4:",
        ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14",
        "lea rax, [rdi + \\n]",
        "mov [rsp], rax",
        "not rax",
        "mov [rsp + 8], rax",
        "movdqu xmm\\n, [rsp]",
        ".endr",
        "2:",
        ".global registers_held",
        "registers_held:",
        "3:",
        "dec rsi",
        "jnz 3b",
        "nop",
        ".global registers_held_end",
        "registers_held_end:",
        "xor ecx, ecx",
        "test edx, edx",
        "jz 5f",
        ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14",
        "lea rax, [rdi + \\n]",
        "mov [rsp], rax",
        "not rax",
        "mov [rsp + 8], rax",
        "mov [rsp + 16], rdi",
        "mov [rsp + 24], rax",
        "vmovdqu ymm15, [rsp]",
        "vpxor ymm15, ymm15, ymm\\n",
        "vptest ymm15, ymm15",
        "setnz al",
        "or cl, al",
        ".endr",
        "vzeroupper",
        "jmp 6f",
        "5:",
        ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14",
        "lea rax, [rdi + \\n]",
        "mov [rsp], rax",
        "not rax",
        "mov [rsp + 8], rax",
        "movdqu xmm15, [rsp]",
        "pcmpeqd xmm15, xmm\\n",
        "pmovmskb eax, xmm15",
        "cmp eax, 0xffff",
        "setne al",
        "or cl, al",
        ".endr",
        "6:",
        "xor eax, eax",
        "test cl, cl",
        "setz al",
        "add rsp, 56",
        "ret",
    )
}
