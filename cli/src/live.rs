//! What happens in a machine, while it happens: one line at the foot of the terminal, drawn in place.
//!
//! It is there for as long as the machine runs and leaves nothing behind. Nothing of it is written
//! where standard error is no terminal.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use bareflow_emulator::{Input, Settings};
use bareflow_report::Progress;
use indicatif::{HumanBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::ui::Ui;

/// How often a machine is asked to say how it goes, in milliseconds.
const EVERY_MS: u32 = 200;

/// One boot that is being watched.
#[derive(Debug)]
pub struct Live {
    bar: ProgressBar,
    began: Instant,
    progress: Progress,
    printed: u64,
    /// When the program had first written something, and how often.
    first: Option<(Instant, u64)>,
    /// Whether what the machine printed last stands in an unfinished line of this terminal.
    open_line: bool,
    /// Whether the program's output goes to this terminal, too.
    shares: bool,
    /// Whether what is typed on this terminal is the program's: then the terminal is, too, from its
    /// first output on.
    typed: bool,
}

/// What a machine is asked for, in milliseconds between records; 0 where nobody watches.
#[must_use]
pub fn asked(ui: &Ui) -> u32 {
    if watched(ui) { EVERY_MS } else { 0 }
}

fn watched(ui: &Ui) -> bool {
    !ui.json() && std::io::stderr().is_terminal()
}

impl Live {
    /// Begins to show a boot. One that a debugger is attached to is not shown: the terminal is the
    /// debugger's.
    ///
    /// # Panics
    /// Never: the style is fixed.
    #[must_use]
    pub fn new(ui: &Ui, settings: &Settings) -> Self {
        let shown = watched(ui) && settings.debugger.is_none();
        let bar = if shown {
            ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        bar.set_style(
            ProgressStyle::with_template("{elapsed:>3}  {wide_msg}").expect("a fixed template"),
        );
        let mut live = Self {
            bar,
            began: Instant::now(),
            progress: Progress::default(),
            printed: 0,
            first: None,
            open_line: false,
            shares: shown && std::io::stdout().is_terminal(),
            typed: settings.input == Input::Inherit,
        };
        live.show();
        live.bar.enable_steady_tick(Duration::from_millis(500));
        live
    }

    /// The machine says how it goes.
    pub fn progress(&mut self, progress: &Progress) {
        self.progress = *progress;
        if progress.writes > 0 {
            self.first.get_or_insert((Instant::now(), progress.writes));
        }
        self.show();
    }

    /// The program printed this; `write` passes it on.
    pub fn output(&mut self, bytes: &[u8], write: impl FnOnce()) {
        self.printed += bytes.len() as u64;
        if self.shares && self.typed {
            self.bar.finish_and_clear();
            return write();
        }
        // Where the program is in the middle of a line, there is no place for one of ours below it.
        if self.shares && !self.open_line {
            self.bar.suspend(write);
        } else {
            write();
        }
        self.open_line = self.shares && bytes.last().is_some_and(|byte| *byte != b'\n');
        if self.open_line {
            self.bar.set_draw_target(ProgressDrawTarget::hidden());
        } else if self.shares && self.bar.is_hidden() {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.show();
    }

    /// The program printed this, and it is shown to nobody.
    pub fn hidden_output(&mut self, bytes: &[u8]) {
        self.printed += bytes.len() as u64;
        self.show();
    }

    /// A line for people, above.
    pub fn line(&mut self, write: impl FnOnce()) {
        if self.open_line {
            write();
        } else {
            self.bar.suspend(write);
        }
    }

    /// The boot is over: nothing is left of the line.
    pub fn end(self) {
        self.bar.finish_and_clear();
        if self.open_line {
            let _ = std::io::stdout().flush();
        }
    }

    fn show(&mut self) {
        if !self.bar.is_hidden() && !self.bar.is_finished() {
            let writes =
                self.first.map(|(at, writes)| rate(self.progress.writes - writes, at.elapsed()));
            let bytes = rate(self.printed, self.began.elapsed());
            self.bar.set_message(text(&self.progress, self.printed, bytes, writes.unwrap_or(0.0)));
        }
    }
}

/// So many in a second.
fn rate(count: u64, time: Duration) -> f64 {
    count as f64 / time.as_secs_f64().max(0.1)
}

/// `boot 3  9.0 writes/s  interp 12 O0 5 O1 3 O2 2 O3 9  31 compiled, 2 waiting  code 120 KiB  …`. `bytes` and `writes`
/// are a second's. What terminals are too narrow for is cut off at the end.
fn text(progress: &Progress, printed: u64, bytes: f64, writes: f64) -> String {
    let Progress { boot, levels, compiles, waiting, code, heap, .. } = progress;
    if *boot == 0 {
        return "booting".to_owned();
    }
    let writes = if writes > 0.0 { format!("  {writes:.1} writes/s") } else { String::new() };
    let mut text = format!(
        "boot {boot}{writes}  interp {} O0 {} O1 {} O2 {} O3 {}  {compiles} compiled, \
         {waiting} waiting  code {}  heap {}",
        levels.interp,
        levels.o0,
        levels.o1,
        levels.o2,
        levels.o3,
        HumanBytes(*code),
        HumanBytes(*heap),
    );
    if printed > 0 {
        text += &format!("  printed {} ({}/s)", HumanBytes(printed), HumanBytes(bytes as u64));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_is_known() {
        assert_eq!(text(&Progress::default(), 0, 0.0, 0.0), "booting");
        let progress = Progress { boot: 2, compiles: 7, waiting: 1, ..Progress::default() };
        let bytes = rate(2048, Duration::from_secs(1));
        let line = text(&progress, 2048, bytes, 0.0);
        assert!(line.starts_with("boot 2  interp 0 O0 0"), "{line}");
        assert!(line.contains("7 compiled, 1 waiting"), "{line}");
        assert!(line.ends_with("printed 2.00 KiB (2.00 KiB/s)"), "{line}");
        let line = text(&progress, 2048, bytes, rate(45, Duration::from_secs(5)));
        assert!(line.starts_with("boot 2  9.0 writes/s  interp 0 O0 0"), "{line}");
    }
}
