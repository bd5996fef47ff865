//! The figures as a table.

/// A level that gains less than this on every program has no reason to be.
const WORTH: f64 = 1.05;

use super::{Line, Summary};

pub(super) fn render(lines: &[Line], summary: &Summary) -> String {
    let names: Vec<&str> = summary.geometric_mean.keys().copied().collect();
    let mut text = format!(
        "{}, {} rounds, bitcode {:?}; ratios to {} (below 1 is faster)\n\n{:<14}{:>12}",
        summary.processor, summary.rounds, summary.bitcode, summary.baseline, "module", "baseline"
    );
    for name in &names {
        text += &format!("{:>11}", short(name));
    }
    for line in lines {
        text += &format!("\n{:<14}{:>9.2} ms", line.module, line.baseline_ns as f64 / 1e6);
        for name in &names {
            text += &format!("{:>11.2}", line.ratio.get(name).copied().unwrap_or(f64::NAN));
        }
    }
    text += &format!("\n{:<26}", "geometric mean");
    for name in &names {
        text += &format!("{:>11.2}", summary.geometric_mean[name]);
    }
    text += &format!("\n{:<26}", "compiling everything, ms");
    for name in &names {
        match summary.compile_ns.get(name) {
            Some(ns) => text += &format!("{:>11.2}", *ns as f64 / 1e6),
            None => text += &format!("{:>11}", "-"),
        }
    }
    for gain in &summary.gains {
        let verdict = if gain.times >= WORTH { "" } else { "; too little to have this level" };
        text += &format!(
            "\n{} gains most on {} with {}: {:.2} times as fast{verdict}",
            gain.level, gain.below, gain.module, gain.times
        );
    }
    text
}

fn short(name: &str) -> &str {
    if name.contains("-O3") { "clang -O3" } else { name }
}
