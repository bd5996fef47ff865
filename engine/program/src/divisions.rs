//! Divisions that have no result, in programs that may have a handler for them.
//!
//! A division by zero is a fault of the processor, at which no level knows how to go on: what is in registers
//! then is for nobody to say. A program whose handler of `SIGFPE` is to be called has a question in front of its
//! divisions instead, from the moment it is linked, and the handler's call is an ordinary one, out of the function that
//! divides. So it may leave by `longjmp`, by `exit` or not at all, on every level, on a machine and in an image,
//! none of which knows of it:
//!
//! ```text
//!        c = b in {0, -1}                  b == 0, where numbers have no sign
//!        if (c) goto look; goto on;
//!  look: d = b == 0 | (b == -1 & a == least)
//!        if (d) goto none; goto on;
//!  none: z = __bf_no_quotient()            0, of which no compiler knows
//!  on:   e = phi(b, b, z)
//!        a / e
//! ```
//!
//! Where there is no handler the function of the library returns, and what follows is the fault that there
//! always was, at the same place.
//!
//! Which programs: those that call a function that sets handlers with a number that is `SIGFPE` or is computed, or that take
//! such a function's address. All others are as they were.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{
    BinaryOp, BlockId, CastOp, ConstKind, FuncId, Instr, IntPredicate, LocationId, Module, Op,
    Operand, Type, TypeId, ValueId, WrapFlags,
};

use crate::build::{blocks, constant, fill, function_named, is_called, plain_call};
use crate::make::{Kinds, Maker};

/// The function of the C library that calls the handler.
const NO_QUOTIENT: &str = "__bf_no_quotient";

/// What sets handlers, the signal being the first argument.
const SETTERS: [&str; 3] = ["signal", "__sysv_signal", "sigaction"];
/// `SIGFPE`.
const SIGNAL: u64 = 8;

/// Adds the names of functions that a linked program will call when it is settled.
pub(crate) fn needed(module: &Module, names: &mut BTreeSet<String>) {
    if may_handle(module) {
        names.insert(NO_QUOTIENT.to_owned());
    }
}

/// Settles a linked program.
pub(crate) fn settle(module: &mut Module) {
    let Some(library) = function_named(module, NO_QUOTIENT) else { return };
    if !may_handle(module) || is_called(module, library) {
        return;
    }
    let kinds = Kinds::of(module);
    let work = Work {
        kinds,
        bit: module.types.intern(Type::Int(1)),
        ask: module.func(library).ty,
        library: constant(module, kinds.ptr, ConstKind::Func(library)),
    };
    for id in module.func_ids() {
        if module.func(id).instrs.iter().any(|instr| divisor(module, instr).is_some()) {
            work.function(module, id);
        }
    }
}

/// Whether the program may set a handler of this signal.
fn may_handle(module: &Module) -> bool {
    let is_setter = |id: FuncId| SETTERS.contains(&module.func(id).name.as_str());
    if !module.func_ids().any(is_setter) {
        return false;
    }
    let names = |id| matches!(module.constant(id).kind, ConstKind::Func(func) if is_setter(func));
    let is_harmless = |operand: &Operand| match operand {
        Operand::Const(id) => match module.constant(*id).kind {
            ConstKind::Int(signal) => signal != SIGNAL,
            ConstKind::Zero => true,
            _ => false,
        },
        Operand::Value(_) => false,
    };
    for instr in module.funcs.iter().flat_map(|func| &func.instrs) {
        let call = instr.op.call();
        let called =
            call.and_then(|call| module.direct_callee(call.callee)).filter(|id| is_setter(*id));
        if let (Some(call), Some(_)) = (call, called) {
            if !call.args.first().is_some_and(is_harmless) {
                return true;
            }
            if call.args.iter().any(|arg| matches!(arg, Operand::Const(id) if names(*id))) {
                return true;
            }
            continue;
        }
        let mut taken = false;
        instr.op.operands(|operand| taken |= matches!(operand, Operand::Const(id) if names(id)));
        if taken {
            return true;
        }
    }
    // In a variable, or in part of a constant.
    let holds = |kind: &ConstKind| {
        let mut found = false;
        match kind {
            ConstKind::Aggregate(members) => found = members.iter().copied().any(names),
            ConstKind::Expr(expr) => expr.operands(|id| found |= names(id)),
            _ => {}
        }
        found
    };
    module.globals.iter().filter_map(|global| global.init).any(names)
        || module.consts.iter().any(|constant| holds(&constant.kind))
}

