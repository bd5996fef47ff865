//! Blocks that no boot ever ran: each becomes a call of a trap that names its function.
//!
//! Only the interpreter counts blocks, so only functions that never left it are cut: neither was
//! code made of them, nor do they seem to be part of the code of a function that calls them
//! ([`uncertain`]).
//! Counts that cannot be told (behind an indirect branch) count as run, and so do ways that depend on where
//! something lies ([`places`]).

use alloc::collections::BTreeSet;
use alloc::format;
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

/// What the trap of a function is called, behind the function's own name.
pub const SUFFIX: &str = ".never";

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
/// some.
pub fn cut(grown: &Grown, module: u32, uncertain: &BTreeSet<FuncId>) -> (Module, BTreeSet<FuncId>) {
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
        let trap = declare_trap(&mut ir, func);
        let whole = ir.funcs[func.index()].clone();
        ir.funcs[func.index()] = without(&whole, &ran, &trap);
        // Counts that contradict each other could leave a use without its definition.
        if verify::verify_func(&ir, func).is_err() {
            ir.funcs[func.index()] = whole;
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

/// The trap of a function: its address, and the type of a call of it.
struct Trap {
    callee: ConstId,
    ty: TypeId,
    void: TypeId,
}

fn declare_trap(ir: &mut Module, func: FuncId) -> Trap {
    let void = ir.types.intern(Type::Void);
    let ty = ir.types.intern(Type::Func { ret: void, params: Vec::new(), varargs: false });
    let pointer = ir.types.intern(Type::Ptr);
    let name = format!("{}{SUFFIX}", ir.func(func).name);
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
    Trap { callee: ConstId::new(ir.consts.len() - 1), ty, void }
}

/// The function with a call of `trap` in place of every block that did not run.
fn without(func: &Function, ran: &[bool], trap: &Trap) -> Function {
    let call = CallInfo {
        callee: Operand::Const(trap.callee),
        ty: trap.ty,
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
            let instr = |op| Instr::new(op, trap.void, None);
            new.instrs.extend([instr(Op::Call(call.clone())), instr(Op::Unreachable)]);
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
