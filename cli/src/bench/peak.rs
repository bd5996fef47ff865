//! How long until a module runs at its peak, rising by itself.
//!
//! The entry is called with the small argument again and again, so that a call is short, and the
//! engine notes the time of each. Peak is the median of the last tenth of the calls; it is
//! reached at the first moment from which on ten calls take at most 1/0.95 of that in the median.

use serde::Serialize;
use serde_json::Value;

use super::{Module, module_run};
use crate::artefacts::Artefacts;
use crate::failure::Failure;

/// Nanoseconds a module runs for.
const RUN_NS: u64 = 1_500_000_000;
/// Calls that decide whether the peak is reached.
const WINDOW: usize = 10;

/// One module's figures.
#[derive(Serialize, Debug)]
pub(super) struct Line {
    pub(super) module: String,
    /// Calls of the entry that were made.
    calls: usize,
    /// Nanoseconds of the first call, which is interpreted at first.
    pub(super) first_ns: u64,
    /// Nanoseconds of a call at the peak.
    pub(super) peak_ns: u64,
    /// Nanoseconds of the longest call but the first, beyond those of one at the peak: the longest
    /// pause that functions make by rising.
    longest_pause_ns: u64,
    /// Nanoseconds from the program's first instruction to 95 % of peak speed.
    pub(super) to_peak_ns: u64,
    /// Calls until then.
    pub(super) to_peak_calls: usize,
    /// Functions compiled.
    pub(super) compiles: u64,
    /// Nanoseconds that took, which are part of the calls where there is one processor.
    pub(super) compile_ns: u64,
}

/// Times one module.
pub(super) fn measure(
    module: &Module,
    artefacts: &Artefacts,
    thresholds: Option<&str>,
    smp: u32,
) -> Result<Line, Failure> {
    let run = |calls| run(module, artefacts, thresholds, smp, calls);
    let probe = run(30)?;
    let least = times(&probe).into_iter().min().unwrap_or(1).max(1);
    let calls = (RUN_NS / least).clamp(200, 200_000);
    let report = run(calls)?;
    let call_ns = times(&report);
    let (peak_ns, to_peak_calls) = peak(&call_ns);
    let number = |field: &str| report[field].as_u64().unwrap_or(0);
    Ok(Line {
        module: module.name.clone(),
        calls: call_ns.len(),
        first_ns: number("ns_first"),
        peak_ns,
        longest_pause_ns: call_ns
            .iter()
            .skip(1)
            .max()
            .map_or(0, |most| most.saturating_sub(peak_ns)),
        to_peak_ns: call_ns[..to_peak_calls].iter().sum(),
        to_peak_calls,
        compiles: number("compiles"),
        compile_ns: number("compile_ns"),
    })
}

fn run(
    module: &Module,
    artefacts: &Artefacts,
    thresholds: Option<&str>,
    smp: u32,
    calls: u64,
) -> Result<Value, Failure> {
    let small = (module.small.arg, module.small.result);
    let (calls, smp) = (calls.to_string(), smp.to_string());
    // The peak of the built-in compiler: LLVM's, seconds later, would be reached by some modules only.
    let own = "O3=cranelift";
    // Nor with tournaments, whose verdicts come after a hundred times as long, on one processor or several.
    let mut more = vec!["--calls", &calls, "--smp", &smp, "--compilers", own, "--tournaments", "0"];
    if let Some(thresholds) = thresholds {
        more.extend(["--thresholds", thresholds]);
    }
    module_run::run(module, artefacts, small, &more)
}

fn times(report: &Value) -> Vec<u64> {
    let list = report["call_ns"].as_array().into_iter().flatten();
    list.filter_map(Value::as_u64).collect()
}

/// Nanoseconds of a call at the peak, and calls before it is reached.
fn peak(call_ns: &[u64]) -> (u64, usize) {
    let tail = (call_ns.len() / 10).max(1).min(call_ns.len());
    let peak = median(&call_ns[call_ns.len() - tail..]);
    let limit = peak * 100 / 95;
    let reached = call_ns.windows(WINDOW).position(|window| {
        // The peak begins with a call that is fast itself, not with the last slow one.
        window[0] <= limit && median(window) <= limit
    });
    (peak, reached.unwrap_or(call_ns.len()))
}

fn median(values: &[u64]) -> u64 {
    let mut sorted = values.to_vec();
    sorted.sort_unstable();
    sorted.get(sorted.len() / 2).copied().unwrap_or(0)
}

/// The figures as a table.
pub(super) fn render(lines: &[Line]) -> String {
    let mut text = format!(
        "{:<14}{:>12}{:>12}{:>15}{:>14}{:>8}{:>10}{:>14}",
        "module",
        "first call",
        "at peak",
        "longest pause",
        "95 % after",
        "calls",
        "compiled",
        "compiling"
    );
    for line in lines {
        let us = |ns: u64| format!("{:.1} us", ns as f64 / 1e3);
        text += &format!(
            "\n{:<14}{:>12}{:>12}{:>15}{:>11.2} ms{:>8}{:>10}{:>11.2} ms",
            line.module,
            us(line.first_ns),
            us(line.peak_ns),
            us(line.longest_pause_ns),
            line.to_peak_ns as f64 / 1e6,
            line.to_peak_calls,
            line.compiles,
            line.compile_ns as f64 / 1e6
        );
    }
    text + &format!(
        "\ngeometric mean: 95 % of peak speed after {:.2} ms, longest pause {:.3} ms",
        mean_ms(lines),
        geometric_mean(lines.iter().map(|line| line.longest_pause_ns)) / 1e6
    )
}

/// Geometric mean of the times to the peak, in milliseconds.
pub(super) fn mean_ms(lines: &[Line]) -> f64 {
    geometric_mean(lines.iter().map(|line| line.to_peak_ns)) / 1e6
}

fn geometric_mean(values: impl ExactSizeIterator<Item = u64>) -> f64 {
    let count = values.len().max(1);
    let logs: f64 = values.map(|value| (value.max(1) as f64).ln()).sum();
    (logs / count as f64).exp()
}

#[cfg(test)]
mod tests {
    use super::peak;

    #[test]
    fn the_peak_begins_where_calls_stay_fast() {
        // A fast call among slow ones does not begin it.
        let mut calls = vec![1_000, 100, 900, 800, 700, 600, 500, 400];
        calls.extend([100; 95]);
        assert_eq!(peak(&calls), (100, 8));
        // One slow call among fast ones changes nothing.
        calls[20] = 5_000;
        assert_eq!(peak(&calls), (100, 8));
        assert_eq!(peak(&[7; 12]), (7, 0));
        assert_eq!(peak(&[]), (0, 0));
    }
}
