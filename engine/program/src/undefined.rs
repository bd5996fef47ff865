//! Functions that nothing defines, where a program is to run in spite of them: each gets a body that ends the
//! program and names it.
//!
//! Variables have no such place: one that nothing defines keeps a program from running whatever was asked for.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::vec::Vec;

use bareflow_ir::{
    Block, Const, ConstId, ConstKind, FuncId, Global, GlobalId, Instr, Linkage, Module, Op,
    Operand, Type, TypeId,
};

use crate::build::{constant, function_named, plain_call, shell};

/// What is done about names that nothing defines and a program can reach.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Undefined {
    /// The program does not run; all of them are said.
    #[default]
    Refuse,
    /// A function ends the program when it is called.
    Trap,
}

/// The host call that ends a program with a message.
const ABORT: &str = "bf_abort";

/// Gives each of these functions a body that says its name and ends the program.
pub(crate) fn trap(module: &mut Module, missing: &[FuncId]) {
    if missing.is_empty() {
        return;
    }
    let void = module.types.intern(Type::Void);
    let pointer = module.types.intern(Type::Ptr);
    let ty =
        module.types.intern(Type::Func { ret: void, params: Vec::from([pointer]), varargs: false });
    let abort = function_named(module, ABORT).unwrap_or_else(|| {
        module.funcs.push(shell(ABORT.to_owned(), ty, Linkage::External, 1));
        FuncId::new(module.funcs.len() - 1)
    });
    // The type that the program declares it with, which may be its own.
    let ty = module.func(abort).ty;
    let callee = constant(module, pointer, ConstKind::Func(abort));
    for id in missing {
        let name = module.func(*id).name.clone();
        let text = text(module, &name, pointer);
        let params = match module.types.signature(module.func(*id).ty) {
            Some((_, params, _)) => params.to_vec(),
            None => Vec::new(),
        };
        let func = &mut module.funcs[id.index()];
        func.values = params;
        func.instrs = Vec::from([
            Instr::new(plain_call(callee, ty, Vec::from([text])), void, None),
            Instr::new(Op::Unreachable, void, None),
        ]);
        func.blocks = Vec::from([Block { instrs: 0..2 }]);
        // It is short, and would be put in place of its calls: then they would not be seen for what they are.
        func.flags.noinline = true;
    }
}

/// What is said when a function is called, as a variable.
fn text(module: &mut Module, name: &str, pointer: TypeId) -> Operand {
    let bytes = format!("`{name}` was called, which is not defined\0").into_bytes();
    let byte = module.types.intern(Type::Int(8));
    let ty = module.types.intern(Type::Array { elem: byte, len: bytes.len() as u64 });
    module.consts.push(Const { ty, kind: ConstKind::Data(bytes.into_boxed_slice()) });
    let init = ConstId::new(module.consts.len() - 1);
    module.globals.push(Global {
        name: format!("{name}.undefined"),
        ty,
        init: Some(init),
        constant: true,
        align: 1,
        linkage: Linkage::Internal,
        comdat: None,
        section: None,
        thread_local: false,
    });
    let id = GlobalId::new(module.globals.len() - 1);
    constant(module, pointer, ConstKind::Global(id))
}
