//! Tools of the system, run where what they say is for the user.

use std::io;
use std::process::ExitStatus;

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
    let status = status.map_err(|error| {
        let message = format!("{name} cannot be started ({error}): apt-get install {package}");
        Failure::new(Kind::MissingTool, message)
    })?;
    if status.success() {
        return Ok(());
    }
    Err(Failure::new(Kind::Failed, format!("{name}: {status}")))
}
