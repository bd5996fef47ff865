//! From counts of the time-stamp counter to nanoseconds.

/// Ticks a second of the programmable interval timer (Intel 8254).
pub const PIT_HZ: u64 = 1_193_182;

/// Converts cycles to nanoseconds by one multiplication.
///
/// # Invariants
/// `factor` is 2^32 * 10^9 / frequency, rounded down.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scale {
    factor: u64,
}

impl Scale {
    /// For a counter of `hz` (not 0).
    pub fn new(hz: u64) -> Scale {
        let factor = (1_000_000_000u128 << 32) / u128::from(hz.max(1));
        Scale { factor: u64::try_from(factor).unwrap_or(u64::MAX) }
    }

    /// Nanoseconds of that many cycles.
    pub fn nanoseconds(self, cycles: u64) -> u64 {
        ((u128::from(cycles) * u128::from(self.factor)) >> 32) as u64
    }
}

/// One look at the interval timer. When exactly it was looked at is not known, only that it was
/// between two reads of the time-stamp counter.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look {
    /// Time-stamp counter before.
    pub before: u64,
    /// Time-stamp counter after.
    pub after: u64,
    /// What the timer showed: it counts down.
    pub ticks: u16,
}

/// A frequency that was measured.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Measured {
    /// In Hz.
    pub hz: u64,
    /// By how much it may be wrong, in parts per million: an emulator or hypervisor that is not
    /// running for a moment stretches a look.
    pub uncertain_ppm: u64,
}

/// The time-stamp counter's frequency from two looks; `None` when they are not one after the
/// other.
pub fn measured(first: Look, last: Look) -> Option<Measured> {
    let ticks = u64::from(first.ticks.checked_sub(last.ticks)?);
    let middle = |look: Look| Some(look.before + look.after.checked_sub(look.before)? / 2);
    let cycles = middle(last)?.checked_sub(middle(first)?)?;
    if ticks == 0 || cycles == 0 {
        return None;
    }
    let unknown = last.after - last.before + (first.after - first.before);
    let scaled = |a: u64, b: u64, by: u64| (u128::from(a) * u128::from(b) / u128::from(by)) as u64;
    Some(Measured {
        hz: scaled(cycles, PIT_HZ, ticks),
        uncertain_ppm: scaled(unknown / 2, 1_000_000, cycles),
    })
}

/// Frequency from CPUID leaf 15h: crystal frequency times a ratio.
pub fn frequency_from_crystal(denominator: u32, numerator: u32, crystal_hz: u32) -> Option<u64> {
    if denominator == 0 || numerator == 0 || crystal_hz == 0 {
        return None;
    }
    Some(u64::from(crystal_hz) * u64::from(numerator) / u64::from(denominator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_of_cycles_does_not_overflow() {
        let scale = Scale::new(3_000_000_000);
        let year = 365 * 24 * 3600;
        let ns = scale.nanoseconds(year * 3_000_000_000);
        assert!(ns.abs_diff(year * 1_000_000_000) < 100_000_000, "{ns}");
        assert_eq!(Scale::new(1_000_000_000).nanoseconds(12_345), 12_345);
    }

    #[test]
    fn odd_frequencies_neither_divide_by_zero_nor_wrap() {
        assert_eq!(Scale::new(0).nanoseconds(0), 0);
        assert_eq!(frequency_from_crystal(0, 1, 1), None);
        assert_eq!(frequency_from_crystal(2, 100, 24_000_000), Some(1_200_000_000));
    }

    fn look(before: u64, after: u64, ticks: u16) -> Look {
        Look { before, after, ticks }
    }

    #[test]
    fn looks_make_a_frequency_and_its_uncertainty() {
        // 10,000 ticks at 2 GHz, each look 1000 cycles long.
        let cycles = 10_000 * 2_000_000_000 / PIT_HZ;
        let first = look(5_000, 6_000, u16::MAX);
        let last = look(5_000 + cycles, 6_000 + cycles, u16::MAX - 10_000);
        let found = measured(first, last).unwrap();
        assert!(found.hz.abs_diff(2_000_000_000) < 1_000, "{found:?}");
        assert_eq!(found.uncertain_ppm, 1_000 * 1_000_000 / cycles);
        // Suspended for as long again in the middle of the last look: no longer believed.
        let torn = look(5_000 + cycles, 6_000 + 2 * cycles, u16::MAX - 10_000);
        assert!(measured(first, torn).unwrap().uncertain_ppm > 300_000);
    }

    #[test]
    fn looks_that_make_no_sense_make_no_frequency() {
        let first = look(100, 200, 500);
        for last in [
            look(300, 400, 500),
            look(300, 400, 501),
            look(50, 60, 400),
            look(400, 300, 400),
            look(100, 200, 400),
        ] {
            assert_eq!(measured(first, last), None, "{last:?}");
        }
        assert!(measured(first, look(u64::MAX - 1, u64::MAX, 0)).is_some());
    }
}
