//! What each processor did, on one scale of time.

use crate::demo::story::Story;
use crate::page::short_time;
use crate::page::svg::{Anchor, Svg, WIDTH};

/// Where lanes begin: their names are longer than those of other pictures.
const LEFT: f64 = 100.0;
/// Height of a lane, and from one to the next.
const LANE: f64 = 32.0;
const STEP: f64 = 56.0;

/// The programs in the first processor's lane, what was compiled in the lane of whoever did.
pub(super) fn lanes(story: &Story) -> Svg {
    let (began, took) = story.lanes.program;
    let busy = &story.lanes.busy;
    let count = busy.iter().map(|one| one.core + 1).max().unwrap_or(1).max(2);
    let height = STEP * f64::from(count);
    let mut svg = Svg::new(height + 34.0, "Bars: what each processor did, and when");
    let room = WIDTH - LEFT - 70.0;
    // What is compiled before the programs begin, and after they have ended, is not beside them.
    let place = |at: u64| LEFT + room * at.saturating_sub(began) as f64 / took.max(1) as f64;
    for core in 0..count {
        let y = 6.0 + STEP * f64::from(core);
        svg.text(0.0, y + 21.0, Anchor::Start, "strong", &format!("processor {core}"));
        if core == 0 {
            let label = format!("programs: {}", short_time(took as f64));
            svg.rect([LEFT, y, room, LANE], "program", &label);
        }
        for one in busy.iter().filter(|one| one.core == core) {
            if one.at_us < began || one.at_us >= began + took {
                continue;
            }
            let (from, to) = (place(one.at_us), place((one.at_us + one.us).min(began + took)));
            let label = format!("{} {}: {}", one.kind, one.what, short_time(one.us as f64));
            svg.rect([from, y, (to - from).max(0.7), LANE], "save", &label);
        }
    }
    svg.text(WIDTH - 62.0, 27.0, Anchor::Start, "quiet", &short_time(took as f64));
    svg.legend(height + 14.0, &[("programs", "program"), ("compiling", "save")]);
    svg
}
