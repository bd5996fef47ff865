//! The local interrupt controller: signals to other processors, and a timer to wake up by.
//!
//! Older ones have their registers in memory, newer ones (x2APIC) in the processor; the newer kind is
//! used where it is offered (Intel SDM volume 3, chapter 11).

use core::arch::asm;
use core::arch::x86_64::__cpuid;
use core::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use super::bf_clock;

/// Where the registers of the older kind are; 0: they are the processor's.
static REGISTERS: AtomicUsize = AtomicUsize::new(0);
/// Counts of the timer in a millisecond.
static RATE: AtomicU32 = AtomicU32::new(0);

const IDENTIFIER: usize = 0x20;
const END_OF_INTERRUPT: usize = 0xb0;
const SPURIOUS_VECTOR: usize = 0xf0;
const COMMAND: usize = 0x300;
const COMMAND_TARGET: usize = 0x310;
const TIMER_VECTOR: usize = 0x320;
/// What the two controllers of 1981 come in by.
const LINE_0: usize = 0x350;
const TIMER_COUNT: usize = 0x380;
const TIMER_NOW: usize = 0x390;
const TIMER_DIVIDE: usize = 0x3e0;

const MASKED: u32 = 1 << 16;

const APIC_BASE: u32 = 0x1b;
/// Bits of `APIC_BASE`.
const ENABLED: u64 = 1 << 11;
const X2: u64 = 1 << 10;

/// Vector of the interrupt that wakes, and of the one that means nothing (`text/cores.s`).
const WAKE: u32 = 0x20;
const SPURIOUS: u32 = 0x2f;

/// A register of the processor.
///
/// # Safety
/// The processor has it.
pub unsafe fn read_register(number: u32) -> u64 {
    let (low, high): (u32, u32);
    // SAFETY: the caller's.
    unsafe {
        asm!("rdmsr", in("ecx") number, out("eax") low, out("edx") high,
            options(nomem, nostack, preserves_flags));
    }
    u64::from(high) << 32 | u64::from(low)
}

/// Writes one.
///
/// # Safety
/// The processor has it, and what it does with the value is right.
pub unsafe fn write_register(number: u32, value: u64) {
    // SAFETY: the caller's.
    unsafe {
        asm!("wrmsr", in("ecx") number, in("eax") value as u32, in("edx") (value >> 32) as u32,
            options(nostack, preserves_flags));
    }
}

/// Switches the first processor's on; whether there is one.
pub fn init() -> bool {
    let features = __cpuid(1);
    if features.edx & 1 << 9 == 0 {
        return false;
    }
    // SAFETY: the processor has an interrupt controller, and so the register.
    let base = unsafe { read_register(APIC_BASE) };
    if base & ENABLED == 0 {
        return false;
    }
    if base & X2 == 0 && features.ecx & 1 << 21 == 0 {
        let registers = base as usize & 0xffff_f000;
        uncached(registers);
        REGISTERS.store(registers, Ordering::Relaxed);
    }
    silence();
    switch_on();
    true
}

/// Masks every line of the two controllers of 1981, whose vectors would be taken for faults. Before
/// the first processor's line to them is masked: an interrupt that waits there is taken back so.
fn silence() {
    // SAFETY: their registers touch no memory.
    unsafe {
        asm!("out 0x21, al", "out 0xa1, al", in("al") 0xff_u8,
            options(nomem, nostack, preserves_flags));
    }
}

/// Has the page that holds an address, one of 2 MiB, read and written uncached.
fn uncached(address: usize) {
    const DIRECTORIES: usize = 0x3000;
    const WRITE_THROUGH_AND_UNCACHED: u64 = 0b11 << 3;
    let entry = core::ptr::with_exposed_provenance_mut::<u64>(DIRECTORIES + (address >> 21) * 8);
    // SAFETY: the page tables map 4 GiB from there on, see the crate.
    unsafe {
        *entry |= WRITE_THROUGH_AND_UNCACHED;
        asm!("invlpg [{}]", in(reg) address, options(nostack, preserves_flags));
    }
}

