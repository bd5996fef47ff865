//! Features of the processor that the kernel switches on, and what CPUID says of them.

use core::arch::x86_64::{__cpuid, __cpuid_count};

use x86::controlregs::{Cr0, Cr4, Xcr0, cr0, cr0_write, cr4, cr4_write, xcr0_write};
use x86::msr::{IA32_EFER, rdmsr, wrmsr};

/// Switches on what this kernel and compiled code rely on: no-execute pages, write protection
/// in ring 0, SSE, and every vector extension that the processor can save and restore.
///
/// # Errors
/// Names the feature that is missing.
pub fn enable() -> Result<(), &'static str> {
    let basic = __cpuid(1);
    let extended = __cpuid(0x8000_0001);
    if extended.edx & 1 << 20 == 0 {
        return Err("no-execute pages (NX)");
    }
    if basic.edx & (1 << 24 | 1 << 25 | 1 << 26) != 1 << 24 | 1 << 25 | 1 << 26 {
        return Err("FXSR, SSE and SSE2");
    }
    const NO_EXECUTE_ENABLE: u64 = 1 << 11;
    // SAFETY: the features are there, and none of these bits changes what runs now: the
    // loader's tables set no NX bit and no read-only page (kernel invariant 1).
    unsafe {
        wrmsr(IA32_EFER, rdmsr(IA32_EFER) | NO_EXECUTE_ENABLE);
        let mut zero = cr0();
        zero.remove(Cr0::CR0_EMULATE_COPROCESSOR | Cr0::CR0_TASK_SWITCHED);
        zero.insert(Cr0::CR0_WRITE_PROTECT | Cr0::CR0_MONITOR_COPROCESSOR | Cr0::CR0_NUMERIC_ERROR);
        cr0_write(zero);
        let mut four = cr4();
        four.insert(Cr4::CR4_ENABLE_SSE | Cr4::CR4_UNMASKED_SSE);
        cr4_write(four);
    }
    enable_vectors(basic.ecx);
    // After a reset of the processor the x87 unit raises exceptions that nobody expects.
    const ALL_MASKED: u32 = 0x1f80;
    // SAFETY: both units are on; compiled code assumes exactly this state.
    unsafe { core::arch::asm!("fninit", "ldmxcsr [{}]", in(reg) &ALL_MASKED, options(nostack)) };
    Ok(())
}

/// AVX and AVX-512 state, as far as the processor has it (Intel SDM volume 1, 13.3).
fn enable_vectors(features: u32) {
    const XSAVE: u32 = 1 << 26;
    const WANTED: u64 = 0b1110_0111;
    const AVX: u64 = 1 << 2;
    const AVX512: u64 = 0b1110_0000;
    if features & XSAVE == 0 {
        return;
    }
    let leaf = __cpuid_count(13, 0);
    let mut state = (u64::from(leaf.eax) | u64::from(leaf.edx) << 32) & WANTED;
    // AVX-512 takes all three of its bits and AVX below it.
    if state & AVX512 != AVX512 || state & AVX == 0 {
        state &= !AVX512;
    }
    // SAFETY: XSAVE is there, and leaf 13 lists every bit that is set; x87 and SSE always are.
    unsafe {
        cr4_write(cr4() | Cr4::CR4_ENABLE_OS_XSAVE);
        xcr0_write(Xcr0::from_bits_truncate(state | 0b11));
    }
}

/// Frequency of the time-stamp counter as the processor or the hypervisor tells it, in Hz.
pub fn told_frequency() -> Option<u64> {
    if __cpuid(0).eax >= 0x15 {
        let leaf = __cpuid(0x15);
        let told = bareflow_machine::clock::frequency_from_crystal(leaf.eax, leaf.ebx, leaf.ecx);
        if told.is_some() {
            return told;
        }
    }
    // The convention of VMware, also offered by KVM: kHz in leaf 4000_0010h.
    let hypervisor = __cpuid(1).ecx & 1 << 31 != 0;
    if hypervisor && __cpuid(0x4000_0000).eax >= 0x4000_0010 {
        let khz = __cpuid(0x4000_0010).eax;
        return (khz != 0).then_some(u64::from(khz) * 1000);
    }
    None
}

/// The time-stamp counter.
#[inline]
pub fn cycles() -> u64 {
    // SAFETY: reading the counter changes nothing.
    unsafe { core::arch::x86_64::_rdtsc() }
}
