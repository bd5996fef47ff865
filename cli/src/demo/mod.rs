//! `bareflow demo`: the main job, start to finish.
//!
//! Grows the twelve modules, or a language model, over some boots, shrinks what the last one saved, boots
//! that, and shows the convergence: as a table, and as a page with charts.

mod args;
mod bed;
mod cycle;
mod language;
mod modules;
mod page;
mod story;
mod table;

use crate::failure::{Exit, Failure, Kind};
use crate::output_file::write_bytes;
use crate::ui::Ui;

pub use args::Args;

/// Runs the demo.
///
/// # Errors
/// Whatever step failed, in its own words.
pub fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    std::fs::create_dir_all(&args.out).map_err(|error| Failure::output(&args.out, error))?;
    if args.llm {
        return language::run(args, ui);
    }
    if !ui.json() {
        ui.note(&format!(
            "This grows the twelve modules over {} boots, shrinks what they have learned, and compares: \
             about a minute, and some more the first time, when kernel, loader, C library and modules \
             are built.",
            args.boots()
        ));
    }
    let story = cycle::run(args, ui)?;
    write_bytes(&story.page, page::render(&story).as_bytes())?;
    write_bytes(&args.out.join("convergence.svg"), page::convergence_picture(&story).as_bytes())?;
    ui.result(&story, || table::render(&story));
    if story.same {
        return Ok(Exit::Success);
    }
    Err(Failure::new(Kind::Failed, "the boots did not all do the same: see the page"))
}
