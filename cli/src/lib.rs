//! The host tools: build, image, run, boot, grow, shrink, snapshot, sync, fleet, explore, bench, demo, doctor.
//!
//! Every command is one module with `Args` (clap) and `run(args, &Ui) -> Result<Exit, Failure>`.
//! A new one needs three lines: its `mod` here, its variant in [`args::Command`], and its arm in
//! [`args::dispatch`]. What a command prints goes through [`ui::Ui`], so that `--json` holds
//! everywhere; how it ends is an [`failure::Exit`] or a [`failure::Failure`].

mod args;
pub mod artefacts;
pub mod bench;
mod boot;
mod build;
mod cxx;
mod demo;
mod disk;
mod docs;
mod doctor;
mod explore;
pub mod failure;
pub mod fleet;
pub mod grow;
pub mod image;
pub mod link;
mod live;
mod llm;
pub mod machine;
pub mod output_file;
pub mod page;
pub mod perf_map;
pub mod program;
mod run;
mod search_path;
pub mod snapshot;
pub mod sources;
mod sync;
pub mod ui;
pub mod wrap;

use std::process::ExitCode;

/// Runs the command line of this process, which has these artefacts in itself.
#[must_use]
pub fn main(inside: artefacts::Files) -> ExitCode {
    artefacts::inside(inside);
    args::run(std::env::args_os())
}
