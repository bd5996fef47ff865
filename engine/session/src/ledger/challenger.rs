//! What the compiler costs and brings that nobody has named for the top level, as measured in this boot.
//!
//! Until something is measured it is guessed from what the built-in compiler takes on this machine in
//! proportion to where the guesses come from: under an emulator everything takes twenty times as long.

/// Nanoseconds of a request, whatever is in it.
const BASE: u64 = 3_000_000;
/// Nanoseconds of an instruction of the function and of what may be inlined into it.
const INSTR: u64 = 50_000;
/// Share of the time of the built-in compiler's code that its code saves, in thousandths.
const SAVES: u64 = 100;

/// What the compiler costs and brings that nobody has named.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Challenger {
    /// Whether it has answered: it is loaded.
    loaded: bool,
    /// Nanoseconds of an instruction, once that was measured.
    instr: Option<u64>,
    /// Share that its code saves, in thousandths.
    saves: u64,
}

impl Default for Challenger {
    fn default() -> Self {
        Self { loaded: false, instr: None, saves: SAVES }
    }
}

impl Challenger {
    /// It has made code of `instrs` instructions in `ns`.
    pub(crate) fn made(&mut self, instrs: u64, ns: u64) {
        // The first answer took the loading, too.
        if core::mem::replace(&mut self.loaded, true) {
            let own = ns.saturating_sub(BASE) / instrs.max(1);
            self.instr = Some(self.instr.map_or(own, |average| (average * 3 + own) / 4));
        }
    }

    /// Calls of a function took `before` cycles by the built-in compiler and `after` by this one.
    pub(crate) fn compared(&mut self, before: u64, after: u64) {
        let saved = before.saturating_sub(after).saturating_mul(1_000) / before.max(1);
        // One function that is far off does not make the rule, nor is there ever nothing to gain.
        self.saves = ((self.saves * 7 + saved) / 8).max(SAVES / 2);
    }

    /// Nanoseconds that code of `instrs` instructions will take, on a machine `slowness` thousandths as slow
    /// as that of the guesses.
    pub(crate) fn cost(&self, instrs: u64, slowness: u64) -> u64 {
        let guess = |ns: u64| ns.saturating_mul(slowness) / 1_000;
        let instr = self.instr.unwrap_or_else(|| guess(INSTR));
        guess(BASE).saturating_add(instr.saturating_mul(instrs))
    }

    /// Nanoseconds until it is ready for a request, if that takes `start` on a machine like that of the guesses.
    pub(crate) fn start(&self, start: u64, slowness: u64) -> u64 {
        if self.loaded { 0 } else { start.saturating_mul(slowness) / 1_000 }
    }

    /// What its code is expected to save of as much time as a function has taken.
    pub(crate) fn gain(&self, taken: u64) -> u64 {
        (u128::from(taken) * u128::from(self.saves) / 1_000) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_answer_is_dear_and_the_others_cost_what_was_measured() {
        let mut challenger = Challenger::default();
        assert_eq!(challenger.cost(100, 1_000), BASE + 100 * INSTR);
        assert_eq!(challenger.cost(100, 20_000), 20 * (BASE + 100 * INSTR));
        assert_eq!(challenger.start(5, 20_000), 100);
        challenger.made(100, 700_000_000);
        assert_eq!(challenger.start(5, 20_000), 0);
        assert_eq!(challenger.cost(100, 1_000), BASE + 100 * INSTR);
        challenger.made(100, BASE + 100 * 7_000);
        assert_eq!(challenger.cost(100, 1_000), BASE + 100 * 7_000);
        // What was measured needs no guess of how slow the machine is.
        assert_eq!(challenger.cost(100, 2_000), 2 * BASE + 100 * 7_000);
    }

    #[test]
    fn what_it_saves_is_learnt_slowly_and_never_nothing() {
        let mut challenger = Challenger::default();
        assert_eq!(challenger.gain(1_000_000), 100_000);
        (0..100).for_each(|_| challenger.compared(1_000, 700));
        assert!((280_000..=300_000).contains(&challenger.gain(1_000_000)));
        (0..100).for_each(|_| challenger.compared(1_000, 2_000));
        assert_eq!(challenger.gain(1_000_000), 50_000);
        challenger.compared(0, 0);
    }
}
