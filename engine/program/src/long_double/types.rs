//! Types with `long double` in them, and what they become.

use alloc::boxed::Box;

use bareflow_ir::{ConstKind, Module, Operand, ParamAttrs, Type, TypeId};

use crate::retype::Retyped;

/// What types become, and what they and constants were.
pub(super) struct Change {
    pub(super) types: Retyped,
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
        let types = &mut module.types;
        let [bit, short, int, word, wide] =
            [1, 16, 32, 64, 128].map(|bits| types.intern(Type::Int(bits)));
        let (ptr, void) = (types.intern(Type::Ptr), types.intern(Type::Void));
        let (double, float) = (types.intern(Type::Double), types.intern(Type::Float));
        let types = Retyped::of(module, long, wide, ptr);
        Self { types, wide, ptr, void, double, float, bit, short, int, word }
    }

    /// What a type becomes; new ones stay.
    pub(super) fn ty(&self, old: TypeId) -> TypeId {
        self.types.ty(old)
    }

    /// Whether a type is `long double` itself.
    pub(super) fn is_long(&self, old: TypeId) -> bool {
        self.types.is(old)
    }

    /// The type that an operand had, `values` being those of its function.
    pub(super) fn was(&self, values: &[TypeId], operand: Operand) -> Option<TypeId> {
        self.types.was(values, operand)
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
        let limbs = |bits: u128| ConstKind::Wide(Box::new([bits as u64, (bits >> 64) as u64]));
        self.types.finish(module, limbs);
    }
}
