//! Why modules do not fit together.

use alloc::string::String;
use core::fmt;

/// Why modules do not fit together.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum LinkError {
    /// Two modules define a symbol, and neither definition yields.
    Duplicate {
        /// The symbol.
        symbol: String,
        /// Name of the module with the first definition.
        first: String,
        /// Name of the module with the second one.
        second: String,
    },
    /// Aliases that stand for each other.
    AliasCycle {
        /// One of them.
        symbol: String,
    },
    /// An alias of something that has no address.
    BadAlias {
        /// The alias.
        symbol: String,
    },
    /// An appending array that is none, or of other members than the ones before.
    BadAppending {
        /// The variable.
        symbol: String,
        /// Name of its module.
        module: String,
    },
}

impl fmt::Display for LinkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LinkError::Duplicate { symbol, first, second } => {
                write!(f, "`{symbol}` is defined in {first} and again in {second}")
            }
            LinkError::AliasCycle { symbol } => {
                write!(f, "the alias `{symbol}` stands for itself")
            }
            LinkError::BadAlias { symbol } => {
                write!(f, "the alias `{symbol}` stands for something without an address")
            }
            LinkError::BadAppending { symbol, module } => {
                write!(f, "{module}: `{symbol}` does not fit the arrays it is to be appended to")
            }
        }
    }
}

impl core::error::Error for LinkError {}
