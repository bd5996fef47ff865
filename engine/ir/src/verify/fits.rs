//! Which types fit where.

use crate::layout::bit_size;
use crate::{CastOp, Module, Type, TypeId, Types};

pub(super) fn is_int(types: &Types, ty: TypeId) -> bool {
    matches!(types.get(types.scalar(ty)), Type::Int(_))
}

pub(super) fn is_float(types: &Types, ty: TypeId) -> bool {
    matches!(
        types.get(types.scalar(ty)),
        Type::Half | Type::BFloat | Type::Float | Type::Double | Type::X86Fp80 | Type::Fp128
    )
}

pub(super) fn is_ptr(types: &Types, ty: TypeId) -> bool {
    matches!(types.get(types.scalar(ty)), Type::Ptr)
}

pub(super) fn lanes(types: &Types, ty: TypeId) -> Option<u32> {
    types.vector(ty).map(|(_, len)| len)
}

/// Whether a conversion leads from one type to the other.
pub(super) fn cast_fits(types: &Types, op: CastOp, from: TypeId, to: TypeId) -> bool {
    let bits = |ty| bit_size(types, types.scalar(ty));
    let (int, float, ptr) =
        (|ty| is_int(types, ty), |ty| is_float(types, ty), |ty| is_ptr(types, ty));
    let right = match op {
        CastOp::Trunc => int(from) && int(to) && bits(from) > bits(to),
        CastOp::ZExt | CastOp::SExt => int(from) && int(to) && bits(from) < bits(to),
        CastOp::FpToUi | CastOp::FpToSi => float(from) && int(to),
        CastOp::UiToFp | CastOp::SiToFp => int(from) && float(to),
        CastOp::FpTrunc => float(from) && float(to) && bits(from) > bits(to),
        CastOp::FpExt => float(from) && float(to) && bits(from) < bits(to),
        CastOp::PtrToInt => ptr(from) && int(to),
        CastOp::IntToPtr => int(from) && ptr(to),
        CastOp::Bitcast => {
            let plain = |ty| int(ty) || float(ty) || ptr(ty);
            return plain(from)
                && plain(to)
                && ptr(from) == ptr(to)
                && bit_size(types, from) == bit_size(types, to);
        }
    };
    right && lanes(types, from) == lanes(types, to)
}

/// Whether values of the type can lie in memory.
pub(super) fn sized(module: &Module, ty: TypeId) -> bool {
    !matches!(
        module.types.get(ty),
        Type::Void | Type::Opaque | Type::Func { .. } | Type::Label | Type::Metadata | Type::Token
    )
}
