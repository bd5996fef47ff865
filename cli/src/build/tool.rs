//! Tools of the system, run where what they say is for the user.

use std::path::PathBuf;
use std::process::ExitStatus;
use std::{env, io};

use crate::failure::{Failure, Kind};

/// How a tool of the system ended; what it complains of is on standard error.
///
/// # Errors
/// It was not started, or it failed.
pub(super) fn ended(
    status: io::Result<ExitStatus>,
    name: &str,
    package: &str,
) -> Result<(), Failure> {
    let status = status.map_err(|_| missing(name, package))?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(Kind::Failed, format!("{name}: {status}")))
}

/// A tool in the search path.
pub(super) fn find(name: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).map(|folder| folder.join(name)).find(|path| path.is_file())
}

/// Whether a tool, of which its package is known, is there.
///
/// # Errors
/// It is not.
pub(super) fn there((name, package): (&str, &str)) -> Result<(), Failure> {
    find(name).map(drop).ok_or_else(|| missing(name, package))
}

pub(super) fn missing(name: &str, package: &str) -> Failure {
    Failure::new(
        Kind::MissingTool,
        format!("{name} is missing; install it: apt-get install {package}"),
    )
}
