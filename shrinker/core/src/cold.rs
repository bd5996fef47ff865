//! Blocks that no boot ever ran: each becomes a call of a trap that names its function.
//!
//! Where an image can go back, each way into them has a trap of its own, which names the block as well: a function may have
//! many such ways, and having come back for one of them, and learnt it, is not to have come back for the next.
//!
//! Only the interpreter counts blocks, so only functions that never left it are cut: neither was
//! code made of them, nor do they seem to be part of the code of a function that calls them
//! ([`uncertain`]).
//! Counts that cannot be told (behind an indirect branch) count as run, and so do ways that depend on where
//! something lies ([`places`]).

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{
    Block, BlockId, CallInfo, Const, ConstId, ConstKind, FastMath, FuncId, Function, FunctionFlags,
    Instr, Linkage, Module, Op, Operand, ParamAttrs, Type, TypeId, ValueId, verify,
};
use bareflow_profile::FunctionProfile;
use snapshot_fmt::{FunctionRecord, Target};

use crate::grown::Grown;
use crate::places;

/// What the trap of a function is called, behind the function's own name; the number of a block follows where blocks
/// have their own.
const SUFFIX: &str = ".never";

/// The function that a trap speaks of, by the trap's symbol, and the block, if it has its own.
pub fn of_trap(symbol: &str) -> Option<(&str, Option<u32>)> {
    if let Some(function) = symbol.strip_suffix(SUFFIX) {
        return Some((function, None));
    }
    let (trap, block) = symbol.rsplit_once('.')?;
    Some((trap.strip_suffix(SUFFIX)?, Some(block.parse().ok()?)))
}

/// Functions of module `module` whose counts do not say all: those that may have run as a part of
/// others, since compiled code of a caller does not call them as often as its IR does, and those
/// that only compiled code calls (the interpreter fills memory by itself), with what they call.
pub fn uncertain(grown: &Grown, module: u32) -> BTreeSet<FuncId> {
    let ir = &grown.programs[module as usize].module;
    let helpers = bareflow_program::helpers(ir);
    let mut found: BTreeSet<FuncId> =
        ir.func_ids().filter(|func| helpers.contains(&ir.func(*func).name)).collect();
    let mut work: Vec<FuncId> = found.iter().copied().collect();
    while let Some(from) = work.pop() {
        work.extend(direct_calls(ir, from).filter(|callee| found.insert(*callee)));
    }
    for func in ir.func_ids() {
        let Some(record) = grown.record(module, func) else { continue };
        if !was_compiled(record) {
            continue;
        }
        let mut work = vec![func];
        let mut seen = BTreeSet::from([func]);
        while let Some(from) = work.pop() {
            for callee in direct_calls(ir, from) {
                let sites = direct_calls(ir, from).filter(|other| *other == callee).count();
                let called = ir.func(callee);
                let whole = called.stays_apart() || sites <= calls_in(record, &called.name);
                if !whole && !ir.func(callee).is_declaration() && seen.insert(callee) {
                    found.insert(callee);
                    work.push(callee);
                }
            }
        }
    }
    found
}

fn was_compiled(record: &FunctionRecord) -> bool {
    record.compiles > 0 || record.object.is_some() || !record.osr.is_empty()
}

fn direct_calls(ir: &Module, func: FuncId) -> impl Iterator<Item = FuncId> {
    let calls = ir.func(func).instrs.iter().filter_map(|instr| instr.op.call());
    calls.filter_map(|call| ir.direct_callee(call.callee))
}

/// How often the code of a function refers to `name`.
fn calls_in(record: &FunctionRecord, name: &str) -> usize {
    let osr = record.osr.iter().map(|osr| &osr.object);
    let counts = record.object.iter().chain(osr).map(|object| {
        let of = |target: &Target| matches!(target, Target::Symbol(symbol) if symbol == name);
        object.relocs.iter().filter(|reloc| of(&reloc.target)).count()
    });
    counts.min().unwrap_or(0)
}

/// A copy of the IR of `module` without the blocks that never ran, and the functions that lost
/// some. `by_block`: each way into them has a trap of its own.
pub fn cut(
    grown: &Grown,
    module: u32,
    uncertain: &BTreeSet<FuncId>,
    by_block: bool,
) -> (Module, BTreeSet<FuncId>) {
    let mut ir = Module::clone(&grown.programs[module as usize].module);
    let mut lost = BTreeSet::new();
    let ids: Vec<FuncId> = ir.func_ids().collect();
    for func in ids {
        let profile = grown.profile(module, func);
        let known = profile.calls > 0 && profile.blocks.len() == ir.func(func).blocks.len();
        let counted = grown.record(module, func).is_some_and(|record| !was_compiled(record));
        if !known || !counted || uncertain.contains(&func) {
            continue;
        }
        let ran = blocks_that_ran(&ir, ir.func(func), profile);
        if ran.iter().all(|ran| *ran) {
            continue;
        }
        let whole = ir.funcs[func.index()].clone();
        let before = (ir.funcs.len(), ir.consts.len());
        let traps = Traps::of(&mut ir, func, &ran, by_block);
        ir.funcs[func.index()] = without(&whole, &ran, &traps);
        // Counts that contradict each other could leave a use without its definition.
        if verify::verify_func(&ir, func).is_err() {
            ir.funcs[func.index()] = whole;
            ir.funcs.truncate(before.0);
            ir.consts.truncate(before.1);
        } else {
            lost.insert(func);
        }
    }
    (ir, lost)
}

