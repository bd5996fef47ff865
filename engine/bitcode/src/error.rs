//! What is wrong with a file, and where.

use alloc::string::String;
use core::fmt;

use crate::codes;

/// Why bitcode cannot be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Error {
    /// Number of the block the reader was in; `None` outside of all blocks.
    pub block: Option<u32>,
    /// Code of the record the reader was at, if it was at one.
    pub record: Option<u32>,
    /// Offset in bytes from the start of the bitcode of the record or block; `None` when it
    /// is the finished module that is wrong.
    pub offset: Option<u64>,
    /// Who wrote the file ("LLVM22.1.2"); empty when not known.
    pub producer: String,
    /// The function the record belongs to.
    pub function: Option<String>,
    /// What is wrong.
    pub cause: Cause,
}

/// What is wrong with a record.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Cause {
    /// The file is no bitcode.
    NotBitcode,
    /// The file or a block ends too early.
    Truncated,
    /// Not what the format allows.
    Malformed(&'static str),
    /// Understood, but nothing here can run it.
    Unsupported(String),
    /// It would unpack to many times its size, as no compiler's output does.
    TooLarge(&'static str),
    /// The record can be read, but what it says breaks a rule of LLVM IR.
    Invalid(String),
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cause::NotBitcode => f.write_str("this is no LLVM bitcode (wrong magic number)"),
            Cause::Truncated => f.write_str("the file ends in the middle, or a length is wrong"),
            Cause::Malformed(what) => write!(f, "malformed: {what}"),
            Cause::Unsupported(what) => write!(f, "not supported: {what}"),
            Cause::TooLarge(what) => {
                write!(f, "too large: {what} would take far more memory than its file")
            }
            Cause::Invalid(what) => write!(f, "not valid IR: {what}"),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "bitcode: {}", self.cause)?;
        if let Some(offset) = self.offset {
            write!(f, ", at byte {offset}")?;
        }
        if let Some(block) = self.block {
            write!(f, ", in block {}", codes::block_name(block))?;
        }
        if let Some(record) = self.record {
            write!(f, ", record {record}")?;
        }
        if let Some(function) = &self.function {
            write!(f, ", in function {function}")?;
        }
        if !self.producer.is_empty() {
            write!(f, " (written by {})", self.producer)?;
        }
        Ok(())
    }
}

impl core::error::Error for Error {}
