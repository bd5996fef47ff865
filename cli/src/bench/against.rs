//! This tool against another build of it: the same bitcode at the same levels, by both in turn.
//!
//! A change that may have cost something everywhere is seen by nothing but the tool without it. Both
//! run each module at each level, this one first in half of the pairs, so that whatever drifts or is
//! warm counts for both. The other build has the C library that belongs to it, as it finds it by itself.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use super::entries::{self, RISING};
use super::subject::{Bitcode, Module};
use crate::artefacts::Artefacts;
use crate::failure::{Failure, Kind};

/// Levels, and how often the entry is called before it is timed.
const LEVELS: [(&str, &str); 6] =
    [("interp", "1"), ("O0", "1"), ("O1", "1"), ("O2", "1"), ("O3", "1"), ("auto", RISING)];

/// One module's figures, by level.
#[derive(Serialize, Debug)]
pub(super) struct Line {
    module: String,
    levels: BTreeMap<&'static str, Figures>,
}

/// How fast this tool is at a level, by the other's speed: 1 is the same, below 1 is slower.
#[derive(Serialize, Debug)]
struct Figures {
    /// Least nanoseconds of a call by this tool.
    ns: u64,
    /// The same by the other one.
    other_ns: u64,
    /// Median of the ratios of each pair of runs.
    median: f64,
    /// Ratio of the least times of all runs, to which other work on the machine adds little.
    least: f64,
}

/// Times one module by both tools.
///
/// # Errors
/// A run fails, or an answer is wrong.
pub(super) fn measure(
    module: &Module,
    bitcode: Bitcode,
    other: &Path,
    artefacts: &Artefacts,
    rounds: u32,
) -> Result<Line, Failure> {
    let own = std::env::current_exe()
        .map_err(|error| Failure::new(Kind::Failed, format!("this program: {error}")))?;
    let file = module.bitcode(bitcode, artefacts)?;
    let mut levels = BTreeMap::new();
    for (level, calls) in LEVELS {
        // Interpreted, the usual argument would take most of the time.
        let (arg, right) = match level {
            "interp" => (module.small.arg, module.small.result),
            _ => (module.arg, module.result),
        };
        let time = |program: &Path| {
            let contender = entries::engine(level, program, &file, &module.name, arg, calls);
            let contender = if program == other { contender.elsewhere() } else { contender };
            let reading = contender.run()?;
            if reading.result == right {
                return Ok(reading.ns.max(1));
            }
            let program = program.display();
            let message = format!("{program} at {level}: wrong result {}", reading.result);
            Err(Failure::new(Kind::Failed, format!("{}: {message}", module.name)))
        };
        let mut pairs = Vec::new();
        for round in 0..rounds {
            pairs.push(if round % 2 == 0 {
                let ns = time(&own)?;
                (ns, time(other)?)
            } else {
                let other_ns = time(other)?;
                (time(&own)?, other_ns)
            });
        }
        levels.insert(level, figures(&pairs));
    }
    Ok(Line { module: module.name.clone(), levels })
}

fn figures(pairs: &[(u64, u64)]) -> Figures {
    let mut ratios: Vec<f64> = pairs.iter().map(|(ns, other)| *other as f64 / *ns as f64).collect();
    ratios.sort_by(f64::total_cmp);
    let median = ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN);
    let ns = pairs.iter().map(|pair| pair.0).min().unwrap_or(0);
    let other_ns = pairs.iter().map(|pair| pair.1).min().unwrap_or(0);
    Figures { ns, other_ns, median, least: other_ns as f64 / ns as f64 }
}

/// The figures as a table.
pub(super) fn render(lines: &[Line], rounds: u32) -> String {
    let mut text = format!(
        "speed by that of the other build (below 1 is slower), by least times and, in brackets, the \
         median over {rounds} pairs of runs\n{:<14}",
        "module"
    );
    for (level, _) in LEVELS {
        text += &format!("{level:>15}");
    }
    for line in lines {
        text += &format!("\n{:<14}", line.module);
        for (level, _) in LEVELS {
            let Figures { median, least, .. } = &line.levels[level];
            text += &format!("{:>15}", format!("{least:.3} ({median:.3})"));
        }
    }
    text += &format!("\n{:<14}", "mean");
    for (level, _) in LEVELS {
        let mean = |of: fn(&Figures) -> f64| {
            let logs: f64 = lines.iter().map(|line| of(&line.levels[level]).ln()).sum();
            (logs / lines.len().max(1) as f64).exp()
        };
        let (least, median) = (mean(|figures| figures.least), mean(|figures| figures.median));
        text += &format!("{:>15}", format!("{least:.3} ({median:.3})"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::figures;

    #[test]
    fn slower_is_below_one() {
        let found = figures(&[(100, 90), (120, 120), (110, 99)]);
        assert_eq!((found.ns, found.other_ns), (100, 90));
        assert!((found.least - 0.9).abs() < 1e-9 && (found.median - 0.9).abs() < 1e-9);
    }
}
