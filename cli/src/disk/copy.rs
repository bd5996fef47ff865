//! `bareflow disk get` and `put`.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use bareflow_storage::{BlockDevice, Error, Volume};
use serde::Serialize;

use super::volume::{Access, mount};
use crate::failure::{Exit, Failure};
use crate::output_file::write_bytes;
use crate::ui::Ui;

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow disk get disk.img /logs/today.txt     prints a file
  bareflow disk get disk.img /logs -o logs       a folder with all that is in it")]
pub(super) struct Get {
    /// The image of a disk
    #[arg(value_name = "IMAGE")]
    image: PathBuf,
    /// A file or folder on it
    #[arg(value_name = "PATH")]
    path: String,
    /// Where it goes: a file, or for a folder one that is made; without it a file is printed
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(clap::Args, Debug)]
#[command(after_help = "\
Examples:
  bareflow disk put disk.img names.txt           a file, into the root
  bareflow disk put disk.img logs /old           a folder, into another or under a name")]
pub(super) struct Put {
    /// The image of a disk
    #[arg(value_name = "IMAGE")]
    image: PathBuf,
    /// A file or folder to copy
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Where it goes: a folder that is there, or a path; the root if it is left out
    #[arg(value_name = "PATH", default_value = "/")]
    path: String,
}

/// What was copied.
#[derive(Serialize)]
struct Copied {
    path: String,
    bytes: u64,
}

pub(super) fn get(args: &Get, ui: &Ui) -> Result<Exit, Failure> {
    let mut volume = mount(&args.image, Access::Look)?;
    let failed = |error| Failure::input(&args.image, error);
    let found = volume.find(&args.path).map_err(failed)?;
    let found = found.ok_or_else(|| {
        Failure::input(&args.image, format!("{}: no such file or folder", args.path))
    })?;
    match (&args.output, found.is_folder) {
        (None, true) => Err(Failure::usage("a folder needs -o, a folder to be made for it")),
        (None, false) if ui.json() => Err(Failure::usage("with --json a file needs -o")),
        (None, false) => {
            let bytes = volume.read(&args.path).map_err(failed)?;
            // Nobody reads any more: the rest is of no use.
            let _ = std::io::stdout().write_all(&bytes);
            Ok(Exit::Success)
        }
        (Some(output), false) => {
            let bytes = volume.read(&args.path).map_err(failed)?;
            write_bytes(output, &bytes)?;
            report(ui, output.display().to_string(), bytes.len());
            Ok(Exit::Success)
        }
        (Some(output), true) => {
            get_folder(&mut volume, &args.path, output, args, ui)?;
            Ok(Exit::Success)
        }
    }
}

fn get_folder<D: BlockDevice>(
    volume: &mut Volume<D>,
    folder: &str,
    to: &Path,
    args: &Get,
    ui: &Ui,
) -> Result<(), Failure> {
    let failed = |error| Failure::input(&args.image, error);
    fs::create_dir_all(to).map_err(|error| Failure::output(to, error))?;
    for entry in volume.list(folder).map_err(failed)? {
        let path = format!("{}/{}", folder.trim_end_matches('/'), entry.name);
        // What made the image chose the names, which here must not lead elsewhere.
        let to = to.join(entry.name.replace(['/', '\0'], "_"));
        if entry.is_folder {
            get_folder(volume, &path, &to, args, ui)?;
        } else {
            let bytes = volume.read(&path).map_err(failed)?;
            write_bytes(&to, &bytes)?;
            report(ui, to.display().to_string(), bytes.len());
        }
    }
    Ok(())
}

pub(super) fn put(args: &Put, ui: &Ui) -> Result<Exit, Failure> {
    let found = fs::metadata(&args.file).map_err(|error| Failure::input(&args.file, error))?;
    if !found.is_dir() && !found.is_file() {
        return Err(Failure::input(&args.file, "neither a file nor a folder"));
    }
    let mut volume = mount(&args.image, Access::Change)?;
    let failed = |error: Error| Failure::output(&args.image, error);
    let path = args.path.trim_matches('/');
    let into = volume.find(path).map_err(failed)?.is_some_and(|entry| entry.is_folder);
    let to = match args.file.file_name() {
        Some(name) if into || args.path.ends_with('/') => {
            format!("{path}/{}", name.to_string_lossy())
        }
        _ => path.to_owned(),
    };
    put_one(&mut volume, &args.file, to.trim_start_matches('/'), &args.image, ui)?;
    volume.sync().map_err(failed)?;
    Ok(Exit::Success)
}

fn put_one<D: BlockDevice>(
    volume: &mut Volume<D>,
    from: &Path,
    to: &str,
    image: &Path,
    ui: &Ui,
) -> Result<(), Failure> {
    let failed = |error: Error| Failure::output(image, error);
    let unread = |error| Failure::input(from, error);
    if from.is_dir() {
        volume.create_folder(to).map_err(failed)?;
        let mut entries: Vec<_> = fs::read_dir(from).and_then(Iterator::collect).map_err(unread)?;
        entries.sort_by_key(fs::DirEntry::file_name);
        for entry in entries {
            let to = format!("{to}/{}", entry.file_name().to_string_lossy());
            put_one(volume, &entry.path(), &to, image, ui)?;
        }
        return Ok(());
    }
    if let Some((folder, _)) = to.rsplit_once('/') {
        volume.create_folder(folder).map_err(failed)?;
    }
    let bytes = fs::read(from).map_err(unread)?;
    volume.write(to, &bytes).map_err(failed)?;
    report(ui, format!("/{to}"), bytes.len());
    Ok(())
}

fn report(ui: &Ui, path: String, bytes: usize) {
    let copied = Copied { path, bytes: bytes as u64 };
    ui.result(&copied, || format!("{}: {} bytes", copied.path, copied.bytes));
}
