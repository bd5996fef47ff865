//! What one processor must have as the first has it, and every thread as programs begin.

use core::arch::asm;
use core::arch::x86_64::{__cpuid, __cpuid_count};
use core::sync::atomic::{AtomicU64, Ordering};

use super::apic::{read_register, write_register};

/// What the first processor has, for the others: which vector state is on, how memory is cached,
/// and how far the time-stamp counter was moved.
static VECTORS: AtomicU64 = AtomicU64::new(0);
static CACHING: AtomicU64 = AtomicU64::new(0);
static TIME_MOVED: AtomicU64 = AtomicU64::new(0);

const PAT: u32 = 0x277;
const TSC_ADJUST: u32 = 0x3b;

/// Whether the time-stamp counter has a register that moves it.
fn can_move_time() -> bool {
    __cpuid(0).eax >= 7 && __cpuid_count(7, 0).ebx & 1 << 1 != 0
}

/// Control register 4.
pub fn control_4() -> u64 {
    let value;
    // SAFETY: reading it changes nothing.
    unsafe { asm!("mov {}, cr4", out(reg) value, options(nomem, nostack, preserves_flags)) };
    value
}

/// Whether vector state is chosen by the register for it.
fn chooses_vectors() -> bool {
    control_4() & 1 << 18 != 0
}

/// Notes what the first processor has.
pub fn note() {
    if chooses_vectors() {
        let low: u32;
        // SAFETY: the register is there; reading it changes nothing.
        unsafe {
            asm!("xgetbv", in("ecx") 0, out("eax") low, out("edx") _,
                options(nomem, nostack, preserves_flags));
        }
        VECTORS.store(low.into(), Ordering::Relaxed);
    }
    // SAFETY: the processor has these registers.
    unsafe {
        CACHING.store(read_register(PAT), Ordering::Relaxed);
        if can_move_time() {
            TIME_MOVED.store(read_register(TSC_ADJUST), Ordering::Relaxed);
        }
    }
}

/// Makes another processor like the first; its control registers are set already.
pub fn follow() {
    // SAFETY: the same values as on the first processor of this machine.
    unsafe {
        if chooses_vectors() {
            asm!("xsetbv", in("ecx") 0, in("eax") VECTORS.load(Ordering::Relaxed) as u32,
                in("edx") 0, options(nomem, nostack, preserves_flags));
        }
        write_register(PAT, CACHING.load(Ordering::Relaxed));
        if can_move_time() && read_register(TSC_ADJUST) != TIME_MOVED.load(Ordering::Relaxed) {
            write_register(TSC_ADJUST, TIME_MOVED.load(Ordering::Relaxed));
        }
    }
}

/// Puts the floating-point units into the state that programs begin with.
pub fn reset_float() {
    const ALL_MASKED: u32 = 0x1f80;
    // SAFETY: both units are on; compiled code assumes exactly this state.
    unsafe { asm!("fninit", "ldmxcsr [{}]", in(reg) &ALL_MASKED, options(nostack)) };
}
