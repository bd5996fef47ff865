//! What went wrong, and how the command ends then.

use alloc::string::{String, ToString};
use core::fmt;

/// Why a command failed.
#[derive(Debug)]
pub struct Failure {
    /// A word for scripts.
    pub kind: Kind,
    /// What happened, for people.
    pub message: String,
    /// The file it happened in.
    pub file: Option<String>,
    /// The place in the file.
    pub at: Option<String>,
}

/// Kinds of failure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// The snapshot cannot be used.
    Snapshot,
    /// The program in it cannot be linked.
    Program,
    /// A function could not be compiled.
    Compile,
    /// A name that nothing defines.
    Unresolved,
    /// More than the medium takes.
    TooLarge,
    /// A wrong combination of arguments.
    Usage,
    /// Reading or writing a file.
    File,
    /// Grown and shrunk image differ.
    Differs,
    /// An emulated machine hung or crashed.
    Crashed,
    /// A tool is missing.
    Tool,
}

impl Kind {
    /// The word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Kind::Snapshot => "snapshot",
            Kind::Program => "program",
            Kind::Compile => "compile",
            Kind::Unresolved => "unresolved",
            Kind::TooLarge => "too-large",
            Kind::Usage => "usage",
            Kind::File => "file",
            Kind::Differs => "differs",
            Kind::Crashed => "crashed",
            Kind::Tool => "tool",
        }
    }

    /// The exit code of the command (`docs`: 1 check failed, 2 unusable input, 3 crash, 4 tool).
    pub const fn code(self) -> u8 {
        match self {
            Kind::Differs => 1,
            Kind::Crashed => 3,
            Kind::Tool => 4,
            _ => 2,
        }
    }
}

impl Failure {
    /// A failure that concerns no file.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), file: None, at: None }
    }

    /// The same, in a file.
    #[must_use]
    pub fn file(mut self, file: impl fmt::Display) -> Self {
        self.file = Some(file.to_string());
        self
    }

    /// The same, at a place.
    #[must_use]
    pub fn at(mut self, at: impl Into<String>) -> Self {
        self.at = Some(at.into());
        self
    }

    /// As JSON, for standard error.
    pub fn to_json(&self) -> String {
        let error = serde_json::json!({
            "kind": self.kind.name(),
            "message": self.message,
            "file": self.file,
            "at": self.at,
        });
        serde_json::json!({ "error": error }).to_string()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        if let Some(at) = &self.at {
            write!(f, "{at}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl core::error::Error for Failure {}
