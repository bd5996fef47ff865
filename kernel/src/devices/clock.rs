//! Time: the time-stamp counter, measured against the interval timer.

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

/// Measures for 3 ms: exact to about 0.1 %, as reading the timer takes a microsecond or two.
fn measure() -> Option<u64> {
    const TICKS: u16 = 3580;
    // SAFETY: the interval timer and the gate of its third counter; neither touches memory.
    let (counter, control, gate) = unsafe { (Port::new(0x42), Port::new(0x43), Port::new(0x61)) };
    gate.write8(gate.read8() & 0xfc | 1);
    // Counter 2, both bytes, rate generator: it reloads, so a late look does no harm.
    control.write8(0xb4);
    counter.write8(0xff);
    counter.write8(0xff);
    let sample = || {
        control.write8(0x80);
        let before = cpu::cycles();
        let value = u16::from_le_bytes([counter.read8(), counter.read8()]);
        (before, value)
    };
    let (first_cycles, first) = sample();
    // A machine without the timer reads ones for ever.
    for _ in 0..1_000_000 {
        let (cycles, now) = sample();
        if now <= first && first - now >= TICKS {
            return frequency(cycles - first_cycles, first, now);
        }
    }
    None
}
