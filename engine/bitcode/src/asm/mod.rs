//! Inline assembly.
//!
//! What programs write into their code is mostly short: a barrier without any instruction, a hint,
//! a fence, or one or two instructions that C has no operator for. These are not assembled but
//! understood ([`text`]), and said in IR ([`meaning`]) as a small function with the same operands,
//! which takes the place of the assembly. So all levels agree, and passes see through it. Anything
//! else is refused with its text.

mod instructions;
mod machine;
mod meaning;
mod operands;
mod piece;
mod text;

use bareflow_ir::{FuncId, Operand, TypeId};

use crate::error::Cause;
use crate::reader::Reader;

use operands::Operands;
pub(crate) use piece::Asm;
use text::Statement;

/// What a piece of assembly comes to.
pub(crate) enum Meaning {
    /// Its only result, if it has one, is this argument, or may be anything.
    Nothing(Option<usize>),
    /// A call of this function with the same arguments.
    Call(FuncId),
}

impl Reader {
    /// What assembly comes to where it is called with arguments of the function type `ty`.
    ///
    /// # Errors
    /// If it cannot be told.
    pub(crate) fn understand(
        &mut self,
        number: u32,
        ty: TypeId,
        args: &[Operand],
    ) -> Result<Meaning, Cause> {
        let asm = self.asms[number as usize].clone();
        let operands = Operands::parse(&asm.constraints).ok_or_else(|| asm.refuse())?;
        let statements = text::parse(&asm.text, asm.intel).ok_or_else(|| asm.refuse())?;
        if operands.inputs() != args.len() {
            return Err(Cause::Malformed("assembly with another number of arguments"));
        }
        let quiet = statements.iter().all(Statement::is_nothing);
        if quiet && operands.results() <= 1 {
            return Ok(Meaning::Nothing(operands.tied_result()));
        }
        if let Some((.., known)) =
            self.asm_made.iter().find(|made| (made.0, made.1) == (number, ty))
        {
            return Ok(Meaning::Call(*known));
        }
        let func = meaning::function(self, &operands, &statements, ty)?;
        let func = func.ok_or_else(|| asm.refuse())?;
        self.asm_made.push((number, ty, func));
        Ok(Meaning::Call(func))
    }
}

/// The first line of assembly at the level of a module that means something here.
pub(crate) fn module_level(text: &str) -> Option<&str> {
    text.lines().map(str::trim).find(|line| {
        let word = line.split_ascii_whitespace().next().unwrap_or_default();
        let quiet = match word {
            // Versions of symbols are for shared libraries; the others say nothing about code.
            ".symver" | ".ident" | ".file" | ".text" | ".data" | ".att_syntax" => true,
            ".section" => line.contains(".note.GNU-stack"),
            word => word.is_empty() || word.starts_with('#') || word.starts_with("//"),
        };
        !quiet
    })
}
