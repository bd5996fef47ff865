//! `bareflow disk ls`.

use std::path::PathBuf;

use serde::Serialize;

use super::volume::{Access, mount};
use crate::failure::{Exit, Failure};
use crate::ui::Ui;

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow disk ls disk.img                      everything on it
  bareflow disk ls disk.img /logs                what is in a folder")]
pub(super) struct Args {
    /// The image of a disk
    #[arg(value_name = "IMAGE")]
    image: PathBuf,
    /// A folder on it, or a file
    #[arg(value_name = "PATH", default_value = "/")]
    path: String,
}

/// What is on an image.
#[derive(Serialize)]
struct Line {
    path: String,
    kind: &'static str,
    bytes: u64,
}

pub(super) fn run(args: &Args, ui: &Ui) -> Result<Exit, Failure> {
    let mut volume = mount(&args.image, Access::Look)?;
    let failed = |error| Failure::input(&args.image, error);
    let start = args.path.trim_matches('/');
    let found = volume.find(start).map_err(failed)?;
    let found = found.ok_or_else(|| {
        Failure::input(&args.image, format!("{}: no such file or folder", args.path))
    })?;
    let mut lines = Vec::new();
    if found.is_folder {
        let mut folders = vec![start.to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in volume.list(&folder).map_err(failed)? {
                let path = format!("{folder}/{}", entry.name);
                let kind = if entry.is_folder { "folder" } else { "file" };
                let shown = format!("/{}", path.trim_start_matches('/'));
                lines.push(Line { path: shown, kind, bytes: entry.size });
                if entry.is_folder {
                    folders.push(path);
                }
            }
        }
    } else {
        lines.push(Line { path: format!("/{start}"), kind: "file", bytes: found.size });
    }
    lines.sort_by(|one, other| one.path.cmp(&other.path));
    for line in &lines {
        ui.result(line, || match line.kind {
            "folder" => format!("{:>12}  {}/", "", line.path),
            _ => format!("{:>12}  {}", line.bytes, line.path),
        });
    }
    Ok(Exit::Success)
}
