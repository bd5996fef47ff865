//! Features of the processor that the kernel switches on, and what CPUID says of them.

use core::arch::x86_64::{__cpuid, __cpuid_count};
use core::sync::atomic::{AtomicU64, Ordering};

use x86::controlregs::{Cr0, Cr4, Xcr0, cr0, cr0_write, cr4, cr4_write, xcr0, xcr0_write};
use x86::msr::{IA32_EFER, IA32_PAT, rdmsr, wrmsr};

/// Moves the time-stamp counter (Intel SDM volume 4).
const IA32_TSC_ADJUST: u32 = 0x3b;

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
    reset_float();
    Ok(())
}

/// Puts the floating-point units into the state that programs begin with. After a reset of the
/// processor the x87 unit raises exceptions that nobody expects.
pub fn reset_float() {
    const ALL_MASKED: u32 = 0x1f80;
    // SAFETY: both units are on; compiled code assumes exactly this state.
    unsafe { core::arch::asm!("fninit", "ldmxcsr [{}]", in(reg) &ALL_MASKED, options(nostack)) };
}

/// What the first processor has, for the others: which vector state is on, how memory is
/// cached, and how far the time-stamp counter was moved (0 where it cannot be).
static VECTORS: AtomicU64 = AtomicU64::new(0);
static CACHING: AtomicU64 = AtomicU64::new(0);
static TIME_MOVED: AtomicU64 = AtomicU64::new(0);

/// Whether the time-stamp counter has a register that moves it.
fn can_move_time() -> bool {
    __cpuid(0).eax >= 7 && __cpuid_count(7, 0).ebx & 1 << 1 != 0
}

/// Notes what the first processor has. Control registers are noted where others start.
pub fn note() {
    // SAFETY: reading registers that are there changes nothing.
    unsafe {
        if cr4().contains(Cr4::CR4_ENABLE_OS_XSAVE) {
            VECTORS.store(xcr0().bits(), Ordering::Relaxed);
        }
        CACHING.store(rdmsr(IA32_PAT), Ordering::Relaxed);
        if can_move_time() {
            TIME_MOVED.store(rdmsr(IA32_TSC_ADJUST), Ordering::Relaxed);
        }
    }
}

/// Makes another processor like the first, which has called [`note`]: its control registers are
/// set already.
pub fn follow() {
    // SAFETY: the same values as on the first processor of this machine.
    unsafe {
        if cr4().contains(Cr4::CR4_ENABLE_OS_XSAVE) {
            let vectors = VECTORS.load(Ordering::Relaxed);
            xcr0_write(Xcr0::from_bits_truncate(vectors));
        }
        wrmsr(IA32_PAT, CACHING.load(Ordering::Relaxed));
        if can_move_time() && rdmsr(IA32_TSC_ADJUST) != TIME_MOVED.load(Ordering::Relaxed) {
            wrmsr(IA32_TSC_ADJUST, TIME_MOVED.load(Ordering::Relaxed));
        }
    }
    reset_float();
}

/// Whether the processor can sleep until a store (MONITOR and MWAIT).
pub fn has_monitor() -> bool {
    __cpuid(1).ecx & 1 << 3 != 0
}

/// Whether this is a processor of a virtual machine.
pub fn is_virtual() -> bool {
    __cpuid(1).ecx & 1 << 31 != 0
}

/// How long a processor takes from INIT until it can be started. Only Intel's family 15, the first
/// with 64 bits, is said to need any time.
pub fn reset_ns() -> u64 {
    let vendor = __cpuid(0);
    // "GenuineIntel", the middle in EDX.
    let is_intel = (vendor.ebx, vendor.edx, vendor.ecx) == (0x756e_6547, 0x4965_6e69, 0x6c65_746e);
    if is_intel && __cpuid(1).eax >> 8 & 15 == 15 { 10_000_000 } else { 0 }
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
