//! Whether the programs of an image only read files, as far as can be seen: then what makes and changes files stays
//! out of it.

use bareflow_ir::{Const, ConstId, ConstKind, Module, Op, Operand};

use super::Builder;
use crate::link::Kept;

/// What opens files.
const OPEN: &str = "bf_open";
/// What changes files, or could hide that one is written to.
const OTHERS: [&str; 4] = ["bf_write_at", "bf_resize", "bf_duplicate", "bf_flags"];

impl Builder<'_> {
    /// Whether nothing that is kept changes files, and whatever opens some does so by flags that are written there and
    /// only ask to read.
    pub(super) fn only_reads(&self, kept: &Kept) -> bool {
        !OTHERS.iter().any(|name| kept.has_symbol(&self.parts.units, name))
            && self.grown.programs.iter().all(|program| opens_to_read(&program.module))
    }
}

fn opens_to_read(module: &Module) -> bool {
    let is_open = |id: ConstId| match module.constant(id).kind {
        ConstKind::Func(func) => module.func(func).name == OPEN,
        _ => false,
    };
    // An address in a variable may be called by anything.
    let hides = |constant: &Const| match &constant.kind {
        ConstKind::Aggregate(members) => members.iter().any(|member| is_open(*member)),
        ConstKind::Expr(computed) => {
            let mut found = false;
            computed.operands(|operand| found |= is_open(operand));
            found
        }
        _ => false,
    };
    !module.consts.iter().any(hides)
        && !module.globals.iter().any(|global| global.init.is_some_and(is_open))
        && !module.aliases.iter().any(|alias| is_open(alias.target))
        && module.funcs.iter().flat_map(|func| &func.instrs).all(|instr| {
            let is_open = |operand: Operand| matches!(operand, Operand::Const(id) if is_open(id));
            match &instr.op {
                Op::Call(call) if is_open(call.callee) => {
                    call.args.get(1).is_some_and(|flags| is_zero(module, *flags))
                        && !call.args.iter().any(|argument| is_open(*argument))
                }
                op => {
                    let mut found = false;
                    op.operands(|operand| found |= is_open(operand));
                    !found
                }
            }
        })
}

fn is_zero(module: &Module, operand: Operand) -> bool {
    let Operand::Const(id) = operand else { return false };
    matches!(module.constant(id).kind, ConstKind::Zero | ConstKind::Int(0))
}
