//! Inline assembly: only that which does nothing.
//!
//! Programs use empty assembly to keep a compiler from seeing through a value
//! (`core::hint::black_box`, `asm volatile("" : "+r"(x))`). Executing it means to hand the
//! inputs that are tied to outputs through.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::codes::cst;
use crate::error::Cause;
use crate::ops::{Ops, text};

/// One piece of inline assembly.
#[derive(Clone, Debug)]
pub(crate) struct Asm {
    text: String,
    constraints: String,
}

impl Asm {
    /// Reads a constant of one of the four codes for it.
    pub(crate) fn read(code: u32, ops: &[u64]) -> Result<Self, Cause> {
        let mut ops = Ops::new(ops);
        if code == cst::INLINEASM {
            ops.next()?;
        }
        let _flags = ops.next()?;
        let mut string = || {
            let len = ops.next()?;
            ops.take(len).map(text)
        };
        Ok(Self { text: string()?, constraints: string()? })
    }

    /// For each output that is a result, in order: the argument it takes its value from, or
    /// `None` if it may hold anything.
    ///
    /// # Errors
    /// If it does anything.
    pub(crate) fn ties(&self) -> Result<Vec<Option<usize>>, Cause> {
        if !self.does_nothing() {
            return Err(Cause::Unsupported(format!("inline assembly {:?}", self.text)));
        }
        // Operands in order: outputs, then inputs. An indirect output ("=*m") is no result,
        // and is passed as an argument; so is each input.
        let mut results = Vec::new();
        let mut arguments = 0;
        // Position among all operands to position among results.
        let mut outputs = Vec::new();
        for constraint in self.constraints.split(',').filter(|part| !part.is_empty()) {
            if constraint.starts_with('~') {
                continue;
            }
            if constraint.starts_with('!') {
                return Err(Cause::Unsupported("inline assembly that jumps".into()));
            }
            if let Some(output) = constraint.strip_prefix('=') {
                let indirect = output.trim_start_matches('&').starts_with('*');
                if indirect {
                    arguments += 1;
                    outputs.push(None);
                } else {
                    outputs.push(Some(results.len()));
                    results.push(None);
                }
                continue;
            }
            if let Ok(tied) = constraint.parse::<usize>()
                && let Some(Some(result)) = outputs.get(tied)
            {
                results[*result] = Some(arguments);
            }
            arguments += 1;
        }
        Ok(results)
    }

    /// Whether there is no instruction in it, or one without any effect.
    fn does_nothing(&self) -> bool {
        self.text.split(['\n', ';']).all(|line| {
            let line = line.split('#').next().unwrap_or_default().trim();
            matches!(line, "" | "nop" | "pause" | "rep nop") || line.starts_with("//")
        })
    }
}
