//! Rewrites the ids in instructions and constants.

use crate::{CallInfo, ConstExpr, ConstId, ConstKind, Op, Operand, ParamAttrs, TypeId};

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

/// Visits what a constant is made of.
pub(super) fn for_each_operand(kind: &ConstKind, mut visit: impl FnMut(ConstId)) {
    match kind {
        ConstKind::Aggregate(members) => members.iter().copied().for_each(visit),
        ConstKind::Expr(expr) => {
            // A copy of an expression is a few words.
            let mut copy = ConstKind::Expr(expr.clone());
            map_operands(&mut copy, |operand| {
                visit(operand);
                operand
            });
        }
        _ => {}
    }
}

/// Replaces what a constant is made of.
pub(super) fn map_operands(kind: &mut ConstKind, mut map: impl FnMut(ConstId) -> ConstId) {
    match kind {
        ConstKind::Aggregate(members) => members.iter_mut().for_each(|m| *m = map(*m)),
        ConstKind::Expr(expr) => match expr {
            ConstExpr::PtrAdd { base, .. } => *base = map(*base),
            ConstExpr::Cast { value, .. } => *value = map(*value),
            ConstExpr::Binary { lhs, rhs, .. }
            | ConstExpr::ICmp { lhs, rhs, .. }
            | ConstExpr::FCmp { lhs, rhs, .. } => {
                *lhs = map(*lhs);
                *rhs = map(*rhs);
            }
            ConstExpr::Select { cond, then, other } => {
                *cond = map(*cond);
                *then = map(*then);
                *other = map(*other);
            }
        },
        _ => {}
    }
}
