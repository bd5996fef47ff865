//! The figures as a page.

use super::figures::{Line, Summary};
use crate::page::svg::{Anchor, Svg, WIDTH};
use crate::page::{escape, page, section, table};

/// Room for names on the left.
const NAMES: f64 = 190.0;

pub(super) fn render(lines: &[Line], summary: &Summary, command: &str) -> String {
    let machine = &summary.machine;
    let mut body = format!(
        "<h1>BareFlow against native code</h1>\n<p>{} modules and programs, {} interleaved rounds on {} ({} \
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
    let says = "Geometric means; the scale is logarithmic.";
    body += &section("means", "All together", says, &means(summary).inline());
    let mut rows = vec![vec!["module".to_owned(), "baseline".to_owned()]];
    let names = summary.names();
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

/// Bars of the means, by contender.
pub(super) fn means(summary: &Summary) -> Svg {
    let kinds = [
        ("twelve modules", "program", &summary.geometric_mean),
        ("larger programs", "l2", &summary.geometric_mean_programs),
    ];
    let kinds: Vec<_> = kinds.into_iter().filter(|(_, _, means)| !means.is_empty()).collect();
    let all = || kinds.iter().flat_map(|(_, _, means)| means.values());
    let least = all().map(|mean| mean.log10()).fold(0.0, f64::min) - 0.05;
    let most = all().map(|mean| mean.log10()).fold(0.3, f64::max) + 0.05;
    let room = WIDTH - NAMES - 60.0;
    let at = |value: f64| NAMES + room * (value.log10() - least) / (most - least);
    let names = summary.names();
    let (bar, top) = (14.0, 30.0);
    let step = bar * kinds.len() as f64 + 12.0;
    let height = top + step * names.len() as f64;
    let label = "Bars: time against native code, by contender";
    let mut svg = Svg::new(height + 24.0, label);
    svg.legend(0.0, &kinds.iter().map(|(what, class, _)| (*what, *class)).collect::<Vec<_>>());
    for value in [0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1e3, 1e4] {
        if (least..most).contains(&f64::log10(value)) {
            svg.line([at(value), top], [at(value), height], "grid");
            svg.text(at(value), height + 18.0, Anchor::Middle, "quiet", &format!("{value}×"));
        }
    }
    for (index, name) in names.iter().enumerate() {
        let y = top + step * index as f64;
        svg.text(0.0, y + step / 2.0 + 2.0, Anchor::Start, "", name);
        for (nth, (_, class, means)) in kinds.iter().enumerate() {
            let Some(mean) = means.get(name) else { continue };
            let (from, to) = (at(1.0).min(at(*mean)), at(1.0).max(at(*mean)));
            let y = y + 4.0 + bar * nth as f64;
            svg.rect([from, y, (to - from).max(2.0), bar - 1.0], class, &format!("{mean:.3}"));
            svg.text(to + 8.0, y + bar - 3.0, Anchor::Start, "strong", &format!("{mean:.2}"));
        }
    }
    svg.line([at(1.0), top], [at(1.0), height], "mark");
    svg
}
