//! Instructions that are put into functions, and what they are made of.

use alloc::borrow::ToOwned;
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{ConstKind, FuncId, Instr, Linkage, Module, Op, Operand, Type, TypeId, ValueId};

use crate::build::{constant, function_named, shell};

/// The host calls that come back to where they were called, and go there.
pub(crate) const CATCH: &str = "bf_catch";
pub(crate) const THROW: &str = "bf_throw";

/// The C library's list of attempts under way (`unwinding`), which is each thread's own.
pub(crate) const INNERMOST: &str = "__bf_attempts";

/// The types that new instructions have.
#[derive(Clone, Copy)]
pub(crate) struct Kinds {
    pub(crate) ptr: TypeId,
    pub(crate) byte: TypeId,
    pub(crate) int: TypeId,
    pub(crate) word: TypeId,
    pub(crate) void: TypeId,
    /// `void (ptr, i64)`: a body, and `bf_throw`.
    pub(crate) body: TypeId,
    /// `void (ptr, ptr)`: `bf_catch`.
    pub(crate) catch: TypeId,
}

impl Kinds {
    pub(crate) fn of(module: &mut Module) -> Self {
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
pub(crate) fn host_call(module: &mut Module, name: &str, ty: TypeId, kinds: &Kinds) -> Operand {
    let func = function_named(module, name).unwrap_or_else(|| {
        module.funcs.push(shell(name.to_owned(), ty, Linkage::External, 2));
        FuncId::new(module.funcs.len() - 1)
    });
    constant(module, kinds.ptr, ConstKind::Func(func))
}

/// Instructions in the making, with the values of their function.
pub(crate) struct Maker<'m> {
    pub(crate) module: &'m mut Module,
    pub(crate) kinds: Kinds,
    /// Types of all values so far; new ones come last, until [`fill`](crate::build::fill) puts them in order.
    pub(crate) values: Vec<TypeId>,
    pub(crate) out: Vec<Instr>,
}

impl Maker<'_> {
    pub(crate) fn push(&mut self, op: Op, ty: TypeId) -> Operand {
        let id = ValueId::new(self.values.len());
        let result = (ty != self.kinds.void).then_some(id);
        self.values.extend(result.map(|_| ty));
        self.out.push(Instr::new(op, ty, result));
        Operand::Value(id)
    }

    pub(crate) fn effect(&mut self, op: Op) {
        self.push(op, self.kinds.void);
    }

    pub(crate) fn number(&mut self, ty: TypeId, value: u64) -> Operand {
        constant(self.module, ty, ConstKind::Int(value))
    }

    pub(crate) fn at(&mut self, base: Operand, offset: u64) -> Operand {
        let index = self.number(self.kinds.word, offset);
        let ty = self.kinds.byte;
        self.push(Op::Gep { ty, base, indices: vec![index], inbounds: false }, self.kinds.ptr)
    }

    pub(crate) fn load(&mut self, base: Operand, offset: u64, ty: TypeId) -> Operand {
        let (ptr, align) = (self.at(base, offset), self.align(ty));
        self.push(Op::Load { ptr, align, volatile: false, atomic: None }, ty)
    }

    /// A load into a value that there is.
    pub(crate) fn load_as(&mut self, base: Operand, offset: u64, ty: TypeId, result: ValueId) {
        let (ptr, align) = (self.at(base, offset), self.align(ty));
        let op = Op::Load { ptr, align, volatile: false, atomic: None };
        self.out.push(Instr::new(op, ty, Some(result)));
    }

    pub(crate) fn store(&mut self, base: Operand, offset: u64, value: Operand, ty: TypeId) {
        let (ptr, align) = (self.at(base, offset), self.align(ty));
        self.effect(Op::Store { ptr, value, align, volatile: false, atomic: None });
    }

    fn align(&self, ty: TypeId) -> u32 {
        bareflow_ir::layout::align_of(&self.module.types, ty) as u32
    }
}
