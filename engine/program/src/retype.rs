//! A linked program in which one type becomes another, and what was of it still known.
//!
//! Both types have the same size and alignment, so that no offset changes. Floats that no level computes with become
//! what every level knows ([`crate::long_double`], [`crate::quad`]).

use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{ConstExpr, ConstId, ConstKind, FuncId, Module, Op, Operand, Type, TypeId};

/// Which types hold `inner`, by their numbers.
fn holding(module: &Module, inner: TypeId) -> Vec<bool> {
    let mut holds: Vec<bool> = Vec::with_capacity(module.types.len());
    for (id, ty) in module.types.iter() {
        let is = |ty: &TypeId| holds[ty.index()];
        holds.push(match ty {
            Type::Vector { elem, .. } | Type::Array { elem, .. } => is(elem),
            Type::Struct { fields, .. } => fields.iter().any(is),
            Type::Func { ret, params, .. } => is(ret) || params.iter().any(is),
            _ => id == inner,
        });
    }
    holds
}

/// Whether anything in the module has to do with `inner`: also where nothing but a constant is of it, which an
/// instruction stores or passes.
pub(crate) fn is_used(module: &Module, inner: TypeId) -> bool {
    let holds = holding(module, inner);
    let is = |ty: &TypeId| holds[ty.index()];
    // Most programs have none, and then no operand is looked at.
    let has_constants = module.consts.iter().any(|constant| is(&constant.ty));
    let in_op = |op: &Op| {
        let mut found = match op {
            Op::Alloca { ty, .. } | Op::Gep { ty, .. } => is(ty),
            Op::Call(call) | Op::Invoke { call, .. } => is(&call.ty),
            _ => false,
        };
        if has_constants {
            op.operands(|operand| {
                if let Operand::Const(id) = operand {
                    found |= is(&module.constant(id).ty);
                }
            });
        }
        found
    };
    module.funcs.iter().any(|func| {
        is(&func.ty) || func.values.iter().any(is) || func.instrs.iter().any(|at| in_op(&at.op))
    }) || module.globals.iter().any(|global| is(&global.ty))
}

/// Makes functions of the library of the intrinsics that `library` has a name for.
pub(crate) fn name_functions(module: &mut Module, library: impl Fn(&str) -> Option<String>) {
    let mut named: Vec<(FuncId, FuncId)> = Vec::new();
    for id in module.func_ids() {
        let Some(name) = library(&module.func(id).name) else { continue };
        let known = module.funcs.iter().position(|func| func.name == name);
        named.extend(known.map(|to| (id, FuncId::new(to))));
    }
    for constant in &mut module.consts {
        if let ConstKind::Func(func) = &mut constant.kind
            && let Some((_, to)) = named.iter().find(|(from, _)| from == func)
        {
            *func = *to;
        }
    }
}

/// What types become, and what they and constants were.
#[derive(Debug)]
pub(crate) struct Retyped {
    /// The type that is no more.
    from: TypeId,
    /// By the numbers that types have had.
    new: Vec<TypeId>,
    /// The types of the constants that there were.
    consts: Vec<TypeId>,
}

impl Retyped {
    /// Makes `to` of `from`, and `param` of it where it is passed.
    pub(crate) fn of(module: &mut Module, from: TypeId, to: TypeId, param: TypeId) -> Self {
        let old: Vec<Type> = module.types.iter().map(|(_, ty)| ty.clone()).collect();
        let scalar = !matches!(module.types.get(to), Type::Vector { .. });
        let mut new: Vec<TypeId> = Vec::with_capacity(old.len());
        for (at, ty) in old.into_iter().enumerate() {
            let id = TypeId::new(at);
            let of = |id: TypeId| new[id.index()];
            let changed = match ty {
                _ if id == from => {
                    new.push(to);
                    continue;
                }
                Type::Vector { elem, len } if elem != from || scalar => {
                    Type::Vector { elem: of(elem), len }
                }
                // There are no vectors of vectors; whatever uses this one is refused.
                Type::Vector { elem, len } => Type::Array { elem: of(elem), len: u64::from(len) },
                Type::Array { elem, len } => Type::Array { elem: of(elem), len },
                Type::Struct { fields, packed } => {
                    Type::Struct { fields: fields.iter().map(|ty| of(*ty)).collect(), packed }
                }
                Type::Func { ret, params, varargs } => {
                    let param = |ty: &TypeId| if *ty == from { param } else { of(*ty) };
                    let params = params.iter().map(param).collect();
                    Type::Func { ret: of(ret), params, varargs }
                }
                other => other,
            };
            debug_assert!(new.len() == id.index());
            new.push(module.types.intern(changed));
        }
        let consts = module.consts.iter().map(|constant| constant.ty).collect();
        Self { from, new, consts }
    }

    /// What a type becomes; new ones stay.
    pub(crate) fn ty(&self, old: TypeId) -> TypeId {
        self.new.get(old.index()).copied().unwrap_or(old)
    }

    /// Whether a type is the one that is no more.
    pub(crate) fn is(&self, old: TypeId) -> bool {
        old == self.from
    }

    /// The type that an operand had, `values` being those of its function.
    pub(crate) fn was(&self, values: &[TypeId], operand: Operand) -> Option<TypeId> {
        match operand {
            Operand::Value(id) => values.get(id.index()).copied(),
            Operand::Const(id) => self.consts.get(id.index()).copied(),
        }
    }

    /// Changes what is no function's: variables, and constants, whose numbers become what `number` makes of
    /// their bits.
    pub(crate) fn finish(&self, module: &mut Module, number: impl Fn(u128) -> ConstKind) {
        for constant in module.consts.iter_mut().take(self.consts.len()) {
            if self.is(constant.ty)
                && let ConstKind::LongFloat(bits) = constant.kind
            {
                constant.kind = number(bits);
            }
            constant.ty = self.ty(constant.ty);
        }
        for global in &mut module.globals {
            global.ty = self.ty(global.ty);
        }
    }

    /// Whether a constant computes with numbers of the type, which nothing does before programs run.
    pub(crate) fn computes(&self, module: &Module, id: ConstId) -> bool {
        let is = |id: ConstId| self.consts.get(id.index()).is_some_and(|ty| self.is(*ty));
        let ConstKind::Expr(expr) = &module.constant(id).kind else { return false };
        let mut found = is(id);
        ConstExpr::operands(expr, |operand| found |= is(operand));
        found
    }

    /// Whether an operation uses a constant that computes.
    pub(crate) fn has_computing(&self, module: &Module, op: &Op) -> bool {
        let mut computes = false;
        op.operands(|operand| {
            if let Operand::Const(id) = operand {
                computes |= self.computes(module, id);
            }
        });
        computes
    }
}
