//! The figures as a table.

use super::{Line, Summary};

/// A level that gains less than this on every program has no reason to be.
const WORTH: f64 = 1.05;

pub(super) fn render(lines: &[Line], summary: &Summary) -> String {
    let names: Vec<&str> = summary.geometric_mean.keys().copied().collect();
    let mut text = format!(
        "{}, {} cores, {} rounds, bitcode {:?}; ratios to {} (below 1 is faster)\n\n{:<14}{:>12}",
        summary.machine.processor,
        summary.machine.cores,
        summary.rounds,
        summary.bitcode,
        summary.baseline,
        "module",
        "baseline"
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
    let left_out = lines.iter().flat_map(|line| {
        line.left_out.iter().map(|(name, why)| format!("\n{name} fails on {}: {why}", line.module))
    });
    let left_out: String = left_out.collect();
    let rows = [
        ("compiling everything, ms", &summary.compile_ns, 1e6, 2),
        ("code, bytes", &summary.code_bytes, 1.0, 0),
        ("peak memory, MiB", &summary.peak_bytes, f64::from(1 << 20), 1),
    ];
    for (what, figures, unit, digits) in rows {
        text += &format!("\n{what:<26}");
        for name in &names {
            match figures.get(name) {
                Some(figure) => text += &format!("{:>11.digits$}", *figure as f64 / unit),
                None => text += &format!("{:>11}", "-"),
            }
        }
    }
    for gain in &summary.gains {
        let verdict = if gain.times >= WORTH { "" } else { "; too little to have this level" };
        text += &format!(
            "\n{} gains most on {} with {}: {:.2} times as fast{verdict}",
            gain.level, gain.below, gain.module, gain.times
        );
    }
    text + &left_out
}

fn short(name: &str) -> &str {
    if name.contains("-O3") { "clang -O3" } else { name }
}