fn blocks_that_ran(ir: &Module, func: &Function, profile: &FunctionProfile) -> Vec<bool> {
    let mut ran: Vec<bool> = profile.blocks.iter().map(|count| *count > 0).collect();
    ran[0] = true;
    let by_place = places::depend(ir, func);
    // Blocks that were not counted since nothing lay where it would have led to them.
    let mut untold = vec![false; ran.len()];
    let mut work: Vec<usize> = (0..ran.len()).filter(|block| ran[*block]).collect();
    while let Some(block) = work.pop() {
        let terminator = &func.terminator(BlockId::new(block)).op;
        let chosen_by = match terminator {
            Op::CondBr { cond, .. } => Some(*cond),
            Op::Switch { value, .. } => Some(*value),
            _ => None,
        };
        let of_place = chosen_by.is_some_and(|value| places::holds(&by_place, value));
        if chosen_by.is_some() && !of_place && !untold[block] {
            // Each way was counted by itself.
            continue;
        }
        let untold_from_here = of_place || untold[block];
        terminator.successors(|to| {
            if !core::mem::replace(&mut ran[to.index()], true) {
                untold[to.index()] = untold_from_here;
                work.push(to.index());
            }
        });
    }
    ran
}

/// The traps of a function: the address of each, and the type of a call of any.
struct Traps {
    /// By block; `None` for blocks that ran, and for those that only cut ones lead to.
    of: Vec<Option<ConstId>>,
    ty: TypeId,
    void: TypeId,
}

impl Traps {
    /// Declares them.
    fn of(ir: &mut Module, func: FuncId, ran: &[bool], by_block: bool) -> Self {
        let void = ir.types.intern(Type::Void);
        let ty = ir.types.intern(Type::Func { ret: void, params: Vec::new(), varargs: false });
        let name = format!("{}{SUFFIX}", ir.func(func).name);
        let mut of = vec![None; ran.len()];
        if !by_block {
            let one = declare_trap(ir, name, ty);
            for (of, _) in of.iter_mut().zip(ran).filter(|(_, ran)| !**ran) {
                *of = Some(one);
            }
            return Self { of, ty, void };
        }
        let mut entered = BTreeSet::new();
        let body = ir.func(func);
        for block in body.block_ids().filter(|block| ran[block.index()]) {
            body.terminator(block).op.successors(|to| {
                entered.extend((!ran[to.index()]).then_some(to));
            });
        }
        for block in entered {
            of[block.index()] = Some(declare_trap(ir, format!("{name}.{}", block.0), ty));
        }
        Self { of, ty, void }
    }
}

/// Declares a trap: its address.
fn declare_trap(ir: &mut Module, name: String, ty: TypeId) -> ConstId {
    let pointer = ir.types.intern(Type::Ptr);
    ir.consts.push(Const { ty: pointer, kind: ConstKind::Func(FuncId::new(ir.funcs.len())) });
    ir.funcs.push(Function {
        name,
        ty,
        linkage: Linkage::External,
        comdat: None,
        params: Vec::new(),
        ret: ParamAttrs::default(),
        flags: FunctionFlags { noreturn: true, cold: true, ..FunctionFlags::default() },
        values: Vec::new(),
        instrs: Vec::new(),
        blocks: Vec::new(),
    });
    ConstId::new(ir.consts.len() - 1)
}

/// The function with a call of its trap in place of every block that did not run.
fn without(func: &Function, ran: &[bool], traps: &Traps) -> Function {
    let call = |trap| CallInfo {
        callee: Operand::Const(trap),
        ty: traps.ty,
        args: Vec::new(),
        attrs: Vec::new(),
        tail: false,
        must_tail: false,
        fast: FastMath::default(),
    };
    let mut new = Function { values: Vec::new(), instrs: Vec::new(), ..func.clone() };
    new.values.extend(&func.values[..func.params.len()]);
    let mut place: Vec<ValueId> = (0..func.values.len()).map(ValueId::new).collect();
    for (block, ran_it) in func.block_ids().zip(ran) {
        let start = new.instrs.len() as u32;
        if *ran_it {
            for instr in func.block(block) {
                let mut instr = instr.clone();
                if let Op::Phi { incoming } = &mut instr.op {
                    incoming.retain(|(_, from)| ran[from.index()]);
                }
                if let Some(result) = &mut instr.result {
                    place[result.index()] = ValueId::new(new.values.len());
                    *result = ValueId::new(new.values.len());
                    new.values.push(instr.ty);
                }
                new.instrs.push(instr);
            }
        } else {
            let instr = |op| Instr::new(op, traps.void, None);
            let trap = traps.of[block.index()].map(|trap| instr(Op::Call(call(trap))));
            new.instrs.extend(trap.into_iter().chain([instr(Op::Unreachable)]));
        }
        new.blocks[block.index()] = Block { instrs: start..new.instrs.len() as u32 };
    }
    for instr in &mut new.instrs {
        instr.op.operands_mut(|operand| {
            if let Operand::Value(value) = operand {
                *value = place[value.index()];
            }
        });
    }
    new
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trap_says_whose_part_it_stands_for() {
        assert_eq!(of_trap("m:main.never"), Some(("m:main", None)));
        assert_eq!(of_trap("m:main.never.12"), Some(("m:main", Some(12))));
        // Programs have such names, too.
        assert_eq!(of_trap("m:a.never.never"), Some(("m:a.never", None)));
        assert_eq!(of_trap("m:a.12"), None);
        assert_eq!(of_trap("m:main"), None);
    }
}
