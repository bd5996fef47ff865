//! Instructions (LLVM Language Reference, "Instruction Reference").

use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::{
    BinaryOp, BlockId, CastOp, ConstId, FastMath, FloatPredicate, IntPredicate, Ordering,
    ParamAttrs, RmwOp, TypeId, ValueId, WrapFlags,
};

/// What an instruction reads: a value of its function, or a constant of the module.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Operand {
    /// A parameter or the result of an instruction.
    Value(ValueId),
    /// A constant, functions and global variables included.
    Const(ConstId),
}

/// A call: the parts that are the same for `call` and `invoke`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallInfo {
    /// What is called: a function constant or a computed address.
    pub callee: Operand,
    /// The function type the caller assumes, a [`crate::Type::Func`].
    pub ty: TypeId,
    /// Fixed and further arguments.
    pub args: Vec<Operand>,
    /// Attributes of each argument at the call; shorter than `args` when the rest has none.
    pub attrs: Vec<ParamAttrs>,
    /// `tail` or `musttail`: the callee does not see the caller's allocas.
    pub tail: bool,
    /// `musttail`, or `tail` in a convention that guarantees it: the stack must not grow when the
    /// caller returns what it returns ([`crate::Function::tail_call`]).
    pub must_tail: bool,
    /// Fast-math flags of a call that returns a float.
    pub fast: FastMath,
}

/// A clause of a landing pad: what it takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clause {
    /// Whether it takes whatever is *not* of these types; `ty` is an array of them then.
    pub filter: bool,
    /// What is taken, as the language describes types; null takes everything.
    pub ty: Operand,
}

/// An instruction without its result. Operand types are those LLVM requires.
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(missing_docs, reason = "fields are named as in the Language Reference")]
pub enum Op {
    Binary {
        op: BinaryOp,
        lhs: Operand,
        rhs: Operand,
        wrap: WrapFlags,
        fast: FastMath,
    },
    FNeg {
        value: Operand,
        fast: FastMath,
    },
    Freeze {
        value: Operand,
    },
    Cast {
        op: CastOp,
        value: Operand,
        wrap: WrapFlags,
    },
    ICmp {
        pred: IntPredicate,
        lhs: Operand,
        rhs: Operand,
    },
    FCmp {
        pred: FloatPredicate,
        lhs: Operand,
        rhs: Operand,
        fast: FastMath,
    },
    Select {
        cond: Operand,
        then: Operand,
        other: Operand,
    },
    /// `count` elements of `ty` on the stack, at a multiple of `align` bytes.
    Alloca {
        ty: TypeId,
        count: Operand,
        align: u32,
    },
    Load {
        ptr: Operand,
        align: u32,
        volatile: bool,
        atomic: Option<Ordering>,
    },
    Store {
        ptr: Operand,
        value: Operand,
        align: u32,
        volatile: bool,
        atomic: Option<Ordering>,
    },
    /// Address arithmetic: `indices[0]` steps over whole `ty`s, the rest go into it.
    Gep {
        ty: TypeId,
        base: Operand,
        indices: Vec<Operand>,
        inbounds: bool,
    },
    ExtractValue {
        agg: Operand,
        path: Box<[u32]>,
    },
    InsertValue {
        agg: Operand,
        value: Operand,
        path: Box<[u32]>,
    },
    ExtractElement {
        vec: Operand,
        index: Operand,
    },
    InsertElement {
        vec: Operand,
        value: Operand,
        index: Operand,
    },
    /// Lane `i` of the result is lane `mask[i]` of the two inputs laid end to end; `None` is
    /// poison.
    ShuffleVector {
        a: Operand,
        b: Operand,
        mask: Box<[Option<u32>]>,
    },
    AtomicRmw {
        op: RmwOp,
        ptr: Operand,
        value: Operand,
        ordering: Ordering,
        volatile: bool,
    },
    /// Gives `{ old value, i1 success }`.
    CmpXchg {
        ptr: Operand,
        expected: Operand,
        new: Operand,
        success: Ordering,
        failure: Ordering,
        weak: bool,
        volatile: bool,
    },
    Fence {
        ordering: Ordering,
    },
    VaArg {
        list: Operand,
    },
    /// One entry for each predecessor edge.
    Phi {
        incoming: Vec<(Operand, BlockId)>,
    },
    Call(CallInfo),
    /// Where unwinding may come to. Gives what was thrown and a number that says which clause it fits.
    LandingPad {
        cleanup: bool,
        clauses: Vec<Clause>,
    },

