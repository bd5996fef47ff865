//! The local interrupt controller of the running processor: a timer to wake up by, and signals to
//! other processors.
//!
//! Each processor sees its own at the same address, or, where it has the newer kind (x2APIC), in
//! the same registers of the processor. The newer kind is used where it is offered: it reaches every
//! processor, and a signal takes one write instead of two that must not be torn apart.

use core::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

use bareflow_machine::vectors::{SPURIOUS, TIMER};
use x86::bits64::rflags;
use x86::msr::{IA32_APIC_BASE, rdmsr, wrmsr};

use super::clock;
use crate::{arch, memory};

/// The registers of the older kind; null where there is none, or the newer.
static REGISTERS: AtomicPtr<u32> = AtomicPtr::new(core::ptr::null_mut());
/// Whether it is of the newer kind.
static NEWER: AtomicBool = AtomicBool::new(false);

const IDENTIFIER: usize = 0x20;
const END_OF_INTERRUPT: usize = 0xb0;
const SPURIOUS_VECTOR: usize = 0xf0;
const COMMAND: usize = 0x300;
const COMMAND_TARGET: usize = 0x310;
const TIMER_VECTOR: usize = 0x320;
const TIMER_COUNT: usize = 0x380;
const TIMER_NOW: usize = 0x390;
const TIMER_DIVIDE: usize = 0x3e0;

/// Bits of `IA32_APIC_BASE`.
const ENABLED: u64 = 1 << 11;
const X2: u64 = 1 << 10;

/// Switches it on. Without one, nothing sleeps: waiting is done by polling.
pub fn init() {
    if core::arch::x86_64::__cpuid(1).edx & 1 << 9 == 0 {
        return;
    }
    // SAFETY: the processor has the register.
    let base = unsafe { rdmsr(IA32_APIC_BASE) };
    if base & ENABLED == 0 {
        return;
    }
    if base & X2 != 0 || core::arch::x86_64::__cpuid(1).ecx & 1 << 21 != 0 {
        NEWER.store(true, Ordering::Release);
    } else {
        let Ok(registers) = memory::map_device(base & 0x000f_ffff_ffff_f000, 4096) else { return };
        REGISTERS.store(registers.cast(), Ordering::Release);
    }
    switch_on();
}

/// Switches on that of another processor, in the way of the first.
pub fn follow() {
    switch_on();
}

fn switch_on() {
    // SAFETY: the processor has the register, and the bits set are those that `init` chose.
    unsafe {
        let kind = if NEWER.load(Ordering::Acquire) { ENABLED | X2 } else { ENABLED };
        let base = rdmsr(IA32_APIC_BASE);
        if base & kind != kind {
            wrmsr(IA32_APIC_BASE, base | kind);
        }
    }
    write(SPURIOUS_VECTOR, 1 << 8 | u32::from(SPURIOUS));
    write(TIMER_DIVIDE, 0b1011);
}

/// Whether there is one.
pub fn is_on() -> bool {
    NEWER.load(Ordering::Acquire) || !REGISTERS.load(Ordering::Acquire).is_null()
}

/// What it is called.
pub fn kind() -> &'static str {
    match (NEWER.load(Ordering::Acquire), is_on()) {
        (true, _) => "x2APIC",
        (_, true) => "xAPIC",
        _ => "no APIC",
    }
}

/// Number of the register of the newer kind.
fn newer(register: usize) -> u32 {
    0x800 + (register >> 4) as u32
}

fn write(register: usize, value: u32) {
    let base = REGISTERS.load(Ordering::Acquire);
    if !base.is_null() {
        // SAFETY: the registers are mapped, and none of those written here touches memory.
        unsafe { base.wrapping_byte_add(register).write_volatile(value) };
    } else if NEWER.load(Ordering::Acquire) {
        // SAFETY: as above; every processor of this machine has the register.
        unsafe { wrmsr(newer(register), value.into()) };
    }
}

fn read(register: usize) -> u32 {
    let base = REGISTERS.load(Ordering::Acquire);
    if !base.is_null() {
        // SAFETY: the registers are mapped; reading these changes nothing.
        unsafe { base.wrapping_byte_add(register).read_volatile() }
    } else if NEWER.load(Ordering::Acquire) {
        // SAFETY: as above.
        unsafe { rdmsr(newer(register)) as u32 }
    } else {
        0
    }
}

/// The identifier of the calling processor's.
pub fn id() -> u32 {
    let id = read(IDENTIFIER);
    if NEWER.load(Ordering::Acquire) { id } else { id >> 24 }
}

/// What one processor can tell another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Signal {
    /// Begin anew, and wait for a start.
    Init,
    /// Start in real mode at the page of this number.
    Startup(u8),
    /// An interrupt.
    Interrupt(u8),
    /// The interrupt that is never off.
    NonMaskable,
}

impl Signal {
    /// The command, without its target (Intel SDM volume 3, 11.6.1). The level is always "assert":
    /// without that bit only one obsolete command is meant.
    fn command(self) -> u32 {
        const ASSERT: u32 = 1 << 14;
        ASSERT
            | match self {
                Signal::Interrupt(vector) => u32::from(vector),
                Signal::NonMaskable => 4 << 8,
                Signal::Init => 5 << 8,
                Signal::Startup(page) => 6 << 8 | u32::from(page),
            }
    }
}

/// Sends a signal to the processor with that identifier. What this one has stored before is
/// visible to the other when it gets it.
pub fn send(id: u32, signal: Signal) {
    if NEWER.load(Ordering::Acquire) {
        // SAFETY: the register starts no access to memory. Writing it waits for no store before it,
        // hence the fences (Intel SDM volume 3, 11.12.3).
        unsafe {
            core::arch::x86_64::_mm_mfence();
            core::arch::x86_64::_mm_lfence();
            wrmsr(newer(COMMAND), u64::from(id) << 32 | u64::from(signal.command()));
        }
        return;
    }
    const PENDING: u32 = 1 << 12;
    let were_on = rflags::read().contains(rflags::RFlags::FLAGS_IF);
    // SAFETY: interrupts are off for the two writes that make one command, and back on after.
    unsafe {
        x86::irq::disable();
        // The last one may not have left yet; a controller that never sends it is not waited for.
        let _ = (0..100_000).find(|_| read(COMMAND) & PENDING == 0);
        write(COMMAND_TARGET, id << 24);
        write(COMMAND, signal.command());
        if were_on {
            x86::irq::enable();
        }
    }
}

/// Says that an interrupt was taken.
pub fn acknowledge() {
    write(END_OF_INTERRUPT, 0);
}

/// Sleeps for about that long; not at all where there is nothing to wake up by.
pub fn sleep(nanoseconds: u64) {
    let were_on = rflags::read().contains(rflags::RFlags::FLAGS_IF);
    // SAFETY: the interrupts that can come, the timer's and other processors', have handlers. They
    // are kept off until the processor sleeps, or they might come before and wake nobody.
    unsafe {
        x86::irq::disable();
        let alarm = &arch::gs::block().alarm;
        if alarm.start_timer(clock::now_ns().saturating_add(nanoseconds)) {
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
    if !is_on() {
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
