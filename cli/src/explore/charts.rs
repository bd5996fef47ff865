//! Charts over the boots that a snapshot remembers.

use crate::explore::data::Data;
use crate::page::svg::{Anchor, LEFT, Svg, WIDTH};
use crate::page::{short_cycles, short_time};

const LEVELS: [(&str, &str); 5] =
    [("interpreter", "interp"), ("O0", "l0"), ("O1", "l1"), ("O2", "l2"), ("O3", "l3")];

/// Height of the tallest bar and the line that bars stand on.
const HEIGHT: f64 = 180.0;
const BASE: f64 = 205.0;

/// Cycles of the programs, boot by boot.
pub(super) fn cycles(data: &Data) -> String {
    let top = data.boots.iter().map(|boot| boot.program_cycles).max().unwrap_or(0).max(1) as f64;
    let mut svg = Svg::new(BASE + 24.0, "Bars: processor cycles of the programs in each boot");
    svg.scale(BASE, HEIGHT, top, short_cycles);
    let step = (WIDTH - LEFT) / data.boots.len().max(1) as f64;
    for (index, boot) in data.boots.iter().enumerate() {
        let height = (HEIGHT * boot.program_cycles as f64 / top).max(1.0);
        let x = LEFT + (index as f64 + 0.1) * step;
        let title = format!(
            "boot {}: {} cycles, {} to the program, {} compiled",
            boot.boot,
            boot.program_cycles,
            short_time(boot.to_program_us as f64),
            boot.compiles
        );
        svg.rect([x, BASE - height, step * 0.8, height], "program", &title);
        let name = boot.boot.to_string();
        svg.text(x + step * 0.4, BASE + 18.0, Anchor::Middle, "quiet", &name);
    }
    svg.inline()
}

/// Functions at each level, boot by boot.
pub(super) fn levels(data: &Data) -> String {
    let all = |levels: &[u32; 5]| levels.iter().map(|count| f64::from(*count)).sum::<f64>();
    let top = data.boots.iter().map(|boot| all(&boot.levels)).fold(1.0, f64::max);
    let mut svg = Svg::new(BASE + 60.0, "Stacked bars: functions at each level after each boot");
    svg.scale(BASE, HEIGHT, top, |value| format!("{value:.0}"));
    let step = (WIDTH - LEFT) / data.boots.len().max(1) as f64;
    for (index, boot) in data.boots.iter().enumerate() {
        let x = LEFT + (index as f64 + 0.1) * step;
        let mut y = BASE;
        for (count, (name, class)) in boot.levels.iter().zip(LEVELS) {
            let height = HEIGHT * f64::from(*count) / top;
            y -= height;
            let title = format!("boot {}: {count} functions at {name}", boot.boot);
            svg.rect([x, y, step * 0.8, height], class, &title);
        }
        let name = boot.boot.to_string();
        svg.text(x + step * 0.4, BASE + 18.0, Anchor::Middle, "quiet", &name);
    }
    svg.legend(BASE + 36.0, &LEVELS);
    svg.inline()
}
