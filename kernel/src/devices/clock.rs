//! Time: the time-stamp counter, measured against the interval timer while the machine is set up.

use bareflow_machine::clock::{Look, Measured, Scale, measured};
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
    BEGAN.call_once(Counter::start);
}

/// When the interval timer was first started.
static BEGAN: Once<Look> = Once::new();

/// Measures for at least 3 ms, and until the frequency is known well enough: an emulator that
/// was suspended between two instructions must not make the clock go wrong.
fn measure() -> Option<u64> {
    const TICKS: u16 = 3580;
    const UNCERTAIN_PPM: u64 = 4000;
    const STARTS: u32 = 20;
    let mut first = BEGAN.get().copied();
    let mut starts = 0;
    let mut best: Option<Measured> = None;
    // A machine without the timer reads ones: the counter seems to have ended at once.
    while starts < STARTS {
        let last = Counter::look();
        let (Some(start), Some(last)) = (first, last) else {
            first = Some(Counter::start());
            starts += 1;
            continue;
        };
        if start.ticks.saturating_sub(last.ticks) < TICKS {
            continue;
        }
        let Some(now) = measured(start, last) else { continue };
        if best.is_none_or(|best| now.uncertain_ppm < best.uncertain_ppm) {
            best = Some(now);
        }
        if now.uncertain_ppm < UNCERTAIN_PPM {
            break;
        }
    }
    best.map(|best| best.hz)
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

    /// Starts at 65535.
    fn start() -> Look {
        Self::GATE.write8(Self::GATE.read8() & 0xfc | 1);
        // Counter 2, both bytes, mode 0: its output rises when it has counted to the end.
        Self::CONTROL.write8(0xb0);
        Self::VALUE.write8(0xff);
        let before = cpu::cycles();
        Self::VALUE.write8(0xff);
        Look { before, after: cpu::cycles(), ticks: u16::MAX }
    }

    /// What it shows; `None` when it has counted to the end, 55 ms after the start, and tells
    /// nothing any more.
    fn look() -> Option<Look> {
        let before = cpu::cycles();
        // Latch status and value of counter 2: microvm has no port 61h to see its output.
        Self::CONTROL.write8(0xc8);
        let after = cpu::cycles();
        let has_ended = Self::VALUE.read8() & 0x80 != 0;
        let ticks = u16::from_le_bytes([Self::VALUE.read8(), Self::VALUE.read8()]);
        (!has_ended).then_some(Look { before, after, ticks })
    }
}
