//! Instructions as records: the code of each, and its operands in order.

use bareflow_ir::{CallInfo, Instr, Op, Operand, Ordering, Type};

use super::body::Body;
use super::numbers;
use crate::codes::func;

/// Flags of an alloca: the type is that of the elements, and where the alignment lies.
const ALLOCA_TYPE: u64 = 1 << 6;
/// Flags of a call, by bit.
const TAIL: u64 = 1 << 0;
const MUST_TAIL: u64 = 1 << 14;
const EXPLICIT_TYPE: u64 = 1 << 15;
const FAST_MATH: u64 = 1 << 17;
/// The same of an invoke.
const INVOKE_EXPLICIT_TYPE: u64 = 1 << 13;
/// Accesses concern all threads.
const SYSTEM_SCOPE: u64 = 1;

impl Body<'_, '_> {
    /// Appends the operands of an instruction; gives the code of its record.
    pub(super) fn instruction(&mut self, instr: &Instr) -> u32 {
        match &instr.op {
            Op::Binary { op, lhs, rhs, wrap, fast } => {
                self.pair(*lhs);
                self.value(*rhs);
                self.push(numbers::binary(*op));
                self.flags(numbers::wrap(*wrap) | numbers::fast_math(*fast));
                func::BINOP
            }
            Op::FNeg { value, fast } => {
                self.pair(*value);
                self.push(0u64);
                self.flags(numbers::fast_math(*fast));
                func::UNOP
            }
            Op::Freeze { value } => {
                self.pair(*value);
                func::FREEZE
            }
            Op::Cast { op, value, wrap } => {
                self.pair(*value);
                self.ty(instr.ty);
                self.push(numbers::cast(*op));
                self.flags(numbers::wrap(*wrap));
                func::CAST
            }
            Op::ICmp { pred, lhs, rhs } => {
                self.pair(*lhs);
                self.value(*rhs);
                self.push(numbers::int_predicate(*pred));
                func::CMP2
            }
            Op::FCmp { pred, lhs, rhs, fast } => {
                self.pair(*lhs);
                self.value(*rhs);
                self.push(numbers::float_predicate(*pred));
                self.flags(numbers::fast_math(*fast));
                func::CMP2
            }
            Op::Select { cond, then, other } => {
                self.pair(*then);
                self.value(*other);
                self.pair(*cond);
                func::VSELECT
            }
            Op::ExtractValue { agg, path } => {
                self.pair(*agg);
                path.iter().for_each(|step| self.push(*step));
                func::EXTRACTVAL
            }
            Op::InsertValue { agg, value, path } => {
                self.pair(*agg);
                self.pair(*value);
                path.iter().for_each(|step| self.push(*step));
                func::INSERTVAL
            }
            Op::ExtractElement { vec, index } => {
                self.pair(*vec);
                self.pair(*index);
                func::EXTRACTELT
            }
            Op::InsertElement { vec, value, index } => {
                self.pair(*vec);
                self.value(*value);
                self.pair(*index);
                func::INSERTELT
            }
            Op::ShuffleVector { a, b, mask } => {
                let mask = self.pool.mask(mask);
                self.pair(*a);
                self.value(*b);
                self.pair(Operand::Const(mask));
                func::SHUFFLEVEC
            }
            Op::Phi { incoming } => {
                self.ty(instr.ty);
                for (value, from) in incoming {
                    self.signed_value(*value);
                    self.push(from.0);
                }
                func::PHI
            }
            Op::VaArg { list } => {
                self.ty(self.type_of(*list));
                self.value(*list);
                self.ty(instr.ty);
                func::VAARG
            }
            Op::Call(call) => self.call(call),
            Op::Alloca { .. }
            | Op::Load { .. }
            | Op::Store { .. }
            | Op::Gep { .. }
            | Op::AtomicRmw { .. }
            | Op::CmpXchg { .. }
            | Op::Fence { .. } => self.memory(instr),
            _ => self.control(instr),
        }
    }

