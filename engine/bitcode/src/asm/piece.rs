//! One piece of inline assembly, as it stands in bitcode.

use alloc::format;
use alloc::string::String;

use crate::codes::cst;
use crate::error::Cause;
use crate::ops::{self, Ops};

/// One piece of inline assembly.
#[derive(Clone, Debug)]
pub(crate) struct Asm {
    pub(super) text: String,
    pub(super) constraints: String,
    pub(super) intel: bool,
}

/// So much of a text is in a message.
const SHOWN: usize = 160;

impl Asm {
    /// Reads a constant of one of the four codes for it.
    pub(crate) fn read(code: u32, ops: &[u64]) -> Result<Self, Cause> {
        let mut ops = Ops::new(ops);
        if code == cst::INLINEASM {
            ops.next()?;
        }
        let flags = ops.next()?;
        let mut string = || {
            let len = ops.next()?;
            ops.take(len).map(ops::text)
        };
        // Side effects, alignment of the stack, dialect, unwinding; the oldest form has but the
        // first two.
        let intel = code != cst::INLINEASM_OLD && flags & 4 != 0;
        Ok(Self { text: string()?, constraints: string()?, intel })
    }

    pub(super) fn refuse(&self) -> Cause {
        let shown: String = self.text.chars().take(SHOWN).collect();
        let more = if shown.len() < self.text.len() { "..." } else { "" };
        Cause::Unsupported(format!("inline assembly {shown:?}{more}"))
    }
}