    // Terminators.
    Ret {
        value: Option<Operand>,
    },
    Br {
        target: BlockId,
    },
    CondBr {
        cond: Operand,
        then: BlockId,
        other: BlockId,
    },
    /// Case values are integer constants.
    Switch {
        value: Operand,
        cases: Vec<(ConstId, BlockId)>,
        default: BlockId,
    },
    IndirectBr {
        address: Operand,
        targets: Vec<BlockId>,
    },
    /// A call that continues at `normal`, or, where it throws, at `unwind`.
    Invoke {
        call: CallInfo,
        normal: BlockId,
        unwind: BlockId,
    },
    Resume {
        value: Operand,
    },
    Unreachable,
}

impl Op {
    /// Whether it ends a block.
    pub fn is_terminator(&self) -> bool {
        matches!(
            self,
            Op::Ret { .. }
                | Op::Br { .. }
                | Op::CondBr { .. }
                | Op::Switch { .. }
                | Op::IndirectBr { .. }
                | Op::Invoke { .. }
                | Op::Resume { .. }
                | Op::Unreachable
        )
    }

    /// The call of a `call` or `invoke`.
    pub fn call(&self) -> Option<&CallInfo> {
        match self {
            Op::Call(call) | Op::Invoke { call, .. } => Some(call),
            _ => None,
        }
    }

    /// Calls `visit` with every operand, phi inputs and callees included.
    pub fn operands(&self, mut visit: impl FnMut(Operand)) {
        match self {
            Op::Binary { lhs, rhs, .. } | Op::ICmp { lhs, rhs, .. } | Op::FCmp { lhs, rhs, .. } => {
                visit(*lhs);
                visit(*rhs);
            }
            Op::FNeg { value, .. }
            | Op::Freeze { value }
            | Op::Cast { value, .. }
            | Op::Resume { value } => visit(*value),
            Op::Select { cond, then, other } => {
                visit(*cond);
                visit(*then);
                visit(*other);
            }
            Op::Alloca { count, .. } => visit(*count),
            Op::Load { ptr, .. } => visit(*ptr),
            Op::Store { ptr, value, .. } | Op::AtomicRmw { ptr, value, .. } => {
                visit(*ptr);
                visit(*value);
            }
            Op::Gep { base, indices, .. } => {
                visit(*base);
                indices.iter().copied().for_each(visit);
            }
            Op::ExtractValue { agg, .. } => visit(*agg),
            Op::InsertValue { agg, value, .. } => {
                visit(*agg);
                visit(*value);
            }
            Op::ExtractElement { vec, index } => {
                visit(*vec);
                visit(*index);
            }
            Op::InsertElement { vec, value, index } => {
                visit(*vec);
                visit(*value);
                visit(*index);
            }
            Op::ShuffleVector { a, b, .. } => {
                visit(*a);
                visit(*b);
            }
            Op::CmpXchg { ptr, expected, new, .. } => {
                visit(*ptr);
                visit(*expected);
                visit(*new);
            }
            Op::VaArg { list } => visit(*list),
            Op::Phi { incoming } => incoming.iter().for_each(|(value, _)| visit(*value)),
            Op::Call(call) | Op::Invoke { call, .. } => {
                visit(call.callee);
                call.args.iter().copied().for_each(visit);
            }
            Op::Ret { value } => value.iter().copied().for_each(visit),
            Op::CondBr { cond, .. } => visit(*cond),
            Op::Switch { value, cases, .. } => {
                visit(*value);
                cases.iter().for_each(|(case, _)| visit(Operand::Const(*case)));
            }
            Op::IndirectBr { address, .. } => visit(*address),
            Op::LandingPad { clauses, .. } => clauses.iter().for_each(|clause| visit(clause.ty)),
            Op::Fence { .. } | Op::Br { .. } | Op::Unreachable => {}
        }
    }

