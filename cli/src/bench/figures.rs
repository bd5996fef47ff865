//! The figures, of one program and of all together.

use std::collections::BTreeMap;

use serde::Serialize;

use super::contender::{BASELINE, ORDER};
use super::machine::Machine;
use super::peers;
use super::subject::Bitcode;

/// Figures by contender.
pub(super) type By<T> = BTreeMap<&'static str, T>;

/// One module's or program's figures.
#[derive(Serialize, Default, Debug)]
pub(super) struct Line {
    pub(super) module: String,
    /// Whether it is one of the larger programs.
    pub(super) program: bool,
    /// Least nanoseconds of a call of the baseline, median over the rounds.
    pub(super) baseline_ns: u64,
    /// Median ratio to the baseline; below 1 is faster.
    pub(super) ratio: By<f64>,
    /// Smallest and largest ratio of any round.
    pub(super) spread: By<(f64, f64)>,
    /// Nanoseconds of compiling everything.
    pub(super) compile_ns: By<u64>,
    /// Bytes of native code.
    pub(super) code_bytes: By<u64>,
    /// Most memory of the process.
    pub(super) peak_bytes: By<u64>,
    /// Peers that failed on this module, and why.
    pub(super) left_out: By<String>,
}

/// All of them together.
#[derive(Serialize, Debug)]
pub(super) struct Summary {
    pub(super) machine: Machine,
    /// Peers that are not installed, with what installs them.
    pub(super) missing: Vec<String>,
    pub(super) rounds: u32,
    pub(super) bitcode: Bitcode,
    pub(super) baseline: &'static str,
    /// Geometric mean of the ratios of the modules.
    pub(super) geometric_mean: By<f64>,
    /// The same of the larger programs.
    pub(super) geometric_mean_programs: By<f64>,
    /// Where each level gains most on the one below it.
    pub(super) gains: Vec<Gain>,
    /// Nanoseconds of compiling all functions of everything that all contenders can run.
    pub(super) compile_ns: By<u64>,
    /// Bytes of native code of all of that.
    pub(super) code_bytes: By<u64>,
    /// Most memory of a process, median over the modules.
    pub(super) peak_bytes: By<u64>,
}

/// What a level is there for.
#[derive(Serialize, Debug)]
pub(super) struct Gain {
    pub(super) level: &'static str,
    pub(super) below: &'static str,
    pub(super) module: String,
    /// Time at the level below, in times of this level.
    pub(super) times: f64,
}

/// Levels, each behind the one that it has to beat.
const STEPS: [(&str, &str); 4] = [("interp", "O0"), ("O0", "O1"), ("O1", "O2"), ("O2", "O3")];

impl Summary {
    pub(super) fn new(lines: &[Line], rounds: u32, bitcode: Bitcode) -> Self {
        let mut summary = Self {
            machine: Machine::here(),
            missing: peers::missing(),
            rounds,
            bitcode,
            baseline: BASELINE,
            geometric_mean: means(lines, false),
            geometric_mean_programs: means(lines, true),
            gains: STEPS.into_iter().filter_map(|(below, to)| gain(lines, below, to)).collect(),
            compile_ns: By::new(),
            code_bytes: By::new(),
            peak_bytes: By::new(),
        };
        for name in ORDER {
            let known = lines.iter().filter_map(|line| line.peak_bytes.get(name).copied());
            let mut peaks: Vec<u64> = known.collect();
            peaks.sort_unstable();
            if let Some(peak) = peaks.get(peaks.len() / 2) {
                summary.peak_bytes.insert(name, *peak);
            }
        }
        for line in lines {
            for (name, ns) in &line.compile_ns {
                *summary.compile_ns.entry(name).or_default() += ns;
            }
            for (name, bytes) in &line.code_bytes {
                *summary.code_bytes.entry(name).or_default() += bytes;
            }
        }
        summary
    }

    /// Contenders that ran something, the baseline first.
    pub(super) fn names(&self) -> Vec<&'static str> {
        let ran = |name: &&str| {
            self.geometric_mean.contains_key(name)
                || self.geometric_mean_programs.contains_key(name)
        };
        ORDER.into_iter().filter(ran).collect()
    }
}

/// Geometric means over the modules, or over the larger programs.
fn means(lines: &[Line], program: bool) -> By<f64> {
    let lines = lines.iter().filter(|line| line.program == program);
    let mut logs: By<Vec<f64>> = By::new();
    for (name, ratio) in lines.flat_map(|line| &line.ratio) {
        logs.entry(name).or_default().push(ratio.ln());
    }
    let mean = |logs: Vec<f64>| (logs.iter().sum::<f64>() / logs.len() as f64).exp();
    logs.into_iter().map(|(name, logs)| (name, mean(logs))).collect()
}

/// The module on which a level gains most on the one below it.
fn gain(lines: &[Line], below: &'static str, level: &'static str) -> Option<Gain> {
    let times = |line: &Line| Some(line.ratio.get(below)? / line.ratio.get(level)?);
    let gains = lines.iter().filter_map(|line| {
        Some(Gain { level, below, module: line.module.clone(), times: times(line)? })
    });
    gains.max_by(|a, b| a.times.total_cmp(&b.times))
}

/// What a contender gave in each round.
#[derive(Default, Debug)]
pub(super) struct Rounds {
    baselines: Vec<u64>,
    ratios: By<Vec<f64>>,
}

impl Rounds {
    /// Notes the baseline's time in a round.
    pub(super) fn baseline(&mut self, ns: u64) {
        self.baselines.push(ns);
    }

    /// Notes a time, against another of the same round.
    pub(super) fn ratio(&mut self, name: &'static str, ns: u64, against: u64) {
        self.ratios.entry(name).or_default().push(ns as f64 / against.max(1) as f64);
    }

    /// Medians and spreads.
    pub(super) fn finish(mut self, line: &mut Line) {
        self.baselines.sort_unstable();
        line.baseline_ns = self.baselines.get(self.baselines.len() / 2).copied().unwrap_or(0);
        for (name, mut values) in self.ratios {
            values.sort_by(f64::total_cmp);
            line.ratio.insert(name, values[values.len() / 2]);
            line.spread.insert(name, (values[0], values[values.len() - 1]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, Rounds, means};

    #[test]
    fn medians_spreads_and_means() {
        let mut rounds = Rounds::default();
        for (baseline, ns) in [(10, 40), (20, 20), (10, 20)] {
            rounds.baseline(baseline);
            rounds.ratio("O1", ns, baseline);
        }
        let mut line = Line::default();
        rounds.finish(&mut line);
        assert_eq!((line.baseline_ns, line.ratio["O1"]), (10, 2.0));
        assert_eq!(line.spread["O1"], (1.0, 4.0));
        let mut other = Line { program: true, ..Line::default() };
        other.ratio.insert("O1", 5.0);
        let mut half = Line::default();
        half.ratio.insert("O1", 0.5);
        let lines = [line, other, half];
        assert!((means(&lines, false)["O1"] - 1.0).abs() < 1e-9);
        assert!((means(&lines, true)["O1"] - 5.0).abs() < 1e-9);
    }
}
