//! The figures as a table.

use super::figures::{By, Line, Summary};

/// A level that gains less than this on every program has no reason to be.
const WORTH: f64 = 1.05;

pub(super) fn render(lines: &[Line], summary: &Summary) -> String {
    let names = summary.names();
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
    let groups = [
        (false, "mean of modules", &summary.geometric_mean),
        (true, "mean of programs", &summary.geometric_mean_programs),
    ];
    for (program, what, means) in groups {
        for line in lines.iter().filter(|line| line.program == program) {
            text += &format!("\n{:<14}{:>9.2} ms", line.module, line.baseline_ns as f64 / 1e6);
            text += &cells(&names, &line.ratio, 1.0, 2);
        }
        if !means.is_empty() {
            text += &format!("\n{what:<26}{}", cells(&names, means, 1.0, 2));
        }
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
        let figures = figures.iter().map(|(name, figure)| (*name, *figure as f64)).collect();
        text += &format!("\n{what:<26}{}", cells(&names, &figures, unit, digits));
    }
    for gain in &summary.gains {
        let verdict = if gain.times >= WORTH { "" } else { "; too little to have this level" };
        text += &format!(
            "\n{} gains most on {} with {}: {:.2} times as fast{verdict}",
            gain.level, gain.below, gain.module, gain.times
        );
    }
    text += &left_out;
    for how in &summary.missing {
        text += &format!("\nnot installed, so not measured: {how}");
    }
    text
}

/// A figure of each contender, or a dash.
fn cells(names: &[&str], figures: &By<f64>, unit: f64, digits: usize) -> String {
    let cell = |name: &&str| match figures.get(name) {
        Some(figure) => format!("{:>11.digits$}", figure / unit),
        None => format!("{:>11}", "-"),
    };
    names.iter().map(cell).collect()
}

fn short(name: &str) -> &str {
    if name.starts_with("clang -O3") { "clang -O3" } else { name }
}
