//! The command-line tools, run as people run them.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use crate::place;

/// Runs a tool with `--json`.
///
/// # Panics
/// When it cannot be built or started.
#[must_use]
pub fn run(name: &str, arguments: &[&str]) -> Output {
    let path = place::tool(name).unwrap_or_else(|error| panic!("{error}"));
    let artefacts = place::artefacts().unwrap_or_else(|error| panic!("{error}"));
    let mut command = Command::new(path);
    // What is there has to do: tools that build would wait for each other.
    command.env("BAREFLOW_ARTEFACTS", artefacts);
    command.args(arguments).arg("--json");
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

/// Runs a tool that is to succeed; the JSON objects that it prints.
///
/// # Panics
/// When it fails, with what it said.
#[must_use]
pub fn lines(name: &str, arguments: &[&str]) -> Vec<Value> {
    let output = run(name, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name} {arguments:?}: {}\n{said}", output.status);
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}")))
        .collect()
}

/// A path as an argument.
///
/// # Panics
/// When it is not UTF-8.
#[must_use]
pub fn text(path: &Path) -> &str {
    path.to_str().expect("test paths are UTF-8")
}
