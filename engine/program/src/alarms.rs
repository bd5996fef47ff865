//! Where a program looks whether an alarm is due, in programs that set some.
//!
//! An alarm's handler is a function of the program, and so may it only be called where the program is between two of its
//! instructions, at every level. A program that can reach [`SETTER`] therefore looks by itself, from the moment it
//! is linked: whenever a loop goes round, and at the beginning of functions that call others. Looking costs an addition, for
//! a clock is asked only when [`COUNT`] is used up:
//!
//! ```text
//!        n = COUNT - 1; COUNT = n
//!        if (n < 0) goto look; goto on;
//!  look: __bf_look()                       asks the clock, may call the handler, sets COUNT
//!  on:   ...
//! ```
//!
//! Not in the C library, and not in the C++ library, whose functions may hold a lock: what waits in them asks
//! the clock itself. All other programs are as they were.

use alloc::borrow::ToOwned;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{
    BinaryOp, BlockId, ConstKind, FastMath, FuncId, Function, GlobalId, Instr, IntPredicate,
    Module, Op, Operand, Ordering, Type, TypeId, ValueId, WrapFlags,
};

use crate::build::{blocks, constant, fill, function_named, is_called, plain_call};
use crate::make::{Kinds, Maker};

/// The function of the C library that all alarms are set by.
const SETTER: &str = "setitimer";
/// The one that asks the clock, and its variable: how often there is no need to.
const LOOK: &str = "__bf_look";
const COUNT: &str = "__bf_looks";

/// Adds the names of functions that a linked program will call when it is settled.
pub(crate) fn needed(module: &Module, names: &mut BTreeSet<String>) {
    if module.funcs.iter().any(|func| func.name == SETTER && !func.is_declaration()) {
        names.insert(LOOK.to_owned());
    }
}

/// Settles a linked program. `is_own` says which functions are no library's.
pub(crate) fn settle(module: &mut Module, is_own: impl Fn(FuncId) -> bool) {
    let Some(look) = function_named(module, LOOK) else { return };
    let Some(count) = module.globals.iter().position(|global| global.name == COUNT) else { return };
    if is_called(module, look) {
        return;
    }
    let kinds = Kinds::of(module);
    let work = Work {
        kinds,
        bit: module.types.intern(Type::Int(1)),
        ty: module.func(look).ty,
        look: constant(module, kinds.ptr, ConstKind::Func(look)),
        count: constant(module, kinds.ptr, ConstKind::Global(GlobalId::new(count))),
    };
    for id in module.func_ids() {
        if is_own(id) && !module.func(id).is_declaration() {
            work.function(module, id);
        }
    }
}

/// What is the same for all functions of a program.
struct Work {
    kinds: Kinds,
    bit: TypeId,
    /// The library's function: its type and its address.
    ty: TypeId,
    look: Operand,
    /// The variable's address.
    count: Operand,
}

impl Work {
    fn function(&self, module: &mut Module, id: FuncId) {
        let func = module.func(id).clone();
        let places = places(module, &func);
        if places.iter().all(Option::is_none) {
            return;
        }
        let params: Vec<ValueId> = func.param_values().collect();
        let mut all = blocks(&func);
        // By block: the one that its last instruction is in now.
        let mut last: Vec<usize> = (0..all.len()).collect();
        let mut make =
            Maker { module, kinds: self.kinds, values: func.values.clone(), out: Vec::new() };
        for (index, place) in places.into_iter().enumerate() {
            let Some(place) = place else { continue };
            let rest = all[index].split_off(place);
            let [look, on] = [all.len(), all.len() + 1];
            last[index] = on;
            let (ptr, align, volatile) = (self.count, 4, false);
            let (atomic, ty) = (Some(Ordering::Monotonic), self.kinds.int);
            let lhs = make.push(Op::Load { ptr, align, volatile, atomic }, ty);
            let (op, rhs) = (BinaryOp::Sub, make.number(ty, 1));
            let (wrap, fast) = (WrapFlags::default(), FastMath::default());
            let value = make.push(Op::Binary { op, lhs, rhs, wrap, fast }, ty);
            make.effect(Op::Store { ptr, value, align, volatile, atomic });
            let (pred, rhs) = (IntPredicate::Slt, make.number(ty, 0));
            let cond = make.push(Op::ICmp { pred, lhs: value, rhs }, self.bit);
            let [then, other] = [look, on].map(BlockId::new);
            make.effect(Op::CondBr { cond, then, other });
            all[index].append(&mut make.out);
            make.effect(plain_call(self.look, self.ty, Vec::new()));
            make.effect(Op::Br { target: other });
            all.push(core::mem::take(&mut make.out));
            all.push(rest);
        }
        for instr in all.iter_mut().flatten() {
            if let Op::Phi { incoming } = &mut instr.op {
                for (_, from) in incoming {
                    *from = BlockId::new(last[from.index()]);
                }
            }
        }
        let values = make.values;
        fill(&mut module.funcs[id.index()], &values, &params, all);
    }
}

/// By block: before which of its instructions there is a look, if there is.
fn places(module: &Module, func: &Function) -> Vec<Option<usize>> {
    let mut places = vec![None; func.blocks.len()];
    for header in headers(func) {
        let block = func.block(header);
        let phis = block.iter().take_while(|instr| matches!(instr.op, Op::Phi { .. })).count();
        places[header.index()] = Some(phis);
    }
    // Who calls nobody is through in a moment, or in a loop.
    let calls = |instr: &Instr| {
        let Some(call) = instr.op.call() else { return false };
        module.direct_callee(call.callee).is_none_or(|to| !module.func(to).is_declaration())
    };
    if func.instrs.iter().any(calls)
        && let Some(first) = func.block_ids().next()
    {
        // Local variables stay in the first block.
        let is_variable = |instr: &Instr| matches!(instr.op, Op::Alloca { .. });
        let behind = func.block(first).iter().rposition(is_variable).map_or(0, |at| at + 1);
        places[first.index()] = Some(behind);
    }
    places
}

/// Blocks that control comes to again from one that it has reached from there: every way round leads through one.
fn headers(func: &Function) -> Vec<BlockId> {
    const NEW: u8 = 0;
    const UNDER_WAY: u8 = 1;
    const DONE: u8 = 2;
    let successors = |block: BlockId| {
        let mut all = Vec::new();
        func.terminator(block).op.successors(|to| all.push(to));
        all
    };
    let mut state = vec![NEW; func.blocks.len()];
    let mut found = vec![false; func.blocks.len()];
    let Some(first) = func.block_ids().next() else { return Vec::new() };
    let mut stack = vec![(first, successors(first))];
    state[first.index()] = UNDER_WAY;
    while let Some((block, left)) = stack.last_mut() {
        let Some(next) = left.pop() else {
            state[block.index()] = DONE;
            stack.pop();
            continue;
        };
        match state[next.index()] {
            NEW => {
                state[next.index()] = UNDER_WAY;
                stack.push((next, successors(next)));
            }
            UNDER_WAY => found[next.index()] = true,
            _ => {}
        }
    }
    func.block_ids().filter(|block| found[block.index()]).collect()
}
