//! Where calls that must not use stack ([`crate::tail`]) leave what is to be done.

use bareflow_ir::abi::{HANDOVER_REGS, Handover};
use cranelift_codegen::ir::Value;

use crate::addr::{Addr, Base};
use crate::wrap;

/// Where calls that must not use stack leave what is to be done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    /// The callee's address.
    pub(crate) target: Addr,
    /// Registers, as in a save area, and the static chain behind them.
    pub(crate) regs: Addr,
    /// Stack arguments.
    pub(crate) stack: Addr,
}

impl Room {
    /// Around the body of a function whose frame pointer this is.
    pub(crate) fn in_entry(frame: Value) -> Self {
        let at = |offset| Addr { base: Base::Value(frame), offset };
        Self { target: at(wrap::TARGET), regs: at(wrap::SAVED), stack: at(wrap::STACK_ARGS) }
    }

    /// In a handover.
    pub(crate) fn in_handover(handover: Value) -> Self {
        let at = |offset| Addr { base: Base::Value(handover), offset };
        Self {
            target: at(0),
            regs: at(HANDOVER_REGS as i64),
            stack: at(size_of::<Handover>() as i64),
        }
    }
}
