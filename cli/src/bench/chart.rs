//! The figures as a page.

use super::{Line, Summary};
use crate::page::svg::{Anchor, Svg, WIDTH};
use crate::page::{escape, page, section, table};

/// Room for names on the left.
const NAMES: f64 = 190.0;

pub(super) fn render(lines: &[Line], summary: &Summary, command: &str) -> String {
    let machine = &summary.machine;
    let mut body = format!(
        "<h1>BareFlow against native code</h1>\n<p>{} modules, {} interleaved rounds on {} ({} \
         cores, {}, {}). Every figure is the time of a call against {} of the same machine and \
         round: 1 is as fast, 2 takes twice as long. Answers were compared.</p>\n",
        lines.len(),
        summary.rounds,
        escape(&machine.processor),
        machine.cores,
        escape(&machine.system),
        escape(&machine.clang),
        summary.baseline,
    );
    let says = "Geometric mean over the modules; the scale is logarithmic.";
    body += &section("means", "All modules together", says, &means(summary).inline());
    let mut rows = vec![vec!["module".to_owned(), "baseline".to_owned()]];
    let names: Vec<&str> = summary.geometric_mean.keys().copied().collect();
    rows[0].extend(names.iter().map(|name| escape(name)));
    for line in lines {
        let mut row =
            vec![escape(&line.module), format!("{:.2} ms", line.baseline_ns as f64 / 1e6)];
        for name in &names {
            let spread = line.spread.get(name);
            row.push(match (line.ratio.get(name), spread) {
                (Some(ratio), Some((low, high))) => {
                    format!("{ratio:.2}<br><small>{low:.2}–{high:.2}</small>")
                }
                _ => "–".to_owned(),
            });
        }
        rows.push(row);
    }
    let says = "Median of the rounds, below it the smallest and the largest.";
    body += &section("modules", "Each module", says, &table(&rows));
    let mut rows = vec![vec!["".to_owned()]];
    rows[0].extend(["compiling, ms", "bytes of code", "peak memory, KiB"].map(str::to_owned));
    for name in &names {
        let figure = |known: Option<&u64>, unit: f64| match known {
            Some(value) if *value > 0 => format!("{:.1}", *value as f64 / unit),
            _ => "–".to_owned(),
        };
        rows.push(vec![
            escape(name),
            figure(summary.compile_ns.get(name), 1e6),
            summary.code_bytes.get(name).map_or("–".into(), u64::to_string),
            figure(summary.peak_bytes.get(name), 1024.0),
        ]);
    }
    let says = "Compile time and code of all modules together (clang: its processes, start-up \
                included; the engine: its compilers alone), and the median process's peak memory.";
    body += &section("costs", "What it costs", says, &table(&rows));
    body += &section("again", "Measure it again", "", &format!("<pre>{}</pre>", escape(command)));
    page("BareFlow bench", &body)
}

fn means(summary: &Summary) -> Svg {
    let mut all: Vec<(&str, f64)> =
        summary.geometric_mean.iter().map(|(name, mean)| (*name, *mean)).collect();
    all.sort_by(|a, b| a.1.total_cmp(&b.1));
    let least = all.iter().map(|(_, mean)| mean.log10()).fold(0.0, f64::min) - 0.1;
    let most = all.iter().map(|(_, mean)| mean.log10()).fold(0.3, f64::max) + 0.1;
    let room = WIDTH - NAMES - 60.0;
    let at = |value: f64| NAMES + room * (value.log10() - least) / (most - least);
    let height = 30.0 * all.len() as f64;
    let mut svg = Svg::new(height + 24.0, "Dots: time against native code, by contender");
    for power in 0..=most.floor() as i32 {
        let value = 10f64.powi(power);
        svg.line([at(value), 0.0], [at(value), height], "grid");
        svg.text(at(value), height + 18.0, Anchor::Middle, "quiet", &format!("{value:.0}×"));
    }
    svg.line([at(1.0), 0.0], [at(1.0), height], "mark");
    for (index, (name, mean)) in all.iter().enumerate() {
        let y = 30.0 * index as f64;
        svg.text(0.0, y + 20.0, Anchor::Start, "", name);
        let native = name.starts_with("clang");
        let class = match *name {
            _ if native => "machine",
            _ if name.starts_with("lli") || name.starts_with("wasm") => "interp",
            _ => "program",
        };
        let (from, to) = (at(1.0).min(at(*mean)), at(1.0).max(at(*mean)));
        svg.rect([from, y + 6.0, (to - from).max(3.0), 18.0], class, &format!("{mean:.3}"));
        svg.text(to + 8.0, y + 20.0, Anchor::Start, "strong", &format!("{mean:.2}"));
    }
    svg
}
