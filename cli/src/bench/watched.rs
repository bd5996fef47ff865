//! What counting and measuring at the top level costs: the same code with and without.
//!
//! The program is compiled at O3 before it runs, so both runs execute the same bytes; one has
//! gates and samples in front of them. They take turns, and the median of the ratios of each
//! pair counts.

use serde::Serialize;

use super::{Module, module_run};
use crate::artefacts::Artefacts;
use crate::failure::Failure;

/// One module's figures.
#[derive(Serialize, Debug)]
pub(super) struct Line {
    module: String,
    /// Nanoseconds of a call without.
    ns: u64,
    /// Median ratio, with to without.
    ratio: f64,
}

/// All modules together.
#[derive(Serialize, Debug)]
pub(super) struct Summary {
    pairs: u32,
    /// Geometric mean of the ratios.
    geometric_mean: f64,
}

/// Times one module.
pub(super) fn measure(module: &Module, artefacts: &Artefacts, pairs: u32) -> Result<Line, Failure> {
    let mut ratios = Vec::new();
    let mut least = u64::MAX;
    for pair in 0..pairs {
        // Each comes first in half of the pairs.
        let (with, without) = if pair % 2 == 0 {
            let with = run(module, artefacts, &[])?;
            (with, run(module, artefacts, &["--no-watch"])?)
        } else {
            let without = run(module, artefacts, &["--no-watch"])?;
            (run(module, artefacts, &[])?, without)
        };
        ratios.push(with as f64 / without.max(1) as f64);
        least = least.min(without);
    }
    ratios.sort_by(f64::total_cmp);
    let ratio = ratios.get(ratios.len() / 2).copied().unwrap_or(f64::NAN);
    Ok(Line { module: module.name.clone(), ns: least, ratio })
}

/// Least nanoseconds of a call.
fn run(module: &Module, artefacts: &Artefacts, more: &[&str]) -> Result<u64, Failure> {
    let usual = ["--level", "O3", "--calls", "3", "--repeat", "9"];
    let more = [&usual, more].concat();
    let report = module_run::run(module, artefacts, (module.arg, module.result), &more)?;
    Ok(report["ns_min"].as_u64().unwrap_or(0))
}

/// What the modules' figures come to.
pub(super) fn summarise(lines: &[Line], pairs: u32) -> Summary {
    let logs: f64 = lines.iter().map(|line| line.ratio.ln()).sum();
    Summary { pairs, geometric_mean: (logs / lines.len().max(1) as f64).exp() }
}

/// The figures as a table.
pub(super) fn render(lines: &[Line], summary: &Summary) -> String {
    let mut text = format!("{:<14}{:>12}{:>22}", "module", "without", "watched costs");
    for line in lines {
        let percent = (line.ratio - 1.0) * 100.0;
        text += &format!("\n{:<14}{:>9.2} ms{percent:>20.2} %", line.module, line.ns as f64 / 1e6);
    }
    let mean = (summary.geometric_mean - 1.0) * 100.0;
    text + &format!("\ngeometric mean over {} pairs of runs: {mean:.2} %", summary.pairs)
}
