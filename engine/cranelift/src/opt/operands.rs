//! Changing what an instruction reads and where it goes.

use bareflow_ir::{BlockId, Op, Operand};

/// Calls `change` with every operand, phi inputs and callees included.
pub(super) fn map_operands(op: &mut Op, mut change: impl FnMut(&mut Operand)) {
    match op {
        Op::Binary { lhs, rhs, .. } | Op::ICmp { lhs, rhs, .. } | Op::FCmp { lhs, rhs, .. } => {
            change(lhs);
            change(rhs);
        }
        Op::FNeg { value, .. }
        | Op::Freeze { value }
        | Op::Cast { value, .. }
        | Op::Resume { value } => change(value),
        Op::Select { cond, then, other } => {
            change(cond);
            change(then);
            change(other);
        }
        Op::Alloca { count, .. } => change(count),
        Op::Load { ptr, .. } => change(ptr),
        Op::Store { ptr, value, .. } | Op::AtomicRmw { ptr, value, .. } => {
            change(ptr);
            change(value);
        }
        Op::Gep { base, indices, .. } => {
            change(base);
            indices.iter_mut().for_each(change);
        }
        Op::ExtractValue { agg, .. } => change(agg),
        Op::InsertValue { agg, value, .. } => {
            change(agg);
            change(value);
        }
        Op::ExtractElement { vec, index } => {
            change(vec);
            change(index);
        }
        Op::InsertElement { vec, value, index } => {
            change(vec);
            change(value);
            change(index);
        }
        Op::ShuffleVector { a, b, .. } => {
            change(a);
            change(b);
        }
        Op::CmpXchg { ptr, expected, new, .. } => {
            change(ptr);
            change(expected);
            change(new);
        }
        Op::VaArg { list } => change(list),
        Op::Phi { incoming } => incoming.iter_mut().for_each(|(value, _)| change(value)),
        Op::Call(call) | Op::Invoke { call, .. } => {
            change(&mut call.callee);
            call.args.iter_mut().for_each(change);
        }
        Op::Ret { value } => value.iter_mut().for_each(change),
        Op::CondBr { cond, .. } => change(cond),
        Op::Switch { value, .. } => change(value),
        Op::IndirectBr { address, .. } => change(address),
        Op::Fence { .. } | Op::LandingPad | Op::Br { .. } | Op::Unreachable => {}
    }
}

/// Calls `change` with every block a terminator leads to, and every block a phi names.
pub(super) fn map_blocks(op: &mut Op, mut change: impl FnMut(&mut BlockId)) {
    match op {
        Op::Phi { incoming } => incoming.iter_mut().for_each(|(_, block)| change(block)),
        Op::Br { target } => change(target),
        Op::CondBr { then, other, .. } => {
            change(then);
            change(other);
        }
        Op::Switch { cases, default, .. } => {
            change(default);
            cases.iter_mut().for_each(|(_, block)| change(block));
        }
        Op::IndirectBr { targets, .. } => targets.iter_mut().for_each(change),
        Op::Invoke { normal, unwind, .. } => {
            change(normal);
            change(unwind);
        }
        _ => {}
    }
}
