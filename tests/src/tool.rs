//! The command-line tools, run as people run them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

/// A tool of the release build: `bareflow` or `bareflow-shrink`.
///
/// # Panics
/// When it is not built.
#[must_use]
pub fn tool(name: &str) -> PathBuf {
    // Tests lie in `target/PROFILE/deps`, the tools in `target/release`.
    let own = std::env::current_exe().expect("a test has a path");
    let target = own.ancestors().nth(3).expect("a test lies in target/PROFILE/deps");
    let path = target.join("release").join(name);
    assert!(path.is_file(), "{} is not there: run `cargo xtask test`", path.display());
    path
}

/// Runs a tool with `--json`.
///
/// # Panics
/// When it cannot be started.
#[must_use]
pub fn run(name: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(tool(name));
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
