//! The page: charts of the growing and the shrinking, in one file that needs no network.
//!
//! The charts are drawn here as SVG, so the page has no script that could fail.

use super::Story;
use crate::boot::Line;

const LEVELS: [(&str, &str); 5] = [
    ("interpreter", "#b8b8c0"),
    ("O0", "#8ec5e8"),
    ("O1", "#4f9fd4"),
    ("O2", "#2f6fb0"),
    ("O3", "#173f73"),
];

const STYLE: &str = "\
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1c1c28}\
h1{margin-bottom:0}h2{margin-top:2.5rem}svg{width:100%;height:auto}\
text{font:12px system-ui,sans-serif;fill:#1c1c28}table{border-collapse:collapse;width:100%}\
td,th{padding:.2rem .6rem;text-align:right;border-bottom:1px solid #ddd}\
.big{font-size:2rem;font-weight:600}figcaption{color:#555}";

pub(super) fn render(story: &Story) -> String {
    let ratio = story.grown_bytes as f64 / story.shrunk_bytes.max(1) as f64;
    let first = cycles(story.boots.first());
    let last = cycles(story.boots.last());
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>BareFlow: grown \
         and shrunk</title><style>{STYLE}</style></head><body>\n<h1>BareFlow</h1>\n<p>Twelve \
         programs, grown over {} boots and shrunk. <span id=\"same\">Output, exit status and \
         results before and after: <b>{}</b>.</span></p>\n<p class=\"big\">{} bytes → {} bytes: \
         {ratio:.0} times smaller; boot {} is {:.1} times as fast as boot 1</p>\n{}{}{}{}{}\
         </body></html>\n",
        story.boots.len(),
        if story.same { "equal" } else { "DIFFERENT" },
        story.grown_bytes,
        story.shrunk_bytes,
        story.boots.len(),
        first / last.max(1.0),
        figure("Convergence: cycles of the program, by boot", &convergence(&story.boots)),
        figure("Levels: functions at each level at the end of a boot", &levels(&story.boots)),
        figure(
            "Timeline: where the last boot and the shrunk one spend their time",
            &timeline(story)
        ),
        figure("Treemap: bytes of the shrunk image", &treemap(story)),
        table(&story.boots),
    )
}

fn cycles(boot: Option<&Line>) -> f64 {
    boot.and_then(|boot| boot.program_cycles).unwrap_or(0) as f64
}

fn figure(title: &str, svg: &str) -> String {
    format!("<h2>{title}</h2>\n<figure>{svg}</figure>\n")
}

fn svg(height: f64, inside: &str) -> String {
    format!("<svg viewBox=\"0 0 900 {height}\" role=\"img\">{inside}</svg>")
}

fn rect(x: f64, y: f64, w: f64, h: f64, fill: &str, title: &str) -> String {
    format!(
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{fill}\">\
         <title>{}</title></rect>",
        w.max(0.0),
        h.max(0.0),
        escape(title)
    )
}

fn text(x: f64, y: f64, anchor: &str, words: &str) -> String {
    format!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{}</text>", escape(words))
}

