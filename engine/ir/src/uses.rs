//! How often the functions of a module are named, counted once for all who ask.

use alloc::boxed::Box;
use alloc::vec;
use core::fmt;

use spin::Once;

use crate::{ConstKind, FuncId, Module, Operand};

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

impl Module {
    /// How often a function is named: called, or its address taken. One in a table counts twice, since it
    /// may be called from anywhere. Counts of a module that is changed afterwards are the old ones.
    pub fn uses(&self, id: FuncId) -> u32 {
        self.uses.0.call_once(|| count(self)).get(id.index()).copied().unwrap_or(0)
    }
}

fn count(module: &Module) -> Box<[u32]> {
    let mut uses = vec![0u32; module.funcs.len()];
    let mut names = vec![0u32; module.consts.len()];
    for func in &module.funcs {
        for instr in &func.instrs {
            instr.op.operands(|operand| {
                if let Operand::Const(id) = operand {
                    names[id.index()] += 1;
                }
            });
        }
    }
    for (id, constant) in module.consts.iter().enumerate() {
        match &constant.kind {
            ConstKind::Func(func) => uses[func.index()] += names[id],
            ConstKind::Aggregate(members) => {
                for member in members {
                    if let ConstKind::Func(func) = module.constant(*member).kind {
                        uses[func.index()] += 2;
                    }
                }
            }
            _ => {}
        }
    }
    uses.into_boxed_slice()
}
