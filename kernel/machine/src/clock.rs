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

/// Frequency of a counter that counted `cycles` while the interval timer, counting down in
/// 16 bits, went from `start` to `end`.
pub fn frequency(cycles: u64, start: u16, end: u16) -> Option<u64> {
    let ticks = u64::from(start.wrapping_sub(end));
    (ticks > 0).then(|| (u128::from(cycles) * u128::from(PIT_HZ) / u128::from(ticks)) as u64)
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
        assert_eq!(frequency(1000, 7, 7), None);
        assert_eq!(frequency_from_crystal(0, 1, 1), None);
        assert_eq!(frequency_from_crystal(2, 100, 24_000_000), Some(1_200_000_000));
    }

    #[test]
    fn the_interval_timer_may_wrap() {
        let ticks = 1193;
        let hz = frequency(2_000_000, 100, 100u16.wrapping_sub(ticks)).unwrap();
        assert!(hz.abs_diff(2_000_000_000) < 1_000_000, "{hz}");
    }
}
