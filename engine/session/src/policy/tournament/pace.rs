//! How fast a tournament may go: it costs the program time, and has a share of it to spend.

/// What tournaments may cost, and what they have cost.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Share of the program's time, in thousandths.
    pub(crate) share: u64,
    /// Cycles since the program began.
    pub(crate) elapsed: u64,
    /// Cycles that tournaments have cost it since.
    pub(crate) spent: u64,
}

/// Calls after which a rest is thought over.
const LONGEST: u64 = 1 << 20;

impl Pace {
    /// Whether another `cycles` may be spent now.
    pub(crate) fn affords(&self, cycles: u64) -> bool {
        let spent = u128::from(self.spent) + u128::from(cycles);
        spent * 1_000 <= u128::from(self.elapsed) * u128::from(self.share)
    }

    /// Calls to wait, of a function that is called every `period` cycles, until what was spent
    /// is within the share; 0 when it is.
    pub(crate) fn rest(&self, period: u64) -> u64 {
        if self.affords(0) {
            return 0;
        }
        let enough = u128::from(self.spent) * 1_000 / u128::from(self.share.max(1));
        let wait = enough.saturating_sub(u128::from(self.elapsed));
        let calls = wait / u128::from(period.max(1)) + 1;
        u64::try_from(calls).unwrap_or(LONGEST).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::Pace;

    #[test]
    fn a_rest_brings_the_cost_within_the_share() {
        let pace = Pace { share: 20, elapsed: 1_000_000, spent: 30_000 };
        assert!(!pace.affords(0));
        let calls = pace.rest(1_000);
        assert_eq!(calls, 501);
        let later = Pace { elapsed: pace.elapsed + calls * 1_000, ..pace };
        assert!(later.affords(0) && !later.affords(1_000));
        assert_eq!(later.rest(1_000), 0);
    }

    #[test]
    fn without_a_share_nothing_is_affordable() {
        let pace = Pace { share: 0, elapsed: u64::MAX, spent: 0 };
        assert!(pace.affords(0) && !pace.affords(1));
        let broke = Pace { spent: u64::MAX, elapsed: 0, ..pace };
        assert_eq!(broke.rest(0), super::LONGEST);
    }
}
