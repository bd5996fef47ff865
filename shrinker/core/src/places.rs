//! What depends on where something lies.
//!
//! Which way a search through memory goes by blocks depends on where the memory begins within one: `strlen` of the same
//! text sees its end in the first block or in the second. A shrunk image has everything at other places than the
//! grown one, and the next one at others again, so that what was counted while growing says nothing of such ways.
//!
//! Followed are the low bits of addresses: an address as a number, added to, and cut by a mask, a remainder or a
//! narrow type; and then whatever is computed of that, what is loaded from there included. The difference of two
//! addresses is none.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{BinaryOp, CastOp, Function, Instr, Module, Op, Operand, Type};

/// Bits of a number from which it tells of an address more than where it lies within a block.
const NARROW: u32 = 16;

/// Of each value of a function, whether it depends on the low bits of an address.
pub fn depend(module: &Module, func: &Function) -> Vec<bool> {
    let mut addresses = vec![false; func.values.len()];
    grow(func, &mut addresses, is_address);
    let mut low = vec![false; func.values.len()];
    grow(func, &mut low, |instr, known| {
        cuts(module, instr, &addresses) || {
            let mut any = false;
            instr.op.operands(|operand| any |= holds(known, operand));
            any
        }
    });
    low
}

/// Adds results until there are no more.
fn grow(func: &Function, known: &mut [bool], is: impl Fn(&Instr, &[bool]) -> bool) {
    loop {
        let mut more = false;
        for instr in &func.instrs {
            let Some(result) = instr.result.filter(|result| !known[result.index()]) else {
                continue;
            };
            if is(instr, known) {
                known[result.index()] = true;
                more = true;
            }
        }
        if !more {
            return;
        }
    }
}

/// Whether an operand is one of these values.
pub fn holds(known: &[bool], operand: Operand) -> bool {
    matches!(operand, Operand::Value(value) if known[value.index()])
}

/// Whether it is an address as a number.
fn is_address(instr: &Instr, known: &[bool]) -> bool {
    match &instr.op {
        Op::Cast { op: CastOp::PtrToInt, .. } => true,
        Op::Binary { op: BinaryOp::Sub, lhs, rhs, .. } => holds(known, *lhs) != holds(known, *rhs),
        Op::Binary { op: BinaryOp::Add, lhs, rhs, .. } => holds(known, *lhs) || holds(known, *rhs),
        Op::Select { then, other, .. } => holds(known, *then) || holds(known, *other),
        Op::Phi { incoming } => incoming.iter().any(|(value, _)| holds(known, *value)),
        Op::Freeze { value } => holds(known, *value),
        _ => false,
    }
}

/// Whether it takes low bits of an address, or takes them away.
fn cuts(module: &Module, instr: &Instr, addresses: &[bool]) -> bool {
    match &instr.op {
        Op::Binary { op: BinaryOp::And, lhs, rhs, .. } => {
            let constant = |operand: &Operand| matches!(operand, Operand::Const(_));
            holds(addresses, *lhs) && constant(rhs) || holds(addresses, *rhs) && constant(lhs)
        }
        Op::Binary { op: BinaryOp::URem, lhs, .. } => holds(addresses, *lhs),
        Op::Cast { op: CastOp::Trunc, value, .. } => {
            let narrow = matches!(module.types.get(instr.ty), Type::Int(bits) if *bits <= NARROW);
            narrow && holds(addresses, *value)
        }
        Op::Call(call) => module
            .direct_callee(call.callee)
            .is_some_and(|callee| module.func(callee).name.starts_with("llvm.ptrmask.")),
        _ => false,
    }
}