/// What an instruction divides by, if that may have no quotient.
fn divisor(module: &Module, instr: &Instr) -> Option<Operand> {
    use BinaryOp::{SDiv, SRem, UDiv, URem};
    let Op::Binary { op: op @ (UDiv | SDiv | URem | SRem), rhs, .. } = instr.op else {
        return None;
    };
    let Operand::Const(id) = rhs else { return Some(rhs) };
    let bits = module.types.int_bits(instr.ty).filter(|bits| *bits <= 64);
    match (&module.constant(id).kind, bits) {
        (ConstKind::Int(0), _) => Some(rhs),
        (ConstKind::Int(by), Some(bits)) => {
            (is_signed(op) && *by == u64::MAX >> (64 - bits)).then_some(rhs)
        }
        (ConstKind::Wide(_), _) => None,
        _ => Some(rhs),
    }
}

fn is_signed(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::SDiv | BinaryOp::SRem)
}

/// What is the same for all functions of a program.
struct Work {
    kinds: Kinds,
    bit: TypeId,
    /// The type of the library's function, and its address.
    ask: TypeId,
    library: Operand,
}

/// A division to be asked about.
struct Division {
    op: BinaryOp,
    lhs: Operand,
    rhs: Operand,
    ty: TypeId,
    /// The bits of each number.
    bits: u32,
    location: Option<LocationId>,
}

impl Work {
    fn function(&self, module: &mut Module, id: FuncId) {
        let func = module.func(id).clone();
        let params: Vec<ValueId> = func.param_values().collect();
        let old = blocks(&func);
        // Blocks keep their numbers; what a block is cut into comes behind all others.
        let mut done: Vec<Vec<Instr>> = vec![Vec::new(); old.len()];
        // By block: the one that its last instruction is in now.
        let mut last: Vec<usize> = (0..old.len()).collect();
        let mut make =
            Maker { module, kinds: self.kinds, values: func.values.clone(), out: Vec::new() };
        for (index, block) in old.into_iter().enumerate() {
            let mut current = index;
            for mut instr in block {
                if let Some(division) = division(make.module, &instr) {
                    let by = self.ask(&mut make, &division, &mut done, &mut current);
                    if let Op::Binary { rhs, .. } = &mut instr.op {
                        *rhs = by;
                    }
                }
                make.out.push(instr);
            }
            done[current] = core::mem::take(&mut make.out);
            last[index] = current;
        }
        for instr in done.iter_mut().flatten() {
            // Those made here come from blocks that end where they say.
            if let Op::Phi { incoming } = &mut instr.op
                && instr.result.is_some_and(|id| id.index() < func.values.len())
            {
                for (_, from) in incoming {
                    *from = BlockId::new(last[from.index()]);
                }
            }
        }
        let values = make.values;
        fill(&mut module.funcs[id.index()], &values, &params, done);
    }

    /// Ends the current block with the question, and begins the one that goes on: what is divided by there.
    fn ask(
        &self,
        make: &mut Maker<'_>,
        division: &Division,
        done: &mut Vec<Vec<Instr>>,
        current: &mut usize,
    ) -> Operand {
        let Division { lhs: _, rhs, ty, .. } = *division;
        let head = BlockId::new(*current);
        let zero = constant(make.module, ty, ConstKind::Zero);
        // Wide ones are a function's, which knows of zero only, as natively.
        let overflows = is_signed(division.op) && division.bits <= 64;
        // One comparison is nearly always enough; of lanes all is asked at once.
        let looks = overflows && make.module.types.int_bits(ty).is_some();
        let first = done.len();
        let [none, on, look] = [0, 1, 2].map(|more| BlockId::new(first + more));
        done.extend(vec![Vec::new(); if looks { 3 } else { 2 }]);
        let mut incoming = vec![(rhs, head)];

        if looks {
            let one = make.number(ty, 1);
            let next = self.binary(make, BinaryOp::Add, rhs, one, ty);
            let cond =
                make.push(Op::ICmp { pred: IntPredicate::Ule, lhs: next, rhs: one }, self.bit);
            make.effect(Op::CondBr { cond, then: look, other: on });
            done[head.index()] = core::mem::take(&mut make.out);
        }
        let cond = self.without_quotient(make, division, zero, overflows);
        make.effect(Op::CondBr { cond, then: none, other: on });
        let asks = if looks { look } else { head };
        done[asks.index()] = core::mem::take(&mut make.out);
        if looks {
            incoming.push((rhs, look));
        }

        let call = plain_call(self.library, self.ask, Vec::new());
        let answer = make.push(call, self.kinds.word);
        if let Some(call) = make.out.last_mut() {
            call.location = division.location;
        }
        let answer = self.spread(make, answer, division);
        incoming.push((answer, none));
        make.effect(Op::Br { target: on });
        done[none.index()] = core::mem::take(&mut make.out);

        *current = on.index();
        make.push(Op::Phi { incoming }, ty)
    }

