//! How often the functions of a module are named, counted once for all who ask.

use alloc::boxed::Box;
use alloc::vec;
use core::fmt;

use spin::Once;

use crate::{Const, ConstKind, FuncId, Function, Operand};

/// The counts, once they were asked for. They are those of a module that changes no more: a copy counts anew.
#[derive(Default)]
pub struct Uses(Once<Box<[u32]>>);

impl Clone for Uses {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl fmt::Debug for Uses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Uses")
    }
}

impl Uses {
    /// That of one function of those that a module has, with its constants.
    pub(crate) fn of(&self, id: FuncId, funcs: &[Function], consts: &[Const]) -> u32 {
        self.0.call_once(|| count(funcs, consts)).get(id.index()).copied().unwrap_or(0)
    }
}

fn count(funcs: &[Function], consts: &[Const]) -> Box<[u32]> {
    let mut uses = vec![0u32; funcs.len()];
    let mut names = vec![0u32; consts.len()];
    for func in funcs {
        for instr in &func.instrs {
            instr.op.operands(|operand| {
                if let Operand::Const(id) = operand {
                    names[id.index()] += 1;
                }
            });
        }
    }
    for (id, constant) in consts.iter().enumerate() {
        match &constant.kind {
            ConstKind::Func(func) => uses[func.index()] += names[id],
            ConstKind::Aggregate(members) => {
                for member in members {
                    if let ConstKind::Func(func) = consts[member.index()].kind {
                        uses[func.index()] += 2;
                    }
                }
            }
            _ => {}
        }
    }
    uses.into_boxed_slice()
}