/// Switches on that of the calling processor.
pub fn switch_on() {
    let kind = if REGISTERS.load(Ordering::Relaxed) == 0 { ENABLED | X2 } else { ENABLED };
    // SAFETY: as for `init`, which has found that this kind is there.
    unsafe { write_register(APIC_BASE, read_register(APIC_BASE) | kind) };
    write(SPURIOUS_VECTOR, 1 << 8 | SPURIOUS);
    write(LINE_0, MASKED);
    write(TIMER_DIVIDE, 0b1011);
}

fn write(register: usize, value: u32) {
    let base = REGISTERS.load(Ordering::Relaxed);
    // SAFETY: one of them has the register, and none of those written here touches memory.
    unsafe {
        if base == 0 {
            write_register(0x800 + (register >> 4) as u32, value.into());
        } else {
            core::ptr::with_exposed_provenance_mut::<u32>(base + register).write_volatile(value);
        }
    }
}

fn read(register: usize) -> u32 {
    let base = REGISTERS.load(Ordering::Relaxed);
    // SAFETY: as above; reading these changes nothing.
    unsafe {
        if base == 0 {
            read_register(0x800 + (register >> 4) as u32) as u32
        } else {
            core::ptr::with_exposed_provenance_mut::<u32>(base + register).read_volatile()
        }
    }
}

/// The identifier of the calling processor's.
pub fn id() -> u32 {
    let id = read(IDENTIFIER);
    if REGISTERS.load(Ordering::Relaxed) == 0 { id } else { id >> 24 }
}

/// Whether a processor with that identifier can be reached.
pub fn reaches(id: u32) -> bool {
    REGISTERS.load(Ordering::Relaxed) == 0 || id < 0xff
}

/// What one processor can tell another.
#[derive(Clone, Copy, Debug)]
pub enum Signal {
    /// Begin anew, and wait for a start.
    Init,
    /// Start in real mode at the page of this number.
    Startup(u8),
    /// Wake up.
    Wake,
    /// Drop what you do.
    Drop,
}

/// Sends a signal to the processor with that identifier. What this one has stored before is visible
/// to the other when it gets it.
pub fn send(id: u32, signal: Signal) {
    const ASSERT: u32 = 1 << 14;
    const PENDING: u32 = 1 << 12;
    let command = ASSERT
        | match signal {
            Signal::Wake => WAKE,
            Signal::Drop => 4 << 8,
            Signal::Init => 5 << 8,
            Signal::Startup(page) => 6 << 8 | u32::from(page),
        };
    if REGISTERS.load(Ordering::Relaxed) == 0 {
        // SAFETY: the register starts no access to memory. Writing it waits for no store before it,
        // hence the fences.
        unsafe {
            core::arch::x86_64::_mm_mfence();
            core::arch::x86_64::_mm_lfence();
            write_register(0x800 + (COMMAND >> 4) as u32, u64::from(id) << 32 | u64::from(command));
        }
        return;
    }
    // The last one may not have left yet; a controller that never sends it is not waited for.
    let mut tries = 100_000;
    while read(COMMAND) & PENDING != 0 && tries > 0 {
        tries -= 1;
    }
    write(COMMAND_TARGET, id << 24);
    write(COMMAND, command);
}

/// Says that an interrupt was taken.
#[unsafe(no_mangle)]
extern "C" fn core_acknowledge() {
    write(END_OF_INTERRUPT, 0);
}

/// Measures the timer, for a millisecond.
pub fn measure() {
    write(TIMER_VECTOR, MASKED);
    write(TIMER_COUNT, u32::MAX);
    let start = bf_clock();
    let mut passed = 0;
    while passed < 1_000_000 {
        passed = bf_clock() - start;
    }
    let counts = u64::from(u32::MAX - read(TIMER_NOW));
    RATE.store((counts * 1_000_000 / passed.max(1)) as u32, Ordering::Relaxed);
}

/// Has the timer's interrupt come once, in so many nanoseconds or, if that is longer than a
/// second, in one.
pub fn start_timer(nanoseconds: u64) {
    let nanoseconds = nanoseconds.min(1_000_000_000);
    let counts = u64::from(RATE.load(Ordering::Relaxed)) * nanoseconds / 1_000_000;
    write(TIMER_VECTOR, WAKE);
    write(TIMER_COUNT, counts.clamp(1, u32::MAX.into()) as u32);
}

/// Has it come no more.
pub fn stop_timer() {
    write(TIMER_COUNT, 0);
}
