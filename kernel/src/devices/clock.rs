//! Time: the time-stamp counter, measured against the interval timer while the machine is set up.

use core::sync::atomic::{AtomicU64, Ordering};

use bareflow_machine::clock::{Scale, frequency};
use spin::Once;

use crate::arch::cpu;
use crate::arch::ports::Port;

/// The counter's frequency in Hz, how it is turned into nanoseconds, and its value at the start.
struct Clock {
    hz: u64,
    scale: Scale,
}

static CLOCK: Once<Clock> = Once::new();

/// Assumed where nobody tells and there is no interval timer to measure against.
const ASSUMED_HZ: u64 = 2_000_000_000;

/// Frequency of the time-stamp counter in Hz.
pub fn hz() -> u64 {
    clock().hz
}

/// Nanoseconds since the processor was switched on.
pub fn now_ns() -> u64 {
    nanoseconds(cpu::cycles())
}

/// Nanoseconds of that many cycles.
pub fn nanoseconds(cycles: u64) -> u64 {
    clock().scale.nanoseconds(cycles)
}

fn clock() -> &'static Clock {
    CLOCK.call_once(|| {
        let hz = cpu::told_frequency().or_else(measure).unwrap_or(ASSUMED_HZ);
        Clock { hz, scale: Scale::new(hz) }
    })
}

/// Sets the interval timer going, so that the time until somebody asks is measured already.
pub fn begin() {
    BEGAN.store(Counter::start(), Ordering::Relaxed);
}

/// Cycles when the interval timer was started.
static BEGAN: AtomicU64 = AtomicU64::new(0);

/// Measures for at least 3 ms: exact to about 0.1 %, as reading the timer takes a microsecond
/// or two.
fn measure() -> Option<u64> {
    const TICKS: u16 = 3580;
    let mut began = BEGAN.load(Ordering::Relaxed);
    let mut starts = 0;
    // A machine without the timer reads ones: the counter seems to have ended at once.
    while starts < 100 {
        let cycles = cpu::cycles();
        match Counter::passed() {
            Some(passed) if passed >= TICKS && began != 0 => {
                return frequency(cycles - began, passed, 0);
            }
            Some(_) if began != 0 => {}
            _ => {
                began = Counter::start();
                starts += 1;
            }
        }
    }
    None
}

/// The third counter of the interval timer, which nothing else uses: counts down once.
struct Counter;

impl Counter {
    // SAFETY: the timer's ports, which touch no memory.
    const VALUE: Port = unsafe { Port::new(0x42) };
    // SAFETY: as above.
    const CONTROL: Port = unsafe { Port::new(0x43) };
    // SAFETY: the gate and output of this counter, and the speaker.
    const GATE: Port = unsafe { Port::new(0x61) };

    /// Starts at 65535; the cycles at that moment.
    fn start() -> u64 {
        Self::GATE.write8(Self::GATE.read8() & 0xfc | 1);
        // Counter 2, both bytes, mode 0: its output rises when it has counted to the end.
        Self::CONTROL.write8(0xb0);
        Self::VALUE.write8(0xff);
        Self::VALUE.write8(0xff);
        cpu::cycles()
    }

    /// Ticks since the start; `None` when it has counted to the end, 55 ms after it, and tells
    /// nothing any more.
    fn passed() -> Option<u16> {
        // Read back status and value of counter 2: microvm has no port 61h to see its output.
        Self::CONTROL.write8(0xc8);
        let has_ended = Self::VALUE.read8() & 0x80 != 0;
        let value = u16::from_le_bytes([Self::VALUE.read8(), Self::VALUE.read8()]);
        (!has_ended).then_some(u16::MAX - value)
    }
}