    fn binary(
        &self,
        make: &mut Maker<'_>,
        op: BinaryOp,
        lhs: Operand,
        rhs: Operand,
        ty: TypeId,
    ) -> Operand {
        let (wrap, fast) = Default::default();
        make.push(Op::Binary { op, lhs, rhs, wrap, fast }, ty)
    }

    /// Whether there is none, in any lane.
    fn without_quotient(
        &self,
        make: &mut Maker<'_>,
        division: &Division,
        zero: Operand,
        overflows: bool,
    ) -> Operand {
        let Division { lhs, rhs, ty, bits, .. } = *division;
        let lanes = make.module.types.vector(ty).map(|(_, lanes)| lanes);
        let answers = match lanes {
            Some(lanes) => make.module.types.intern(Type::Vector { elem: self.bit, len: lanes }),
            None => self.bit,
        };
        let pred = IntPredicate::Eq;
        let mut found = make.push(Op::ICmp { pred, lhs: rhs, rhs: zero }, answers);
        if overflows {
            let minus_one = self.filled(make, division, u64::MAX >> (64 - bits));
            let least = self.filled(make, division, 1 << (bits - 1));
            let back = make.push(Op::ICmp { pred, lhs: rhs, rhs: minus_one }, answers);
            let is_least = make.push(Op::ICmp { pred, lhs, rhs: least }, answers);
            let both = self.binary(make, BinaryOp::And, back, is_least, answers);
            found = self.binary(make, BinaryOp::Or, found, both, answers);
        }
        let Some(lanes) = lanes else { return found };
        let mut any = None;
        for lane in 0..lanes {
            let index = make.number(self.kinds.int, lane.into());
            let own = make.push(Op::ExtractElement { vec: found, index }, self.bit);
            any = Some(match any {
                Some(any) => self.binary(make, BinaryOp::Or, any, own, self.bit),
                None => own,
            });
        }
        any.unwrap_or(found)
    }

    /// A number, in all lanes.
    fn filled(&self, make: &mut Maker<'_>, division: &Division, number: u64) -> Operand {
        let vector = make.module.types.vector(division.ty);
        let Some((elem, lanes)) = vector else { return make.number(division.ty, number) };
        let Operand::Const(one) = make.number(elem, number) else {
            return make.number(elem, number);
        };
        let members = vec![one; lanes as usize].into_boxed_slice();
        constant(make.module, division.ty, ConstKind::Aggregate(members))
    }

    /// The library's answer as what is divided by.
    fn spread(&self, make: &mut Maker<'_>, answer: Operand, division: &Division) -> Operand {
        let scalar = make.module.types.scalar(division.ty);
        let wrap = WrapFlags::default();
        let op = match division.bits {
            ..64 => Some(CastOp::Trunc),
            64 => None,
            _ => Some(CastOp::ZExt),
        };
        let one = match op {
            Some(op) => make.push(Op::Cast { op, value: answer, wrap }, scalar),
            None => answer,
        };
        let Some((_, lanes)) = make.module.types.vector(division.ty) else { return one };
        let mut vec = constant(make.module, division.ty, ConstKind::Zero);
        for lane in 0..lanes {
            let index = make.number(self.kinds.int, lane.into());
            vec = make.push(Op::InsertElement { vec, value: one, index }, division.ty);
        }
        vec
    }
}

fn division(module: &Module, instr: &Instr) -> Option<Division> {
    let rhs = divisor(module, instr)?;
    let Op::Binary { op, lhs, .. } = instr.op else { return None };
    let bits = module.types.int_bits(module.types.scalar(instr.ty))?;
    Some(Division { op, lhs, rhs, ty: instr.ty, bits, location: instr.location })
}
