//! A drawing, piece by piece.

use std::fmt::Write as _;

/// An SVG drawing of 900 units in width; colours are classes of the page's style.
#[derive(Debug, Default)]
pub struct Svg {
    height: f64,
    label: String,
    inside: String,
}

/// Width of every drawing, in its own units.
pub const WIDTH: f64 = 900.0;

/// Which end of a text its place is.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "as SVG names them")]
pub enum Anchor {
    Start,
    Middle,
    End,
}

impl Svg {
    /// An empty one; `label` says to those who cannot see it what it shows.
    #[must_use]
    pub fn new(height: f64, label: &str) -> Self {
        Self { height, label: escape(label), inside: String::new() }
    }

    /// A rectangle; `title` shows when a pointer rests on it.
    pub fn rect(&mut self, place: [f64; 4], class: &str, title: &str) {
        let [x, y, w, h] = place;
        let (w, h) = (w.max(0.0), h.max(0.0));
        // Writing to a string does not fail.
        let _ = writeln!(
            self.inside,
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{w:.1}\" height=\"{h:.1}\" class=\"{class}\">\
             <title>{}</title></rect>",
            escape(title)
        );
    }

    /// A line of the class `class`.
    pub fn line(&mut self, from: [f64; 2], to: [f64; 2], class: &str) {
        let _ = writeln!(
            self.inside,
            "<line x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\" class=\"{class}\"/>",
            from[0], from[1], to[0], to[1]
        );
    }

    /// Words.
    pub fn text(&mut self, x: f64, y: f64, anchor: Anchor, class: &str, words: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let _ = writeln!(
            self.inside,
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" class=\"{class}\">{}</text>",
            escape(words)
        );
    }

    /// Coloured squares with their names, from the left, at the height `y`.
    pub fn legend(&mut self, y: f64, entries: &[(&str, &str)]) {
        let mut x = 0.0;
        for (name, class) in entries {
            self.rect([x, y, 14.0, 14.0], class, name);
            self.text(x + 20.0, y + 12.0, Anchor::Start, "", name);
            x += 44.0 + 7.0 * name.chars().count() as f64;
        }
    }

    /// Horizontal lines at round values up to `top`, which is `height` above `base`.
    pub fn scale(&mut self, base: f64, height: f64, top: f64, words: impl Fn(f64) -> String) {
        let step = round_step(top / 4.0);
        let mut value = 0.0;
        while value <= top * 1.0001 {
            let y = base - height * value / top;
            self.line([LEFT, y], [WIDTH, y], "grid");
            self.text(LEFT - 8.0, y + 4.0, Anchor::End, "quiet", &words(value));
            value += step;
        }
    }

    /// As part of a page.
    #[must_use]
    pub fn inline(&self) -> String {
        format!(
            "<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{}\">\n{}</svg>\n",
            self.height, self.label, self.inside
        )
    }

    /// As a file of its own with this style.
    pub(super) fn standalone(&self, style: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-10 -10 {} {}\" role=\"img\" \
             aria-label=\"{}\">\n<style>\n{style}</style>\n<rect x=\"-10\" y=\"-10\" \
             width=\"100%\" height=\"100%\" class=\"paper\"/>\n{}</svg>\n",
            WIDTH + 20.0,
            self.height + 20.0,
            self.label,
            self.inside
        )
    }
}

/// Where charts with a scale begin, in units from the left.
pub const LEFT: f64 = 64.0;

/// The next of 1, 2, 5, 10, 20, … that is not below `at_least`.
fn round_step(at_least: f64) -> f64 {
    if at_least.is_nan() || at_least <= 0.0 {
        return 1.0;
    }
    let power = 10f64.powf(at_least.log10().floor());
    let choices = [1.0, 2.0, 5.0, 10.0];
    choices.into_iter().map(|c| c * power).find(|&s| s >= at_least * 0.999).unwrap_or(at_least)
}

/// Text as HTML and SVG want it.
#[must_use]
pub fn escape(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// Processor cycles in few characters: `15.5 G`.
#[must_use]
pub fn short_cycles(cycles: f64) -> String {
    match cycles {
        c if c >= 9.95e8 => format!("{:.1} G", c / 1e9),
        c if c >= 9.95e5 => format!("{:.1} M", c / 1e6),
        c if c >= 9.95e2 => format!("{:.1} k", c / 1e3),
        c => format!("{c:.0}"),
    }
}

/// Microseconds in few characters: `3.4 s`, `12 ms`, `900 µs`.
#[must_use]
pub fn short_time(us: f64) -> String {
    match us {
        t if t >= 1e6 => format!("{:.1} s", t / 1e6),
        t if t >= 1e4 => format!("{:.0} ms", t / 1e3),
        t if t >= 1e3 => format!("{:.1} ms", t / 1e3),
        t => format!("{t:.0} µs"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!(round_step(0.0), 1.0);
        assert_eq!(round_step(3.7), 5.0);
        assert_eq!(round_step(120.0), 200.0);
        assert_eq!(round_step(1000.0), 1000.0);
    }

    #[test]
    fn names_of_functions_cannot_break_out_of_a_drawing() {
        let mut svg = Svg::new(10.0, "a \"label\"");
        svg.rect([0.0; 4], "l1", "</title><script>");
        assert!(!svg.inline().contains("<script>"));
        assert!(svg.inline().contains("a &quot;label&quot;"));
    }

    #[test]
    fn figures_are_short() {
        assert_eq!(short_cycles(15_512_000_000.0), "15.5 G");
        assert_eq!(short_cycles(999.0), "1.0 k");
        assert_eq!(short_time(1_250_000.0), "1.2 s");
        assert_eq!(short_time(900.0), "900 µs");
    }
}
