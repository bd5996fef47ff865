//! Why a boot does not begin.

use alloc::string::String;
use core::fmt;

use bareflow_link::LinkError;

/// Why a session did not start.
#[derive(Debug)]
pub enum StartError {
    /// A program does not load.
    Load(bareflow_program::LoadError),
    /// Memory for code or data is short.
    Link(LinkError),
    /// The data of a variable cannot be laid out: the program, the variable, the cause.
    Data(String, String, bareflow_ir::data::DataError),
    /// A file cannot be read: its path and the cause.
    File(String, bareflow_platform::FileError),
    /// The manifest is not what it should be.
    Manifest(String),
    /// There is nothing to run.
    NoModules,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StartError::Load(error) => error.fmt(f),
            StartError::Link(error) => error.fmt(f),
            StartError::Data(program, variable, error) => {
                write!(f, "{program}: variable {variable}: {error}")
            }
            StartError::File(path, error) => write!(f, "{path}: {error}"),
            StartError::Manifest(why) => write!(f, "{}: {why}", crate::manifest::PATH),
            StartError::NoModules => f.write_str("no module to run, on the disk or in the image"),
        }
    }
}

impl core::error::Error for StartError {}

impl From<LinkError> for StartError {
    fn from(error: LinkError) -> Self {
        StartError::Link(error)
    }
}
