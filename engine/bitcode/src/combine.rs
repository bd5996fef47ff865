//! Constants that are made of others.

use alloc::boxed::Box;

use bareflow_ir::layout::alloc_size;
use bareflow_ir::{
    BinaryOp, CastOp, ConstExpr, ConstId, ConstKind, FloatPredicate, IntPredicate, Type, TypeId,
    data,
};

use crate::error::Cause;
use crate::reader::Reader;

/// A constant that is made of others.
#[derive(Debug)]
pub(crate) struct Pending {
    pub(crate) ty: TypeId,
    pub(crate) what: What,
    /// Where its operands lie in the pool, as numbers of values.
    pub(crate) operands: core::ops::Range<u32>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum What {
    Aggregate,
    Binary(BinaryOp),
    Cast(CastOp),
    Gep(TypeId),
    Select,
    ICmp(IntPredicate),
    FCmp(FloatPredicate),
    ExtractElement,
    InsertElement,
    ShuffleVector,
    /// The operand itself.
    Same,
}

impl Reader {
    pub(crate) fn combine(
        &mut self,
        one: &Pending,
        operands: &[ConstId],
    ) -> Result<ConstId, Cause> {
        let ty = one.ty;
        if let Some(vector) = self.combine_lanes(one, operands)? {
            return Ok(vector);
        }
        let expr = match (one.what, operands) {
            (What::Same, [same]) => return Ok(*same),
            (What::Aggregate, members) => {
                self.check_members(ty, members)?;
                // Those who walk a constant walk no more members than it has bytes.
                if alloc_size(&self.module.types, ty) == 0 {
                    return self.constant(ty, ConstKind::Zero);
                }
                return self.constant(ty, ConstKind::Aggregate(Box::from(members)));
            }
            (What::Cast(op), [value]) => {
                let from = self.module.constant(*value).ty;
                // Between pointers of the same form there is nothing to convert.
                if op == CastOp::Bitcast && from == ty {
                    return Ok(*value);
                }
                ConstExpr::Cast { op, value: *value }
            }
            (What::Binary(op), [lhs, rhs]) => ConstExpr::Binary { op, lhs: *lhs, rhs: *rhs },
            (What::ICmp(pred), [lhs, rhs]) => ConstExpr::ICmp { pred, lhs: *lhs, rhs: *rhs },
            (What::FCmp(pred), [lhs, rhs]) => ConstExpr::FCmp { pred, lhs: *lhs, rhs: *rhs },
            (What::Select, [cond, then, other]) => {
                ConstExpr::Select { cond: *cond, then: *then, other: *other }
            }
            (What::Gep(source), [base, indices @ ..]) => {
                return self.address(ty, source, *base, indices);
            }
            _ => return Err(Cause::Malformed("a constant with too few operands")),
        };
        let id = self.constant(ty, ConstKind::Expr(expr))?;
        self.fold(id)
    }

    /// An integer instead of an expression that has the same value wherever things lie.
    fn fold(&mut self, id: ConstId) -> Result<ConstId, Cause> {
        if !self.is_settled(id) {
            return Ok(id);
        }
        match data::number(&self.module, id) {
            Some(value) => self.constant(self.module.constant(id).ty, ConstKind::Int(value)),
            None => Ok(id),
        }
    }

    fn address(
        &mut self,
        ty: TypeId,
        source: TypeId,
        base: ConstId,
        indices: &[ConstId],
    ) -> Result<ConstId, Cause> {
        if !matches!(self.module.types.get(ty), Type::Ptr) || self.module.constant(base).ty != ty {
            return Err(Cause::Malformed("a constant address of another type"));
        }
        let mut bytes = crate::gep::distance(&self.module, source, indices)?;
        let mut base = base;
        if let ConstKind::Expr(ConstExpr::PtrAdd { base: inner, bytes: before }) =
            self.module.constant(base).kind
        {
            base = inner;
            bytes = bytes.wrapping_add(before);
        }
        if bytes == 0 {
            return Ok(base);
        }
        self.constant(ty, ConstKind::Expr(ConstExpr::PtrAdd { base, bytes }))
    }

    fn check_members(&self, ty: TypeId, members: &[ConstId]) -> Result<(), Cause> {
        let types = &self.module.types;
        let is = |id: &ConstId, ty: TypeId| self.module.constant(*id).ty == ty;
        let right = match types.get(ty) {
            Type::Struct { fields, .. } => {
                fields.len() == members.len() && members.iter().zip(fields).all(|(m, f)| is(m, *f))
            }
            Type::Array { elem, len } => {
                *len == members.len() as u64 && members.iter().all(|m| is(m, *elem))
            }
            Type::Vector { elem, len } => {
                *len as usize == members.len() && members.iter().all(|m| is(m, *elem))
            }
            _ => false,
        };
        if right { Ok(()) } else { Err(Cause::Malformed("a constant that does not fit its type")) }
    }
}