    fn memory(&mut self, instr: &Instr) -> u32 {
        match &instr.op {
            Op::Alloca { ty, count, align } => {
                let align = numbers::alignment(*align);
                self.ty(*ty);
                self.ty(self.type_of(*count));
                self.numbered(*count);
                self.push(align & 0x1F | ALLOCA_TYPE | (align >> 5) << 8);
                func::ALLOCA
            }
            Op::Load { ptr, align, volatile, atomic } => {
                self.pair(*ptr);
                self.ty(instr.ty);
                self.access(*align, *volatile);
                self.atomic(*atomic, func::LOAD, func::LOADATOMIC)
            }
            Op::Store { ptr, value, align, volatile, atomic } => {
                self.pair(*ptr);
                self.pair(*value);
                self.access(*align, *volatile);
                self.atomic(*atomic, func::STORE, func::STOREATOMIC)
            }
            Op::Gep { ty, base, indices, inbounds } => {
                self.push(*inbounds);
                self.ty(*ty);
                self.pair(*base);
                indices.iter().for_each(|index| self.pair(*index));
                func::GEP
            }
            Op::AtomicRmw { op, ptr, value, ordering, volatile } => {
                self.pair(*ptr);
                self.pair(*value);
                self.push(numbers::rmw(*op));
                self.push(*volatile);
                self.push(numbers::ordering(*ordering));
                self.push(SYSTEM_SCOPE);
                func::ATOMICRMW
            }
            Op::CmpXchg { ptr, expected, new, success, failure, weak, volatile } => {
                self.pair(*ptr);
                self.pair(*expected);
                self.value(*new);
                self.push(*volatile);
                self.push(numbers::ordering(*success));
                self.push(SYSTEM_SCOPE);
                self.push(numbers::ordering(*failure));
                self.push(*weak);
                func::CMPXCHG
            }
            Op::Fence { ordering } => {
                self.push(numbers::ordering(*ordering));
                self.push(SYSTEM_SCOPE);
                func::FENCE
            }
            _ => func::UNREACHABLE,
        }
    }

    fn access(&mut self, align: u32, volatile: bool) {
        self.push(numbers::alignment(align));
        self.push(volatile);
    }

    fn atomic(&mut self, ordering: Option<Ordering>, plain: u32, atomic: u32) -> u32 {
        let Some(ordering) = ordering else { return plain };
        self.push(numbers::ordering(ordering));
        self.push(SYSTEM_SCOPE);
        atomic
    }

    fn call(&mut self, call: &CallInfo) -> u32 {
        let attributes = self.attributes.of_call(call);
        let fast = numbers::fast_math(call.fast);
        let mut flags = EXPLICIT_TYPE;
        for (set, flag) in [
            (call.tail && !call.must_tail, TAIL),
            (call.must_tail, MUST_TAIL),
            (fast != 0, FAST_MATH),
        ] {
            flags |= if set { flag } else { 0 };
        }
        self.push(attributes);
        self.push(flags);
        self.flags(fast);
        self.called(call);
        func::CALL
    }

    /// The type, the callee and the arguments of a call.
    fn called(&mut self, call: &CallInfo) {
        self.ty(call.ty);
        self.pair(call.callee);
        let fixed = match self.module.types.get(call.ty) {
            Type::Func { params, .. } => params.len(),
            _ => 0,
        };
        for (at, arg) in call.args.iter().enumerate() {
            if at < fixed {
                self.value(*arg);
            } else {
                self.pair(*arg);
            }
        }
    }

    /// Instructions that end blocks, and the one that begins those where unwinding would end.
    fn control(&mut self, instr: &Instr) -> u32 {
        match &instr.op {
            Op::LandingPad { cleanup, clauses } => {
                self.ty(instr.ty);
                self.push(u64::from(*cleanup));
                self.push(clauses.len() as u64);
                for clause in clauses {
                    self.push(u64::from(clause.filter));
                    self.pair(clause.ty);
                }
                func::LANDINGPAD
            }
            Op::Ret { value } => {
                value.iter().for_each(|value| self.pair(*value));
                func::RET
            }
            Op::Br { target } => {
                self.push(target.0);
                func::BR
            }
            Op::CondBr { cond, then, other } => {
                self.push(then.0);
                self.push(other.0);
                self.value(*cond);
                func::BR
            }
            Op::Switch { value, cases, default } => {
                self.ty(self.type_of(*value));
                self.value(*value);
                self.push(default.0);
                for (case, target) in cases {
                    self.numbered(Operand::Const(*case));
                    self.push(target.0);
                }
                func::SWITCH
            }
            Op::IndirectBr { address, targets } => {
                self.ty(self.type_of(*address));
                self.value(*address);
                targets.iter().for_each(|target| self.push(target.0));
                func::INDIRECTBR
            }
            Op::Invoke { call, normal, unwind } => {
                let attributes = self.attributes.of_call(call);
                self.push(attributes);
                self.push(INVOKE_EXPLICIT_TYPE);
                self.push(normal.0);
                self.push(unwind.0);
                self.called(call);
                func::INVOKE
            }
            Op::Resume { value } => {
                self.pair(*value);
                func::RESUME
            }
            _ => func::UNREACHABLE,
        }
    }
}
