//! Constant address arithmetic as a distance in bytes.

use bareflow_ir::layout::{alloc_size, field_offset};
use bareflow_ir::{ConstId, ConstKind, Module, Type, TypeId};

use crate::error::Cause;

/// The distance in bytes that `indices` step from a pointer to `ty`.
pub(crate) fn distance(module: &Module, ty: TypeId, indices: &[ConstId]) -> Result<i64, Cause> {
    let types = &module.types;
    let mut bytes = 0i64;
    let mut at = ty;
    for (position, index) in indices.iter().enumerate() {
        let index = number(module, *index)?;
        let step = if position == 0 {
            alloc_size(types, ty)
        } else {
            match types.get(at) {
                Type::Struct { fields, .. } => {
                    let field = usize::try_from(index).ok().filter(|field| *field < fields.len());
                    let field = field.ok_or(Cause::Malformed("a field that does not exist"))?;
                    bytes = bytes.wrapping_add(field_offset(types, at, field) as i64);
                    at = fields[field];
                    continue;
                }
                Type::Array { elem, .. } | Type::Vector { elem, .. } => {
                    at = *elem;
                    alloc_size(types, at)
                }
                _ => return Err(Cause::Malformed("an index into something without members")),
            }
        };
        bytes = bytes.wrapping_add(index.wrapping_mul(step as i64));
    }
    Ok(bytes)
}

fn number(module: &Module, id: ConstId) -> Result<i64, Cause> {
    let constant = module.constant(id);
    let Type::Int(bits) = *module.types.get(constant.ty) else {
        return Err(Cause::Malformed("a constant address by an index that is no integer"));
    };
    match &constant.kind {
        ConstKind::Int(value) => {
            let shift = 64 - bits;
            Ok((*value as i64) << shift >> shift)
        }
        ConstKind::Wide(limbs) => Ok(limbs.first().copied().unwrap_or(0) as i64),
        ConstKind::Zero | ConstKind::Undef | ConstKind::Poison => Ok(0),
        _ => Err(Cause::Unsupported("a constant address with a computed index".into())),
    }
}