fn escape(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Bars on a logarithmic scale: the first boots are far from the rest.
fn convergence(boots: &[Line]) -> String {
    let values: Vec<f64> = boots.iter().map(|boot| cycles(Some(boot)).max(1.0)).collect();
    let top = values.iter().copied().fold(1.0, f64::max).log10();
    let floor = values.iter().copied().fold(f64::MAX, f64::min).log10().min(top) - 0.3;
    let step = 860.0 / values.len().max(1) as f64;
    let bars = values.iter().enumerate().map(|(index, value)| {
        let height = 200.0 * (value.log10() - floor) / (top - floor).max(0.1);
        let x = 20.0 + index as f64 * step;
        let label = format!("{:.1}M", value / 1e6);
        rect(x, 230.0 - height, step * 0.8, height, "#2f6fb0", &format!("{value} cycles"))
            + &text(x + step * 0.4, 222.0 - height, "middle", &label)
            + &text(x + step * 0.4, 248.0, "middle", &format!("boot {}", index + 1))
    });
    svg(260.0, &bars.collect::<String>())
}

fn levels(boots: &[Line]) -> String {
    let step = 860.0 / boots.len().max(1) as f64;
    let mut inside = String::new();
    for (index, boot) in boots.iter().enumerate() {
        let counts = boot.levels.unwrap_or_default();
        let counts = [counts.interp, counts.o0, counts.o1, counts.o2, counts.o3];
        let all = counts.iter().sum::<u64>().max(1) as f64;
        let mut y = 220.0;
        for (count, (name, colour)) in counts.iter().zip(LEVELS) {
            let height = 200.0 * *count as f64 / all;
            y -= height;
            let x = 20.0 + index as f64 * step;
            inside += &rect(x, y, step * 0.8, height, colour, &format!("{name}: {count}"));
        }
        let x = 20.0 + (index as f64 + 0.4) * step;
        inside += &text(x, 238.0, "middle", &format!("boot {}", index + 1));
    }
    for (index, (name, colour)) in LEVELS.iter().enumerate() {
        let x = 20.0 + index as f64 * 120.0;
        inside += &rect(x, 250.0, 14.0, 14.0, colour, name);
        inside += &text(x + 20.0, 262.0, "start", name);
    }
    svg(275.0, &inside)
}

fn timeline(story: &Story) -> String {
    let rows = [("grown", story.boots.last()), ("shrunk", Some(&story.shrunk))];
    let mut inside = String::new();
    let longest = rows
        .iter()
        .filter_map(|(_, line)| line.and_then(|line| line.guest_us))
        .map(|times| times.to_kernel + times.total)
        .max()
        .unwrap_or(1)
        .max(1) as f64;
    for (row, (name, line)) in rows.into_iter().enumerate() {
        let y = 20.0 + row as f64 * 50.0;
        inside += &text(0.0, y + 18.0, "start", name);
        let Some(times) = line.and_then(|line| line.guest_us) else {
            let wall = line.map_or(0, |line| line.wall_us) as f64 / 1e3;
            inside += &text(70.0, y + 18.0, "start", &format!("{wall:.0} ms of wall time in all"));
            continue;
        };
        let rest = times.total.saturating_sub(times.to_program + times.program);
        let parts = [
            ("loader", times.to_kernel, "#e0a050"),
            ("kernel and restore", times.to_program, "#8ec5e8"),
            ("program", times.program, "#2f6fb0"),
            ("save", rest, "#b8b8c0"),
        ];
        let mut x = 70.0;
        for (what, us, colour) in parts {
            let width = 820.0 * us as f64 / longest;
            inside += &rect(x, y, width, 26.0, colour, &format!("{what}: {us} µs"));
            if width > 90.0 {
                let label = format!("{what} {:.0} ms", us as f64 / 1e3);
                inside += &text(x + width / 2.0, y + 18.0, "middle", &label);
            }
            x += width;
        }
    }
    svg(120.0, &inside)
}

/// Slices: the largest piece of what is left takes its share of the longer side.
fn treemap(story: &Story) -> String {
    let mut pieces: Vec<(String, u64)> = (story.report.functions.iter())
        .filter(|function| function.kept && function.bytes > 0)
        .map(|function| (function.name.clone(), function.bytes))
        .collect();
    let named: u64 = pieces.iter().map(|(_, bytes)| bytes).sum();
    pieces.push(("machine, constants".to_owned(), story.shrunk_bytes.saturating_sub(named)));
    pieces.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    let mut left: f64 = pieces.iter().map(|(_, bytes)| *bytes as f64).sum();
    let (mut x, mut y, mut w, mut h) = (0.0, 0.0, 900.0, 360.0);
    let mut inside = String::new();
    for (index, (name, bytes)) in pieces.iter().enumerate() {
        let share = *bytes as f64 / left.max(1.0);
        left -= *bytes as f64;
        let (bw, bh) = if w > h { (w * share, h) } else { (w, h * share) };
        let colour = LEVELS[1 + index % 4].1;
        inside += &rect(x, y, bw - 1.0, bh - 1.0, colour, &format!("{name}: {bytes} bytes"));
        if bw > 80.0 && bh > 16.0 {
            let short: String = name.chars().take((bw / 7.0) as usize).collect();
            inside += &text(x + 4.0, y + 14.0, "start", &short);
        }
        if w > h {
            x += bw;
            w -= bw;
        } else {
            y += bh;
            h -= bh;
        }
    }
    svg(360.0, &inside)
}

fn table(boots: &[Line]) -> String {
    let rows = boots.iter().map(|boot| {
        let levels = boot.levels.unwrap_or_default();
        format!(
            "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}/{}/{}/{}/{}</td><td>{}</td><td>{}</td>\
             <td>{}</td></tr>\n",
            boot.boot.unwrap_or(0),
            boot.guest_us.map_or(0, |times| times.to_program),
            boot.program_cycles.unwrap_or(0),
            levels.interp,
            levels.o0,
            levels.o1,
            levels.o2,
            levels.o3,
            boot.compiles.unwrap_or(0),
            boot.restored.unwrap_or(0),
            boot.snapshot.as_ref().map_or(0, |snapshot| snapshot.bytes),
        )
    });
    format!(
        "<h2>Boots</h2>\n<table><tr><th>boot</th><th>µs to program</th><th>program cycles</th>\
         <th>interp/O0/O1/O2/O3</th><th>compiled</th><th>restored</th><th>snapshot bytes</th></tr>\
         \n{}</table>\n",
        rows.collect::<String>()
    )
}
