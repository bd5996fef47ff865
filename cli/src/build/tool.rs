//! Tools of the system, run where what they say is for the user.

use std::io;
use std::process::ExitStatus;

use crate::failure::{Failure, Kind};
use crate::search_path;

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

/// Whether a tool, of which its package is known, is there.
///
/// # Errors
/// It is not.
pub(super) fn there((name, package): (&str, &str)) -> Result<(), Failure> {
    search_path::find(&[name]).map(drop).ok_or_else(|| missing(name, package))
}

/// The error of a tool that is not there, with what installs it.
pub(super) fn missing(name: &str, package: &str) -> Failure {
    Failure::new(
        Kind::MissingTool,
        format!("{name} is missing; install it: apt-get install {package}"),
    )
}
