//! How a command ends: its exit code, and the error it reports.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::Serialize;

/// The exit codes that scripts rely on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// 0: all went well.
    Success,
    /// 1: the check failed.
    Failed,
    /// The program's own status, not 0: 128 + n when signal n would have ended a process.
    Program(u8),
    /// 2: wrong usage, or input that cannot be used.
    Usage,
    /// 3: the machine hung or crashed.
    Crashed,
    /// 4: a tool is missing.
    Missing,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit.code())
    }
}

impl Exit {
    /// That of a program, which ended with this status.
    #[must_use]
    pub const fn of(status: i32) -> Self {
        match (status & 0xFF) as u8 {
            0 => Self::Success,
            status => Self::Program(status),
        }
    }

    /// The number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::Failed => 1,
            Self::Program(status) => status,
            Self::Usage => 2,
            Self::Crashed => 3,
            Self::Missing => 4,
        }
    }
}

/// What kind of error; scripts tell them apart by these names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// The command line is wrong.
    Usage,
    /// A file cannot be used.
    Input,
    /// A file cannot be written.
    Output,
    /// The program or the check failed.
    Failed,
    /// The machine did not end by itself in time.
    Hung,
    /// The machine faulted, panicked or reset.
    Crashed,
    /// A tool of the system is missing.
    MissingTool,
}

/// One error: what, in which file, where in it.
#[derive(Clone, Debug, Serialize)]
pub struct Failure {
    /// What kind.
    pub kind: Kind,
    /// The cause, and what to do where that is known.
    pub message: String,
    /// The file it is about.
    pub file: Option<PathBuf>,
    /// The place in that file: an offset, a function, a block.
    pub at: Option<String>,
}

impl Failure {
    /// An error of some kind.
    #[must_use]
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), file: None, at: None }
    }

    /// The command line is wrong.
    #[must_use]
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// `file` cannot be used.
    #[must_use]
    pub fn input(file: &Path, message: impl std::fmt::Display) -> Self {
        Self { file: Some(file.to_owned()), ..Self::new(Kind::Input, message.to_string()) }
    }

    /// `file` cannot be written.
    #[must_use]
    pub fn output(file: &Path, message: impl std::fmt::Display) -> Self {
        Self { file: Some(file.to_owned()), ..Self::new(Kind::Output, message.to_string()) }
    }

    /// The same error, at a place in its file.
    #[must_use]
    pub fn at(self, place: impl std::fmt::Display) -> Self {
        Self { at: Some(place.to_string()), ..self }
    }

    /// What the command ends with.
    #[must_use]
    pub const fn exit(&self) -> Exit {
        match self.kind {
            Kind::Usage | Kind::Input | Kind::Output => Exit::Usage,
            Kind::Failed => Exit::Failed,
            Kind::Hung | Kind::Crashed => Exit::Crashed,
            Kind::MissingTool => Exit::Missing,
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}: ", file.display())?;
        }
        if let Some(at) = &self.at {
            write!(f, "{at}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}

/// An error of the input, with everything its context says; or the failure inside it.
impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(failure) => failure,
            Err(error) => Self::new(Kind::Input, format!("{error:#}")),
        }
    }
}

/// What the shrinker says.
impl From<bareflow_shrink::failure::Failure> for Failure {
    fn from(failure: bareflow_shrink::failure::Failure) -> Self {
        use bareflow_shrink::failure::Kind as Of;
        let kind = match failure.kind {
            Of::Differs => Kind::Failed,
            Of::Crashed => Kind::Crashed,
            Of::Tool => Kind::MissingTool,
            Of::Usage => Kind::Usage,
            _ => Kind::Input,
        };
        let bareflow_shrink::failure::Failure { message, file, at, .. } = failure;
        Self { kind, message, file: file.map(PathBuf::from), at }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_file_and_place_before_the_cause() {
        let failure = Failure::input(Path::new("a.bc"), "no module block").at("offset 4");
        assert_eq!(failure.to_string(), "a.bc: offset 4: no module block");
        assert_eq!(failure.exit().code(), 2);
    }
}
