//! Rewrites the ids in an instruction.

use crate::{CallInfo, ConstId, Op, Operand, ParamAttrs, TypeId};

/// Where ids lead in the linked module.
pub(super) trait Remap {
    fn ty(&mut self, id: TypeId) -> TypeId;
    fn constant(&mut self, id: ConstId) -> ConstId;
}

pub(super) fn attrs(attrs: &mut ParamAttrs, to: &mut impl Remap) {
    for ty in [&mut attrs.byval, &mut attrs.sret].into_iter().flatten() {
        *ty = to.ty(*ty);
    }
}

pub(super) fn op(op: &mut Op, to: &mut impl Remap) {
    op.operands_mut(|operand| {
        if let Operand::Const(id) = operand {
            *id = to.constant(*id);
        }
    });
    match op {
        Op::Alloca { ty, .. } | Op::Gep { ty, .. } => *ty = to.ty(*ty),
        Op::Switch { cases, .. } => {
            cases.iter_mut().for_each(|(case, _)| *case = to.constant(*case));
        }
        Op::Call(info) | Op::Invoke { call: info, .. } => call(info, to),
        _ => {}
    }
}

fn call(info: &mut CallInfo, to: &mut impl Remap) {
    info.ty = to.ty(info.ty);
    info.attrs.iter_mut().for_each(|a| attrs(a, to));
}
