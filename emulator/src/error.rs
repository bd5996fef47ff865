//! Why a machine could not be run at all.

use std::path::PathBuf;

/// Why a machine could not be run. That it ran and failed is an `Outcome`.
#[derive(Debug)]
pub enum EmulatorError {
    /// There is no QEMU; the command that installs it.
    NoQemu(String),
    /// A file cannot be used: which, and why.
    File(PathBuf, String),
    /// KVM was asked for and does not work; why.
    NoKvm(String),
    /// These settings contradict each other.
    Settings(&'static str),
    /// QEMU refused to start; what it said.
    Refused(String),
    /// The operating system failed us: at what, and why.
    Io(&'static str, std::io::Error),
}

impl std::fmt::Display for EmulatorError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NoQemu(install) => {
                write!(f, "qemu-system-x86_64 is missing: install it with `{install}`")
            }
            Self::File(path, why) => write!(f, "{}: {why}", path.display()),
            Self::NoKvm(why) => {
                write!(f, "KVM does not work on this machine ({why}): use --accel tcg")
            }
            Self::Settings(what) => f.write_str(what),
            Self::Refused(said) => write!(f, "QEMU refused to start: {said}"),
            Self::Io(what, error) => write!(f, "{what}: {error}"),
        }
    }
}

impl std::error::Error for EmulatorError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io(_, error) => Some(error),
            _ => None,
        }
    }
}
