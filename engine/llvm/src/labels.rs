//! Labels as numbers, for whoever takes a whole program to LLVM.
//!
//! The engine reads the address of a block as a number, and computes with it where a program takes
//! the difference of two. So nothing but these numbers may come out of such a program's tables, and
//! an indirect branch is a switch over them.

use alloc::vec::Vec;

use bareflow_ir::{
    Block, BlockId, CastOp, Const, ConstExpr, ConstId, ConstKind, Function, Instr, Module, Op,
    Operand, Type, TypeId, ValueId, WrapFlags, data,
};

/// The module with numbers for labels. In its table constants may come before what they refer to.
#[must_use]
pub fn numbered(module: &Module) -> Module {
    let mut module = module.clone();
    let word = module.types.intern(Type::Int(64));
    for at in 0..module.consts.len() {
        if let ConstKind::BlockAddr(_, block) = module.consts[at].kind {
            let value = int(&mut module.consts, word, data::label_value(block));
            module.consts[at].kind =
                ConstKind::Expr(ConstExpr::Cast { op: CastOp::IntToPtr, value });
        }
    }
    let void = module.types.intern(Type::Void);
    let Module { funcs, consts, .. } = &mut module;
    for func in funcs {
        if func.instrs.iter().any(|instr| matches!(instr.op, Op::IndirectBr { .. })) {
            switches(func, consts, word, void);
        }
    }
    module
}

fn int(consts: &mut Vec<Const>, ty: TypeId, value: u64) -> ConstId {
    consts.push(Const { ty, kind: ConstKind::Int(value) });
    ConstId::new(consts.len() - 1)
}

/// Makes switches of the indirect branches of a function, each with a number of its address before
/// it, which moves the numbers of all later values.
fn switches(func: &mut Function, consts: &mut Vec<Const>, word: TypeId, void: TypeId) {
    let nowhere = BlockId::new(func.blocks.len());
    let params = func.params.len();
    // Where results moved to, by old number.
    let mut moved: Vec<ValueId> = (0..params).map(ValueId::new).collect();
    let mut values: Vec<TypeId> = func.values[..params].to_vec();
    let mut instrs: Vec<Instr> = Vec::new();
    let mut blocks = Vec::new();
    let mut indirect = Vec::new();
    for (id, block) in func.blocks.iter().enumerate() {
        let start = instrs.len() as u32;
        for instr in &func.instrs[block.instrs.start as usize..block.instrs.end as usize] {
            let mut instr = instr.clone();
            if let Op::IndirectBr { address, targets } = &instr.op {
                indirect.push(BlockId::new(id));
                let op =
                    Op::Cast { op: CastOp::PtrToInt, value: *address, wrap: WrapFlags::default() };
                let result = ValueId::new(values.len());
                values.push(word);
                instrs.push(Instr::new(op, word, Some(result)));
                let mut cases: Vec<(ConstId, BlockId)> = Vec::new();
                for target in targets {
                    if cases.iter().all(|(_, known)| known != target) {
                        cases.push((int(consts, word, data::label_value(*target)), *target));
                    }
                }
                // The number itself is not to be moved below.
                let value = Operand::Value(ValueId(u32::MAX - result.0));
                instr.op = Op::Switch { value, cases, default: nowhere };
            }
            if instr.result.is_some() {
                let result = ValueId::new(values.len());
                values.push(instr.ty);
                moved.push(result);
                instr.result = Some(result);
            }
            instrs.push(instr);
        }
        blocks.push(Block { instrs: start..instrs.len() as u32 });
    }
    for instr in &mut instrs {
        instr.op.operands_mut(|operand| {
            if let Operand::Value(value) = operand {
                *value = match moved.get(value.index()) {
                    Some(moved) => *moved,
                    None => ValueId(u32::MAX - value.0),
                };
            }
        });
        // A switch has one edge where there were several.
        if let Op::Phi { incoming } = &mut instr.op {
            let mut seen: Vec<BlockId> = Vec::new();
            incoming.retain(|(_, from)| {
                let again = indirect.contains(from) && seen.contains(from);
                seen.push(*from);
                !again
            });
        }
    }
    let start = instrs.len() as u32;
    instrs.push(Instr::new(Op::Unreachable, void, None));
    blocks.push(Block { instrs: start..start + 1 });
    (func.values, func.instrs, func.blocks) = (values, instrs, blocks);
}
