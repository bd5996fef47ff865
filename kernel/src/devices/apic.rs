//! The local interrupt controller of the running processor: a timer to wake up by.

use core::sync::atomic::{AtomicPtr, Ordering};

use bareflow_machine::vectors::{SPURIOUS, TIMER};
use x86::bits64::rflags;
use x86::msr::{IA32_APIC_BASE, rdmsr};

use super::clock;
use crate::{arch, memory};

static REGISTERS: AtomicPtr<u32> = AtomicPtr::new(core::ptr::null_mut());

const END_OF_INTERRUPT: usize = 0xb0;
const SPURIOUS_VECTOR: usize = 0xf0;
const TIMER_VECTOR: usize = 0x320;
const TIMER_COUNT: usize = 0x380;
const TIMER_NOW: usize = 0x390;
const TIMER_DIVIDE: usize = 0x3e0;

/// Switches it on. Without one, nothing sleeps: waiting is done by polling.
pub fn init() {
    if core::arch::x86_64::__cpuid(1).edx & 1 << 9 == 0 {
        return;
    }
    // SAFETY: the processor has the register.
    let base = unsafe { rdmsr(IA32_APIC_BASE) };
    const ENABLED: u64 = 1 << 11;
    const X2: u64 = 1 << 10;
    if base & (ENABLED | X2) != ENABLED {
        return;
    }
    let Ok(registers) = memory::map_device(base & 0x000f_ffff_ffff_f000, 4096) else { return };
    REGISTERS.store(registers.cast(), Ordering::Release);
    write(SPURIOUS_VECTOR, 1 << 8 | u32::from(SPURIOUS));
    write(TIMER_DIVIDE, 0b1011);
}

fn write(register: usize, value: u32) {
    let base = REGISTERS.load(Ordering::Acquire);
    if !base.is_null() {
        // SAFETY: the registers are mapped, and none of those written here touches memory.
        unsafe { base.wrapping_byte_add(register).write_volatile(value) };
    }
}

fn read(register: usize) -> u32 {
    let base = REGISTERS.load(Ordering::Acquire);
    if base.is_null() {
        return 0;
    }
    // SAFETY: the registers are mapped; reading these changes nothing.
    unsafe { base.wrapping_byte_add(register).read_volatile() }
}

/// Says that an interrupt was taken.
pub fn acknowledge() {
    write(END_OF_INTERRUPT, 0);
}

/// Sleeps for about that long; not at all where there is nothing to wake up by.
pub fn sleep(nanoseconds: u64) {
    let were_on = rflags::read().contains(rflags::RFlags::FLAGS_IF);
    // SAFETY: the one interrupt that can come is the timer's, which has a handler. It is kept
    // off until the processor sleeps, or it might come before and wake nobody.
    unsafe {
        x86::irq::disable();
        if start(nanoseconds) {
            arch::stack::sleep_until_interrupt();
        } else {
            core::hint::spin_loop();
        }
        if were_on {
            x86::irq::enable();
        }
    }
}

/// Has the timer's interrupt come once, after about that long or, if that is longer than it can
/// count, after some seconds; what was asked for before is forgotten. Whether there is a timer.
pub fn start(nanoseconds: u64) -> bool {
    static TICKS: spin::Once<u64> = spin::Once::new();
    if REGISTERS.load(Ordering::Acquire).is_null() {
        return false;
    }
    let ticks =
        *TICKS.call_once(ticks_per_second) as u128 * u128::from(nanoseconds) / 1_000_000_000;
    write(TIMER_VECTOR, u32::from(TIMER));
    write(TIMER_COUNT, u32::try_from(ticks).unwrap_or(u32::MAX).max(1));
    true
}

/// Frequency of the timer: measured, roughly, for 100 us.
fn ticks_per_second() -> u64 {
    const MASKED: u32 = 1 << 16;
    write(TIMER_VECTOR, MASKED);
    write(TIMER_COUNT, u32::MAX);
    let start = clock::now_ns();
    loop {
        let passed = clock::now_ns() - start;
        if passed >= 100_000 {
            return u64::from(u32::MAX - read(TIMER_NOW)) * 1_000_000_000 / passed;
        }
        core::hint::spin_loop();
    }
}
