//! Types with `long double` in them, and what they become.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bareflow_ir::{ConstExpr, ConstId, ConstKind, Module, Operand, ParamAttrs, Type, TypeId};

/// Which types hold `long`, by their numbers.
pub(super) fn holding(module: &Module, long: TypeId) -> Vec<bool> {
    let mut holds: Vec<bool> = Vec::with_capacity(module.types.len());
    for (id, ty) in module.types.iter() {
        let is = |ty: &TypeId| holds[ty.index()];
        holds.push(match ty {
            Type::Vector { elem, .. } | Type::Array { elem, .. } => is(elem),
            Type::Struct { fields, .. } => fields.iter().any(is),
            Type::Func { ret, params, .. } => is(ret) || params.iter().any(is),
            _ => id == long,
        });
    }
    holds
}

/// What types become, and what they and constants were.
pub(super) struct Change {
    /// The type `x86_fp80`.
    long: TypeId,
    /// By the numbers that types have had.
    new: Vec<TypeId>,
    /// The types of the constants that there were.
    consts: Vec<TypeId>,
    pub(super) wide: TypeId,
    pub(super) ptr: TypeId,
    pub(super) void: TypeId,
    pub(super) double: TypeId,
    pub(super) float: TypeId,
    pub(super) bit: TypeId,
    pub(super) short: TypeId,
    pub(super) int: TypeId,
    pub(super) word: TypeId,
}

impl Change {
    pub(super) fn of(module: &mut Module, long: TypeId) -> Self {
        let old: Vec<Type> = module.types.iter().map(|(_, ty)| ty.clone()).collect();
        let types = &mut module.types;
        let [bit, short, int, word, wide] =
            [1, 16, 32, 64, 128].map(|bits| types.intern(Type::Int(bits)));
        let (ptr, void) = (types.intern(Type::Ptr), types.intern(Type::Void));
        let (double, float) = (types.intern(Type::Double), types.intern(Type::Float));
        let mut new: Vec<TypeId> = Vec::with_capacity(old.len());
        for (at, ty) in old.into_iter().enumerate() {
            let id = TypeId::new(at);
            let of = |id: TypeId| new[id.index()];
            let changed = match ty {
                Type::X86Fp80 => Type::Int(128),
                Type::Vector { elem, len } => Type::Vector { elem: of(elem), len },
                Type::Array { elem, len } => Type::Array { elem: of(elem), len },
                Type::Struct { fields, packed } => {
                    Type::Struct { fields: fields.iter().map(|ty| of(*ty)).collect(), packed }
                }
                Type::Func { ret, params, varargs } => {
                    let param = |ty: &TypeId| if *ty == long { ptr } else { of(*ty) };
                    let params = params.iter().map(param).collect();
                    Type::Func { ret: of(ret), params, varargs }
                }
                other => other,
            };
            debug_assert!(new.len() == id.index());
            new.push(module.types.intern(changed));
        }
        let consts = module.consts.iter().map(|constant| constant.ty).collect();
        let long_ty = long;
        Self { long: long_ty, new, consts, wide, ptr, void, double, float, bit, short, int, word }
    }

    /// What a type becomes; new ones stay.
    pub(super) fn ty(&self, old: TypeId) -> TypeId {
        self.new.get(old.index()).copied().unwrap_or(old)
    }

    /// Whether a type is `long double` itself.
    pub(super) fn is_long(&self, old: TypeId) -> bool {
        old == self.long
    }

    /// The type that an operand had, `values` being those of its function.
    pub(super) fn was(&self, values: &[TypeId], operand: Operand) -> Option<TypeId> {
        match operand {
            Operand::Value(id) => values.get(id.index()).copied(),
            Operand::Const(id) => self.consts.get(id.index()).copied(),
        }
    }

    /// The attributes of a parameter or argument of a type.
    pub(super) fn attrs(&self, attrs: ParamAttrs, old: TypeId) -> ParamAttrs {
        if self.is_long(old) {
            return ParamAttrs { byval: Some(self.wide), align: 16, ..ParamAttrs::default() };
        }
        let ty = |ty: Option<TypeId>| ty.map(|ty| self.ty(ty));
        ParamAttrs { byval: ty(attrs.byval), sret: ty(attrs.sret), ..attrs }
    }

    /// Changes what is no function's: constants and variables.
    pub(super) fn finish(&self, module: &mut Module) {
        for constant in module.consts.iter_mut().take(self.consts.len()) {
            if self.is_long(constant.ty)
                && let ConstKind::LongFloat(bits) = constant.kind
            {
                constant.kind = ConstKind::Wide(Box::new([bits as u64, (bits >> 64) as u64]));
            }
            constant.ty = self.ty(constant.ty);
        }
        for global in &mut module.globals {
            global.ty = self.ty(global.ty);
        }
    }

    /// Whether a constant computes with `long double`, which nothing does before programs run.
    pub(super) fn computes(&self, module: &Module, id: ConstId) -> bool {
        let is = |id: ConstId| self.consts.get(id.index()).is_some_and(|ty| self.is_long(*ty));
        let ConstKind::Expr(expr) = &module.constant(id).kind else { return false };
        let mut found = is(id);
        ConstExpr::operands(expr, |operand| found |= is(operand));
        found
    }
}
