//! Where things lie, and making those that tests need.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The folder that holds the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the workspace")
}

/// The C library and the modules, built when their sources have changed.
///
/// # Errors
/// What the build said.
pub fn artefacts() -> Result<&'static Path, String> {
    static MADE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    MADE.get_or_init(|| {
        cargo(&["run", "--quiet", "--release", "--package", "xtask", "--", "images"])?;
        Ok(workspace().join("target/bareflow"))
    })
    .as_deref()
    .map_err(Clone::clone)
}

/// A tool as users have it, `bareflow` or `bareflow-shrink`: the release build, made when its
/// sources have changed.
///
/// # Errors
/// What the build said.
pub fn tool(name: &str) -> Result<PathBuf, String> {
    static MADE: OnceLock<Result<(), String>> = OnceLock::new();
    MADE.get_or_init(|| {
        let packages = ["--package", "bareflow", "--package", "bareflow-shrink"];
        let build = ["build", "--quiet", "--release", "--bins", "--no-default-features"];
        cargo(&[&build[..], &packages[..]].concat())
    })
    .clone()?;
    Ok(target().join("release").join(name))
}

/// Cargo's target folder: where this test itself was built.
pub fn target() -> PathBuf {
    let own = std::env::current_exe().expect("a running program has a path");
    let ancestor = own.ancestors().find(|path| {
        matches!(path.file_name().and_then(|name| name.to_str()), Some("debug" | "release"))
    });
    match ancestor.and_then(Path::parent) {
        Some(target) => target.to_owned(),
        None => workspace().join("target"),
    }
}

fn cargo(args: &[&str]) -> Result<(), String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let out = Command::new(cargo)
        .args(args)
        .current_dir(workspace())
        .env("CARGO_TARGET_DIR", target())
        .output()
        .map_err(|error| format!("cannot start cargo: {error}"))?;
    if out.status.success() {
        return Ok(());
    }
    Err(format!("cargo {}: {}", args.join(" "), String::from_utf8_lossy(&out.stderr)))
}
