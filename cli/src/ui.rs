//! What people and scripts see: JSON lines or text, errors, progress.

use std::io::{IsTerminal, Write};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::failure::Failure;

/// Where a command prints.
#[derive(Clone, Copy, Debug)]
pub struct Ui {
    json: bool,
}

impl Ui {
    /// One for people, or one that prints JSON only.
    #[must_use]
    pub const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether standard output carries JSON only.
    #[must_use]
    pub const fn json(&self) -> bool {
        self.json
    }

    /// Prints a result: `value` as one line of JSON, or else `text`.
    ///
    /// # Panics
    /// When `value` cannot be written as JSON: its type is wrong.
    pub fn result(&self, value: &impl Serialize, text: impl FnOnce() -> String) {
        let line = if self.json {
            serde_json::to_string(value).expect("results are plain data")
        } else {
            text()
        };
        if !line.is_empty() {
            // Nobody reads any more: not an error of the command.
            let _ = writeln!(std::io::stdout(), "{line}");
        }
    }

    /// Prints a line for people: on standard error when standard output is for JSON.
    pub fn note(&self, text: &str) {
        if self.json {
            eprintln!("{text}");
        } else {
            let _ = writeln!(std::io::stdout(), "{text}");
        }
    }

    /// Reports the error a command ends with, on standard error.
    pub fn failure(&self, failure: &Failure) {
        if self.json {
            eprintln!("{}", serde_json::json!({ "error": failure }));
        } else {
            eprintln!("error: {failure}");
        }
    }

    /// A bar over `length` steps; invisible where nobody watches a terminal.
    ///
    /// # Panics
    /// Never: the style is fixed.
    #[must_use]
    pub fn progress(&self, length: u64, what: &str) -> ProgressBar {
        let bar = if std::io::stderr().is_terminal() {
            ProgressBar::with_draw_target(Some(length), ProgressDrawTarget::stderr())
        } else {
            ProgressBar::hidden()
        };
        let style = ProgressStyle::with_template("{msg} [{bar:30}] {pos}/{len} {elapsed}")
            .expect("a fixed template")
            .progress_chars("=> ");
        bar.set_style(style);
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(200));
        bar
    }
}