    /// Calls `visit` with every operand to change, in the order of [`Op::operands`]; the case
    /// values of a switch are not among them.
    pub fn operands_mut(&mut self, mut visit: impl FnMut(&mut Operand)) {
        match self {
            Op::Binary { lhs, rhs, .. } | Op::ICmp { lhs, rhs, .. } | Op::FCmp { lhs, rhs, .. } => {
                visit(lhs);
                visit(rhs);
            }
            Op::FNeg { value, .. }
            | Op::Freeze { value }
            | Op::Cast { value, .. }
            | Op::Resume { value } => visit(value),
            Op::Select { cond, then, other } => {
                visit(cond);
                visit(then);
                visit(other);
            }
            Op::Alloca { count, .. } => visit(count),
            Op::Load { ptr, .. } => visit(ptr),
            Op::Store { ptr, value, .. } | Op::AtomicRmw { ptr, value, .. } => {
                visit(ptr);
                visit(value);
            }
            Op::Gep { base, indices, .. } => {
                visit(base);
                indices.iter_mut().for_each(visit);
            }
            Op::ExtractValue { agg, .. } => visit(agg),
            Op::InsertValue { agg, value, .. } => {
                visit(agg);
                visit(value);
            }
            Op::ExtractElement { vec, index } => {
                visit(vec);
                visit(index);
            }
            Op::InsertElement { vec, value, index } => {
                visit(vec);
                visit(value);
                visit(index);
            }
            Op::ShuffleVector { a, b, .. } => {
                visit(a);
                visit(b);
            }
            Op::CmpXchg { ptr, expected, new, .. } => {
                visit(ptr);
                visit(expected);
                visit(new);
            }
            Op::VaArg { list } => visit(list),
            Op::Phi { incoming } => incoming.iter_mut().for_each(|(value, _)| visit(value)),
            Op::Call(call) | Op::Invoke { call, .. } => {
                visit(&mut call.callee);
                call.args.iter_mut().for_each(visit);
            }
            Op::Ret { value } => value.iter_mut().for_each(visit),
            Op::CondBr { cond, .. } => visit(cond),
            Op::Switch { value, .. } => visit(value),
            Op::IndirectBr { address, .. } => visit(address),
            Op::LandingPad { clauses, .. } => {
                clauses.iter_mut().for_each(|clause| visit(&mut clause.ty));
            }
            Op::Fence { .. } | Op::Br { .. } | Op::Unreachable => {}
        }
    }

    /// Calls `visit` with every block to change: those control may go to, and those a phi names.
    pub fn blocks_mut(&mut self, mut visit: impl FnMut(&mut BlockId)) {
        match self {
            Op::Phi { incoming } => incoming.iter_mut().for_each(|(_, block)| visit(block)),
            Op::Br { target } => visit(target),
            Op::CondBr { then, other, .. } => {
                visit(then);
                visit(other);
            }
            Op::Switch { cases, default, .. } => {
                visit(default);
                cases.iter_mut().for_each(|(_, block)| visit(block));
            }
            Op::IndirectBr { targets, .. } => targets.iter_mut().for_each(visit),
            Op::Invoke { normal, unwind, .. } => {
                visit(normal);
                visit(unwind);
            }
            _ => {}
        }
    }

    /// Calls `visit` with every block control may go to, duplicates included.
    pub fn successors(&self, mut visit: impl FnMut(BlockId)) {
        match self {
            Op::Br { target } => visit(*target),
            Op::CondBr { then, other, .. } => {
                visit(*then);
                visit(*other);
            }
            Op::Switch { cases, default, .. } => {
                visit(*default);
                cases.iter().for_each(|(_, target)| visit(*target));
            }
            Op::IndirectBr { targets, .. } => targets.iter().copied().for_each(visit),
            Op::Invoke { normal, unwind, .. } => {
                visit(*normal);
                visit(*unwind);
            }
            _ => {}
        }
    }
}
