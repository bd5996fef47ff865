//! `bareflow demo`: the main job, start to finish.
//!
//! Grows the twelve modules over some boots, shrinks what the last one saved, boots that, and
//! shows the convergence: as a table, and as a page with charts.

mod bed;
mod cycle;
mod page;
mod table;

use std::path::{Path, PathBuf};

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
  bareflow demo --hosted            without QEMU: each boot is a process
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
    /// Boot in processes of this system instead of QEMU; so it is also done where QEMU is missing
    #[arg(long)]
    hosted: bool,
    /// Use the small arguments of the modules: a demo of seconds, for tests
    #[arg(long, hide = true)]
    small: bool,
}

/// Everything the demo found out.
#[derive(Serialize, Debug)]
pub struct Story {
    /// Whether the boots were processes of this system.
    pub hosted: bool,
    /// Calls of each module's entry in one boot.
    pub calls: u64,
    /// One entry a boot of the grown image.
    pub boots: Vec<Line>,
    /// The boot of the shrunk one; none without QEMU.
    pub shrunk: Option<Line>,
    /// Cycles of the programs in the shrunk image, as often as in one boot.
    pub shrunk_cycles: Option<u64>,
    /// Microseconds from the shrunk image's first instruction to the programs, and in them.
    pub shrunk_us: Option<(f64, f64)>,
    /// Bytes of the grown image that are in use: loader, kernel, modules, snapshots.
    pub grown_bytes: u64,
    /// Bytes of the shrunk image.
    pub shrunk_bytes: u64,
    /// What is in the shrunk image.
    pub report: bareflow_shrink::report::Report,
    /// Whether output, exit status and results are equal in every boot, and after shrinking.
    pub same: bool,
    /// The grown image, or the folder that stood for its disk.
    pub grown: PathBuf,
    /// The shrunk image.
    pub image: PathBuf,
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
    write(&story.page, page::render(&story).as_bytes())?;
    write(&args.out.join("convergence.svg"), page::convergence_picture(&story).as_bytes())?;
    ui.result(&story, || table::render(&story));
    if story.same {
        return Ok(Exit::Success);
    }
    Err(Failure::new(Kind::Failed, "the boots did not all do the same: see the page"))
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_whole(path, |file| {
        std::io::Write::write_all(file, bytes).map_err(|error| Failure::output(path, error))
    })
}
