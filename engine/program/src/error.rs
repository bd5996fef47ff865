//! Why files do not make a program.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// Why files do not make a program.
#[derive(Debug)]
pub enum LoadError {
    /// A file is no bitcode, or damaged.
    Read {
        /// The file.
        file: String,
        /// What the reader says.
        error: Box<bareflow_bitcode::Error>,
    },
    /// The files do not fit together.
    Link {
        /// The program.
        program: String,
        /// What the linker of modules says.
        error: bareflow_ir::link::LinkError,
    },
    /// The entry function is not there.
    NoEntry {
        /// The program.
        program: String,
        /// The name looked for.
        entry: String,
    },
    /// The entry has a type that cannot be started.
    BadEntry {
        /// The program.
        program: String,
        /// The entry.
        entry: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// Symbols that nothing defines.
    Unresolved {
        /// The program.
        program: String,
        /// Each with one function that uses it.
        symbols: Vec<(String, String)>,
    },
    /// Functions that can be reached need what is not supported.
    Unsupported {
        /// The program.
        program: String,
        /// What is needed, in words, and a function that needs it.
        needs: Vec<(String, String)>,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Read { file, error } => write!(f, "{file}: {error}"),
            LoadError::Link { program, error } => write!(f, "{program}: {error}"),
            LoadError::NoEntry { program, entry } => {
                write!(f, "{program}: no function `{entry}` to start at; name one with --entry")
            }
            LoadError::BadEntry { program, entry, wanted } => {
                write!(f, "{program}: the entry `{entry}` must be {wanted}")
            }
            LoadError::Unresolved { program, symbols } => {
                write!(f, "{program}: not defined:")?;
                for (symbol, user) in symbols {
                    write!(f, " `{symbol}` (used by {user})")?;
                }
                Ok(())
            }
            LoadError::Unsupported { program, needs } => match &needs[..] {
                [(what, function)] => write!(
                    f,
                    "{program}: function `{function}` needs {what}, which is not supported"
                ),
                needs => {
                    write!(f, "{program}: not supported:")?;
                    for (at, (what, user)) in needs.iter().enumerate() {
                        write!(f, "{} {what} (used by {user})", if at > 0 { "," } else { "" })?;
                    }
                    Ok(())
                }
            },
        }
    }
}

impl core::error::Error for LoadError {}
