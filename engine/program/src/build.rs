//! Making functions, for whatever is settled when a program is linked.

use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{
    Block, BlockId, CallInfo, Const, ConstId, ConstKind, FastMath, FuncId, Function, FunctionFlags,
    Instr, Linkage, Module, Op, Operand, ParamAttrs, TypeId, ValueId,
};

/// A new constant.
pub(crate) fn constant(module: &mut Module, ty: TypeId, kind: ConstKind) -> Operand {
    module.consts.push(Const { ty, kind });
    Operand::Const(ConstId::new(module.consts.len() - 1))
}

/// The function of a name, if there is one.
pub(crate) fn function_named(module: &Module, name: &str) -> Option<FuncId> {
    module.funcs.iter().position(|func| func.name == name).map(FuncId::new)
}

/// Whether a function is called by its name: what only settled code calls is, in a program that was linked before.
pub(crate) fn is_called(module: &Module, func: FuncId) -> bool {
    let calls = |instr: &Instr| {
        instr.op.call().is_some_and(|call| module.direct_callee(call.callee) == Some(func))
    };
    module.funcs.iter().flat_map(|func| &func.instrs).any(calls)
}

/// A function without a body.
pub(crate) fn shell(name: String, ty: TypeId, linkage: Linkage, params: usize) -> Function {
    Function {
        name,
        ty,
        linkage,
        comdat: None,
        params: alloc::vec![ParamAttrs::default(); params],
        ret: ParamAttrs::default(),
        flags: FunctionFlags::default(),
        values: Vec::new(),
        instrs: Vec::new(),
        blocks: Vec::new(),
    }
}

/// A call without attributes.
pub(crate) fn plain_call(callee: Operand, ty: TypeId, args: Vec<Operand>) -> Op {
    let (attrs, fast) = (Vec::new(), FastMath::default());
    Op::Call(CallInfo { callee, ty, args, attrs, tail: false, must_tail: false, fast })
}

/// The instructions of each block.
pub(crate) fn blocks(func: &Function) -> Vec<Vec<Instr>> {
    func.block_ids().map(|id: BlockId| func.block(id).to_vec()).collect()
}

/// Gives a function a body of these blocks, whose values have any numbers: `types` are those of all,
/// `params` the ones of the parameters.
pub(crate) fn fill(
    func: &mut Function,
    types: &[TypeId],
    params: &[ValueId],
    blocks: Vec<Vec<Instr>>,
) {
    let mut new = vec![None; types.len()];
    func.values = Vec::with_capacity(types.len());
    let results = blocks.iter().flatten().filter_map(|instr| instr.result);
    for id in params.iter().copied().chain(results) {
        new[id.index()] = Some(ValueId::new(func.values.len()));
        func.values.push(types[id.index()]);
    }
    let renamed = |id: ValueId| new[id.index()].unwrap_or(id);
    func.instrs = Vec::with_capacity(blocks.iter().map(Vec::len).sum());
    func.blocks = Vec::with_capacity(blocks.len());
    for block in blocks {
        let start = func.instrs.len() as u32;
        for mut instr in block {
            instr.result = instr.result.map(renamed);
            instr.op.operands_mut(|operand| {
                if let Operand::Value(id) = operand {
                    *id = renamed(*id);
                }
            });
            func.instrs.push(instr);
        }
        func.blocks.push(Block { instrs: start..func.instrs.len() as u32 });
    }
}
