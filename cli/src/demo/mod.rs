//! `bareflow demo`: the main job, start to finish.
//!
//! Grows the twelve modules over some boots, shrinks what the last one saved, boots that, and
//! shows the convergence: as a table, and as a page with charts.

mod cycle;
mod page;
mod table;

use std::path::PathBuf;

use serde::Serialize;

use crate::boot::Line;
use crate::failure::{Exit, Failure, Kind};
use crate::output_file::write_whole;
use crate::ui::Ui;

/// What `bareflow demo` takes.
#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow demo                     ten boots, the table, and bareflow-demo/index.html
  bareflow demo --boots 3 --json    one JSON object with everything
  bareflow demo --out /tmp/demo     where the images and the page go")]
pub struct Args {
    /// How many boots to grow over
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u32).range(1..=999))]
    boots: u32,
    /// Folder for the images and the page
    #[arg(long, value_name = "DIR", default_value = "bareflow-demo")]
    out: PathBuf,
    /// Calls of each module's entry in one boot
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..))]
    calls: u64,
}

/// Everything the demo found out.
#[derive(Serialize, Debug)]
pub struct Story {
    /// One entry a boot of the grown image.
    pub boots: Vec<Line>,
    /// The boot of the shrunk one.
    pub shrunk: Line,
    /// Bytes of the grown image that are in use: loader, kernel, modules, snapshots.
    pub grown_bytes: u64,
    /// Bytes of the shrunk image.
    pub shrunk_bytes: u64,
    /// What is in the shrunk image.
    pub report: bareflow_shrink::report::Report,
    /// Whether output, exit status and results are equal before and after.
    pub same: bool,
    /// The page.
    pub page: PathBuf,
}

/// Runs the demo.
///
/// # Errors
/// Whatever step failed, in its own words.
pub fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    std::fs::create_dir_all(&args.out).map_err(|error| Failure::output(&args.out, error))?;
    let story = cycle::run(args, ui)?;
    write_whole(&story.page, |file| {
        std::io::Write::write_all(file, page::render(&story).as_bytes())
            .map_err(|error| Failure::output(&story.page, error))
    })?;
    ui.result(&story, || table::render(&story));
    if story.same {
        return Ok(Exit::Success);
    }
    Err(Failure::new(Kind::Failed, "the shrunk image does not do what the grown one does"))
}
