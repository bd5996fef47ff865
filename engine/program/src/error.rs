//! Why files do not make a program.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

/// A symbol that nothing defines.
#[derive(Debug)]
pub struct Missing {
    /// Its name.
    pub symbol: String,
    /// A function or variable that uses it.
    pub user: String,
    /// The file that this is in, where that can be told.
    pub file: Option<String>,
}

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
        /// Each with who uses it.
        symbols: Vec<Missing>,
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
                unresolved(f, symbols)
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

/// All symbols in a line, or, where several files use them, in one for each file.
fn unresolved(f: &mut fmt::Formatter<'_>, symbols: &[Missing]) -> fmt::Result {
    let mut files: Vec<Option<&str>> =
        symbols.iter().map(|missing| missing.file.as_deref()).collect();
    files.sort_unstable();
    files.dedup();
    for file in &files {
        if files.len() > 1 {
            write!(f, "\n  {}:", file.unwrap_or("elsewhere"))?;
        }
        for Missing { symbol, user, .. } in symbols.iter().filter(|of| of.file.as_deref() == *file)
        {
            write!(f, " `{symbol}` (used by {user})")?;
        }
    }
    Ok(())
}

impl core::error::Error for LoadError {}
