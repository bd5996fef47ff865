//! What compiling costs and levels bring, as measured in this boot.
//!
//! Both are averages over what this boot has measured. The first guesses are of SQLite, all of it compiled at each
//! level on a processor for itself, and of the benchmark.

use bareflow_profile::Level;

/// What compiling costs and levels bring.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Model {
    /// Nanoseconds of compiling an instruction of the IR, by level.
    compile: [u64; 5],
    /// How fast a level is, in thousandths of the one below.
    speed: [u64; 5],
}

/// The first guess of nanoseconds of compiling an instruction, by level.
const COMPILE: [u64; 5] = [0, 1_000, 2_000, 4_000, 6_500];

impl Default for Model {
    fn default() -> Self {
        Self { compile: COMPILE, speed: [1_000, 13_000, 1_500, 1_100, 1_030] }
    }
}

impl Model {
    /// Compiling `instrs` instructions took `ns`.
    pub(crate) fn compiled(&mut self, level: Level, instrs: u64, ns: u64) {
        let average = &mut self.compile[level as usize];
        *average = (*average * 3 + ns / instrs.max(1)) / 4;
    }

    /// A function whose calls took `before` cycles at level `from` takes `after` at `to`.
    pub(crate) fn risen(&mut self, from: Level, to: Level, before: u64, after: u64) {
        if from >= to || before == 0 || after == 0 {
            return;
        }
        let between: u64 = (from as usize + 1..to as usize).map(|at| self.speed[at]).product();
        let steps = (to as u32 - from as u32).saturating_sub(1);
        let expected = (between / 1_000u64.pow(steps.max(1) - 1)).max(1);
        let whole = before.saturating_mul(1_000) / after;
        let own = if steps == 0 { whole } else { whole.saturating_mul(1_000) / expected };
        let average = &mut self.speed[to as usize];
        // One function that is far off does not make the rule.
        let next = (*average * 7 + own.clamp(*average / 4, *average * 4)) / 8;
        *average = next.clamp(500, 100_000);
    }

    /// How slow this machine is at compiling, in thousandths of what was guessed.
    pub(crate) fn slowness(&self) -> u64 {
        let sum = |all: &[u64]| all.iter().fold(0, |sum: u64, ns| sum.saturating_add(*ns));
        (sum(&self.compile).saturating_mul(1_000) / sum(&COMPILE)).max(250)
    }

    /// Nanoseconds that compiling `instrs` instructions at `level` takes.
    pub(crate) fn cost(&self, level: Level, instrs: u64) -> u64 {
        self.compile[level as usize].saturating_mul(instrs)
    }

    /// Nanoseconds that `to` saves of `spent` at `from`.
    pub(crate) fn gain(&self, from: Level, to: Level, spent: u64) -> u64 {
        let rest = (from as usize + 1..=to as usize)
            .fold(u128::from(spent), |left, at| left * 1_000 / u128::from(self.speed[at].max(1)));
        spent.saturating_sub(u64::try_from(rest).unwrap_or(u64::MAX))
    }

    /// The level above `from` that saves most, of `spent` nanoseconds, beyond its cost.
    pub(crate) fn best(&self, from: Level, spent: u64, instrs: u64) -> Option<Level> {
        let net = |level: &Level| {
            self.gain(from, *level, spent).checked_sub(self.cost(*level, instrs)).filter(|n| *n > 0)
        };
        let above = Level::ALL.into_iter().filter(|level| *level > from);
        above
            .filter_map(|level| Some((net(&level)?, level)))
            .max_by_key(|(net, _)| *net)
            .map(|b| b.1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_called_little_stays_and_what_is_called_much_goes_far() {
        let model = Model::default();
        // 50 instructions: 50 us at O0, 100 at O1, 200 at O2, 325 at O3.
        assert_eq!(model.best(Level::Interp, 10_000, 50), None);
        assert_eq!(model.best(Level::Interp, 60_000, 50), Some(Level::O0));
        assert_eq!(model.best(Level::Interp, 2_000_000, 50), Some(Level::O1));
        assert!(model.best(Level::Interp, 1_000_000_000, 50) >= Some(Level::O2));
        assert_eq!(model.best(Level::O1, 200_000, 50), None);
        assert_eq!(model.best(Level::O3, u64::MAX, 1), None);
    }

    #[test]
    fn measurement_replaces_the_first_guess() {
        let mut model = Model::default();
        for _ in 0..50 {
            model.compiled(Level::O1, 100, 1_000_000);
            model.risen(Level::O1, Level::O2, 2_000, 1_000);
        }
        assert!((9_900..=10_000).contains(&(model.cost(Level::O1, 1))));
        assert!((1_500..=1_700).contains(&model.slowness()), "{}", model.slowness());
        assert_eq!(Model::default().slowness(), 1_000);
        let gain = model.gain(Level::O1, Level::O2, 1_000_000);
        assert!((480_000..=500_000).contains(&gain), "{gain}");
        // A rise over two levels tells of the upper one what the lower does not explain.
        let mut model = Model::default();
        (0..100).for_each(|_| model.risen(Level::O0, Level::O2, 3_000, 1_000));
        let gain = model.gain(Level::O1, Level::O2, 1_000_000);
        assert!((480_000..=500_010).contains(&gain), "{gain}");
        model.risen(Level::O1, Level::O0, 1, 1);
        model.risen(Level::O0, Level::O1, 0, 0);
        model.risen(Level::Interp, Level::O3, u64::MAX, 1);
    }
}
