//! `bareflow image`: a bootable disk with modules on it.

mod args;
mod contents;
mod disk;
mod dots;
mod install;
mod volume;

use std::path::PathBuf;

use serde::Serialize;

use crate::artefacts::Artefacts;
use crate::failure::{Exit, Failure};
use crate::output_file::write_whole;
use crate::ui::Ui;

pub use args::Args;
pub(crate) use contents::gather;
pub use contents::{Contents, DiskFile};
pub use disk::{Disk, Geometry, write_disk};
pub use install::add_compiler;

/// What `--json` prints.
#[derive(Serialize, Debug)]
struct Line<'a> {
    image: &'a PathBuf,
    bytes: u64,
    kernel_bytes: usize,
    modules: Vec<&'a str>,
    files: usize,
}

/// Makes the image.
///
/// # Errors
/// A file that cannot be read, does not fit, or has a name that another one has.
pub fn run(args: Args, ui: &Ui) -> Result<Exit, Failure> {
    let artefacts = Artefacts::locate();
    let contents = gather(&args, &artefacts)?;
    let kernel = match &args.kernel {
        Some(path) => std::fs::read(path).map_err(|error| Failure::input(path, error))?,
        // A compiler does not fit on a floppy; the kernel without one does.
        None => artefacts.read(if args.floppy { "bare.bin" } else { "kernel.bin" })?,
    };
    let (stage1, stage2) = (artefacts.read("stage1.bin")?, artefacts.read("stage2.bin")?);
    let geometry = match (args.floppy, args.size) {
        (true, _) => Geometry::Floppy,
        (false, size) => Geometry::Hard(size),
    };
    let disk = Disk {
        stage1: &stage1,
        stage2: &stage2,
        kernel: &kernel,
        command_line: args.cmdline.as_bytes(),
        geometry,
    };
    let bytes = write_whole(&args.output, |file| write_disk(file, &args.output, &disk, &contents))?;
    let line = Line {
        image: &args.output,
        bytes,
        kernel_bytes: kernel.len(),
        modules: contents.manifest.modules.iter().map(|module| module.name.as_str()).collect(),
        files: contents.files.len(),
    };
    ui.result(&line, || {
        format!(
            "{}: {} KiB, kernel {} KiB, modules: {}",
            args.output.display(),
            bytes / 1024,
            kernel.len() / 1024,
            if line.modules.is_empty() { "none".to_owned() } else { line.modules.join(", ") },
        )
    });
    Ok(Exit::Success)
}
