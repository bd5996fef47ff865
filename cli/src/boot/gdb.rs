//! `bareflow boot --gdb`: a debugger on the machine, with the names of compiled functions.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use bareflow_emulator::{Input, Settings};

use crate::artefacts::Artefacts;
use crate::boot::{Booted, boot_once};
use crate::failure::{Exit, Failure, Kind};
use crate::ui::Ui;

/// Tells gdb of code as it is installed.
const SCRIPT: &str = include_str!("gdb.py");

/// Longest time until the emulator listens.
const PATIENCE: Duration = Duration::from_secs(20);

/// Whoever debugs by hand has all day.
const ALL_DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Boots a machine that waits for gdb, and runs gdb on it: with a terminal, or, when there are
/// `commands`, in batch mode.
///
/// # Errors
/// gdb is missing or fails, or the machine cannot be run.
pub(super) fn run(
    settings: &Settings,
    commands: &[String],
    ui: &Ui,
) -> Result<(Booted, Exit), Failure> {
    let gdb = find()?;
    let kernel = Artefacts::locate().path("kernel.elf")?;
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::new(Kind::Output, format!("a temporary folder: {error}")))?;
    let socket = folder.path().join("socket");
    let mut settings = settings.clone();
    settings.debugger = Some(socket.clone());
    settings.input = Input::Nothing;
    if commands.is_empty() {
        settings.timeout = ALL_DAY;
    }
    std::thread::scope(|scope| {
        let debugger = scope.spawn(|| debug(&gdb, &kernel, folder.path(), &socket, commands));
        let booted = boot_once(&settings, ui, true);
        let ended = debugger.join().map_err(|_| Failure::new(Kind::Failed, "gdb: panicked"))?;
        Ok((booted?, ended?))
    })
}

fn find() -> Result<PathBuf, Failure> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|folder| folder.join("gdb"))
        .find(|gdb| gdb.is_file())
        .ok_or_else(|| {
            let message = "gdb is missing: install it with `sudo apt-get install gdb`";
            Failure::new(Kind::MissingTool, message)
        })
}

fn debug(
    gdb: &Path,
    kernel: &Path,
    folder: &Path,
    socket: &Path,
    commands: &[String],
) -> Result<Exit, Failure> {
    let failed = |what: String| Failure::new(Kind::Failed, format!("gdb: {what}"));
    let script = folder.join("bareflow.py");
    std::fs::write(&script, SCRIPT).map_err(|error| Failure::output(&script, error))?;
    let deadline = Instant::now() + PATIENCE;
    while !socket.exists() {
        if Instant::now() > deadline {
            return Err(failed("the emulator does not listen".to_owned()));
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut command = Command::new(gdb);
    command.args(["-q", "-nx"]).env("BAREFLOW_GDB_FOLDER", folder);
    for setting in [
        "set confirm off",
        "set pagination off",
        "set breakpoint pending on",
        "set architecture i386:x86-64",
    ] {
        command.args(["-iex", setting]);
    }
    command.arg(kernel);
    command.arg("-ex").arg(format!("target remote {}", socket.display()));
    command.arg("-ex").arg(format!("source {}", script.display()));
    if !commands.is_empty() {
        command.arg("-batch").stdin(std::process::Stdio::null());
        for line in commands {
            command.args(["-ex", line]);
        }
        command.args(["-ex", "python end_machine()"]);
    }
    match command.status() {
        Ok(status) if status.success() => Ok(Exit::Success),
        Ok(_) => Ok(Exit::Failed),
        Err(error) => Err(failed(error.to_string())),
    }
}
