//! What the code is made of that divided functions get.

use alloc::borrow::ToOwned;

use bareflow_ir::{ConstKind, FuncId, Instr, Linkage, Module, Operand, Type, TypeId, ValueId};

use crate::build::{constant, function_named, shell};

/// The host calls below.
pub(super) const CATCH: &str = "bf_catch";
pub(super) const THROW: &str = "bf_throw";

/// Offset in a frame of what `setjmp` returns.
pub(super) const VALUE: u64 = 8;
/// Offset in a buffer of the number to go on at.
pub(super) const NUMBER: u64 = 8;

/// The function that an instruction calls by its name.
pub(super) fn callee(module: &Module, instr: &Instr) -> Option<FuncId> {
    module.direct_callee(instr.op.call()?.callee)
}

/// The types that new instructions have.
#[derive(Clone, Copy)]
pub(super) struct Kinds {
    pub(super) ptr: TypeId,
    pub(super) byte: TypeId,
    pub(super) int: TypeId,
    pub(super) word: TypeId,
    pub(super) void: TypeId,
    /// `void (ptr, i64)`: a body, and `bf_throw`.
    pub(super) body: TypeId,
    /// `void (ptr, ptr)`: `bf_catch`.
    pub(super) catch: TypeId,
}

impl Kinds {
    pub(super) fn of(module: &mut Module) -> Self {
        let types = &mut module.types;
        let (ptr, void) = (types.intern(Type::Ptr), types.intern(Type::Void));
        let [byte, int, word] = [8, 32, 64].map(|bits| types.intern(Type::Int(bits)));
        let mut function = |params: [TypeId; 2]| {
            types.intern(Type::Func { ret: void, params: params.into(), varargs: false })
        };
        let (body, catch) = (function([ptr, word]), function([ptr, ptr]));
        Self { ptr, byte, int, word, void, body, catch }
    }
}

/// A host call, declared unless it is, as something to call.
pub(super) fn host_call(module: &mut Module, name: &str, ty: TypeId, kinds: &Kinds) -> Operand {
    let func = function_named(module, name).unwrap_or_else(|| {
        module.funcs.push(shell(name.to_owned(), ty, Linkage::External, 2));
        FuncId::new(module.funcs.len() - 1)
    });
    constant(module, kinds.ptr, ConstKind::Func(func))
}

pub(super) fn value(at: usize) -> Operand {
    Operand::Value(ValueId::new(at))
}
