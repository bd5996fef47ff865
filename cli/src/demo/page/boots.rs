//! Charts over the boots: cycles of the program, functions at each level.

use crate::boot::Line;
use crate::demo::story::Story;
use crate::page::short_cycles;
use crate::page::svg::{Anchor, LEFT, Svg, WIDTH};

const LEVELS: [(&str, &str); 5] =
    [("interpreter", "interp"), ("O0", "l0"), ("O1", "l1"), ("O2", "l2"), ("O3", "l3")];

/// Height of the tallest bar and the line that bars stand on.
const HEIGHT: f64 = 220.0;
const BASE: f64 = 250.0;

/// Cycles of one round of the programs, by boot, and of the shrunk image.
pub(super) fn convergence(story: &Story) -> Svg {
    let calls = story.calls.max(1) as f64;
    let boots = story.boots.iter().enumerate().map(|(index, boot)| {
        let cycles = boot.program_cycles.unwrap_or(0) as f64 / calls;
        (format!("boot {}", index + 1), "program", cycles)
    });
    let shrunk =
        story.shrunk_cycles.map(|cycles| ("shrunk".to_owned(), "shrunk", cycles as f64 / calls));
    let label = format!("Bars: {} of the program in each boot", story.unit());
    let title = |cycles: f64| format!("{cycles:.0} {}", story.unit());
    let mut svg = bars(&boots.chain(shrunk).collect::<Vec<_>>(), &label, short_cycles, title);
    let words = format!("{} for one round of the programs", story.unit());
    svg.text(LEFT, 288.0, Anchor::Start, "quiet", &words);
    svg
}

/// Bars with their names, classes and values, side by side on a scale; room for a line of words below.
pub(super) fn bars(
    bars: &[(String, &str, f64)],
    label: &str,
    short: impl Fn(f64) -> String,
    title: impl Fn(f64) -> String,
) -> Svg {
    let top = bars.iter().map(|bar| bar.2).fold(0.0, f64::max);
    let top = if top > 0.0 { top } else { 1.0 };
    let mut svg = Svg::new(290.0, label);
    svg.scale(BASE, HEIGHT, top, &short);
    let step = (WIDTH - LEFT) / bars.len().max(1) as f64;
    for (index, (name, class, value)) in bars.iter().enumerate() {
        let height = (HEIGHT * value / top).max(1.0);
        let x = LEFT + (index as f64 + 0.1) * step;
        let middle = x + step * 0.4;
        svg.rect([x, BASE - height, step * 0.8, height], class, &title(*value));
        svg.text(middle, BASE - height - 6.0, Anchor::Middle, "strong", &short(*value));
        svg.text(middle, BASE + 18.0, Anchor::Middle, "quiet", name);
    }
    svg
}

/// Functions at each level, stacked, by boot.
pub(super) fn levels(boots: &[Line]) -> Svg {
    let counts: Vec<[u64; 5]> = (boots.iter())
        .map(|boot| boot.levels.unwrap_or_default())
        .map(|levels| [levels.interp, levels.o0, levels.o1, levels.o2, levels.o3])
        .collect();
    let top = counts.iter().map(|counts| counts.iter().sum()).max().unwrap_or(0u64).max(1) as f64;
    let mut svg = Svg::new(310.0, "Stacked bars: functions at each level after each boot");
    svg.scale(BASE, HEIGHT, top, |value| format!("{value:.0}"));
    let step = (WIDTH - LEFT) / counts.len().max(1) as f64;
    for (index, counts) in counts.iter().enumerate() {
        let x = LEFT + (index as f64 + 0.1) * step;
        let mut y = BASE;
        for (count, (name, class)) in counts.iter().zip(LEVELS) {
            let height = HEIGHT * *count as f64 / top;
            y -= height;
            svg.rect([x, y, step * 0.8, height], class, &format!("{name}: {count} functions"));
            if height > 14.0 {
                let middle = y + height / 2.0 + 4.0;
                let class = if class == "l3" { "tile on3" } else { "tile" };
                svg.text(x + step * 0.4, middle, Anchor::Middle, class, &count.to_string());
            }
        }
        let name = format!("boot {}", index + 1);
        svg.text(x + step * 0.4, BASE + 18.0, Anchor::Middle, "quiet", &name);
    }
    svg.legend(290.0, &LEVELS);
    svg
}
