//! What is wrong with a module.

use alloc::string::{String, ToString};
use core::fmt;

use crate::BlockId;

/// A rule that is broken, and where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifyError {
    /// The function, by name.
    pub function: Option<String>,
    /// The block.
    pub block: Option<BlockId>,
    /// The instruction, as text.
    pub instruction: Option<String>,
    /// What is wrong.
    pub what: String,
}

impl VerifyError {
    pub(super) fn new(what: impl ToString) -> Self {
        Self { function: None, block: None, instruction: None, what: what.to_string() }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        if let Some(function) = &self.function {
            write!(f, ", in function {function}")?;
        }
        if let Some(block) = self.block {
            write!(f, ", block b{}", block.0)?;
        }
        if let Some(instruction) = &self.instruction {
            write!(f, ": {instruction}")?;
        }
        Ok(())
    }
}

impl core::error::Error for VerifyError {}
