//! Where one boot spends its time.

use crate::boot::Line;
use crate::demo::story::Story;
use crate::page::short_time;
use crate::page::svg::{Anchor, LEFT, Svg, WIDTH};

/// Name and class of the parts, in order.
const PARTS: [(&str, &str); 5] = [
    ("loader", "loader"),
    ("start and restore", "restore"),
    ("program", "program"),
    ("save and report", "save"),
    ("machine start", "machine"),
];

/// First boot, last boot and the shrunk image, one under the other, on one scale.
pub(super) fn timeline(story: &Story) -> Svg {
    let boots = &story.boots;
    let mut rows: Vec<(String, Vec<(usize, f64)>)> = Vec::new();
    if let Some(first) = boots.first() {
        rows.push(("boot 1".to_owned(), parts(first)));
    }
    if let Some(last) = boots.last().filter(|_| boots.len() > 1) {
        rows.push((format!("boot {}", boots.len()), parts(last)));
    }
    if let Some((start_us, program_us)) = story.shrunk_us {
        rows.push(("shrunk".to_owned(), vec![(4, start_us), (2, program_us)]));
    }
    let total = |parts: &[(usize, f64)]| parts.iter().map(|part| part.1).sum::<f64>();
    let longest = rows.iter().map(|row| total(&row.1)).fold(1.0, f64::max);
    let height = 56.0 * rows.len() as f64;
    let mut svg = Svg::new(height + 34.0, "Bars: time of a boot by what it is spent on");
    let room = WIDTH - LEFT - 70.0;
    for (index, (name, parts)) in rows.iter().enumerate() {
        let y = 6.0 + 56.0 * index as f64;
        svg.text(0.0, y + 21.0, Anchor::Start, "strong", name);
        let mut x = LEFT;
        for (part, us) in parts {
            let (what, class) = PARTS[*part];
            // Thin parts stay visible.
            let width = (room * us / longest).max(if *us > 0.0 { 1.5 } else { 0.0 });
            let label = format!("{what}: {}", short_time(*us));
            svg.rect([x, y, width, 32.0], class, &label);
            if width > 60.0 {
                svg.text(x + width / 2.0, y + 20.0, Anchor::Middle, "tile", &short_time(*us));
            }
            x += width;
        }
        svg.text(x + 8.0, y + 21.0, Anchor::Start, "quiet", &short_time(total(parts)));
    }
    let used = if story.shrunk_us.is_some() { &PARTS[..] } else { &PARTS[..4] };
    svg.legend(height + 14.0, used);
    svg
}

/// Index in [`PARTS`] and microseconds of what a boot did.
fn parts(line: &Line) -> Vec<(usize, f64)> {
    let Some(times) = line.guest_us else { return Vec::new() };
    let rest = times.total.saturating_sub(times.to_program + times.program);
    [times.to_kernel, times.to_program, times.program, rest]
        .into_iter()
        .enumerate()
        .map(|(part, us)| (part, us as f64))
        .collect()
}
