//! Constants: their kind fits their type, and operands come first.

use alloc::format;

use super::error::VerifyError;
use super::fits::{cast_fits, is_float, is_int};
use crate::layout::alloc_size;
use crate::{BinaryOp, Const, ConstExpr, ConstId, ConstKind, Module, Type, TypeId};

pub(super) fn check(module: &Module, first: usize) -> Result<(), VerifyError> {
    for (at, constant) in module.consts.iter().enumerate().skip(first) {
        let wrong = |what: &str| VerifyError::new(format!("constant {at}: {what}"));
        if constant.ty.index() >= module.types.len() {
            return Err(wrong("a type that does not exist"));
        }
        match fits(module, at, constant) {
            Some(true) => {}
            Some(false) => return Err(wrong("it does not fit its type")),
            None => return Err(wrong("it refers to something that does not come before it")),
        }
    }
    Ok(())
}

/// Whether a constant fits its type; `None` if it refers to what is not there.
fn fits(module: &Module, at: usize, constant: &Const) -> Option<bool> {
    let types = &module.types;
    let ty = types.get(constant.ty);
    let is_ptr = matches!(ty, Type::Ptr);
    let operand = |id: &ConstId| (id.index() < at).then(|| module.consts[id.index()].ty);
    Some(match &constant.kind {
        ConstKind::Int(value) => match ty {
            Type::Int(64) => true,
            Type::Int(bits @ 1..64) => value >> bits == 0,
            _ => false,
        },
        ConstKind::Wide(limbs) => match ty {
            Type::Int(bits @ 65..) => {
                let top = limbs.last().copied().unwrap_or(0);
                limbs.len() == bits.div_ceil(64) as usize
                    && (bits.is_multiple_of(64) || top >> (bits % 64) == 0)
            }
            _ => false,
        },
        ConstKind::Float(bits) => match ty {
            Type::Half | Type::BFloat => bits >> 16 == 0,
            Type::Float => bits >> 32 == 0,
            Type::Double => true,
            _ => false,
        },
        ConstKind::LongFloat(bits) => match ty {
            Type::X86Fp80 => bits >> 80 == 0,
            Type::Fp128 => true,
            _ => false,
        },
        ConstKind::Zero | ConstKind::Undef | ConstKind::Poison => {
            !matches!(ty, Type::Void | Type::Func { .. } | Type::Label | Type::Metadata)
        }
        ConstKind::Data(bytes) => match ty {
            Type::Array { elem, .. } | Type::Vector { elem, .. } => {
                let whole = matches!(
                    types.get(*elem),
                    Type::Int(8 | 16 | 32 | 64)
                        | Type::Half
                        | Type::BFloat
                        | Type::Float
                        | Type::Double
                );
                let lanes = match ty {
                    Type::Array { len, .. } => *len,
                    Type::Vector { len, .. } => u64::from(*len),
                    _ => 0,
                };
                whole && alloc_size(types, *elem).checked_mul(lanes) == Some(bytes.len() as u64)
            }
            _ => false,
        },
        ConstKind::Aggregate(members) => {
            let count = members.len() as u64;
            let all = |elem: TypeId| {
                members.iter().try_fold(true, |all, id| Some(all & (operand(id)? == elem)))
            };
            match ty {
                Type::Array { elem, len } => *len == count && all(*elem)?,
                Type::Vector { elem, len } => u64::from(*len) == count && all(*elem)?,
                Type::Struct { fields, .. } => {
                    let pairs = members.iter().zip(fields);
                    let same = pairs.map(|(id, field)| Some(operand(id)? == *field));
                    fields.len() as u64 == count
                        && same.collect::<Option<alloc::vec::Vec<bool>>>()?.iter().all(|s| *s)
                }
                _ => false,
            }
        }
        ConstKind::Func(id) => is_ptr && module.funcs.get(id.index()).map(|_| true)?,
        ConstKind::Global(id) => is_ptr && module.globals.get(id.index()).map(|_| true)?,
        ConstKind::Alias(id) => is_ptr && module.aliases.get(id.index()).map(|_| true)?,
        ConstKind::BlockAddr(id, block) => {
            let func = module.funcs.get(id.index())?;
            let refused = || {
                let symbol = crate::Symbol::Func(*id);
                module.refused.iter().any(|refusal| refusal.symbol == symbol)
            };
            is_ptr && (block.index() < func.blocks.len() || refused())
        }
        ConstKind::Expr(expr) => expression(module, constant.ty, expr, operand)?,
    })
}

fn expression(
    module: &Module,
    ty: TypeId,
    expr: &ConstExpr,
    operand: impl Fn(&ConstId) -> Option<TypeId>,
) -> Option<bool> {
    let types = &module.types;
    let bit = |ty: TypeId, of: TypeId| {
        let lanes = |ty| types.vector(ty).map(|(_, len)| len);
        matches!(types.get(types.scalar(ty)), Type::Int(1)) && lanes(ty) == lanes(of)
    };
    Some(match expr {
        ConstExpr::PtrAdd { base, .. } => {
            operand(base)? == ty && matches!(types.get(ty), Type::Ptr)
        }
        ConstExpr::Cast { op, value } => cast_fits(types, *op, operand(value)?, ty),
        ConstExpr::Binary { op, lhs, rhs } => {
            let right = if op.is_float() { is_float(types, ty) } else { is_int(types, ty) };
            operand(lhs)? == ty && operand(rhs)? == ty && right
        }
        ConstExpr::ICmp { lhs, rhs, .. } => {
            let of = operand(lhs)?;
            let scalar = types.get(types.scalar(of));
            operand(rhs)? == of && bit(ty, of) && matches!(scalar, Type::Int(_) | Type::Ptr)
        }
        ConstExpr::FCmp { lhs, rhs, .. } => {
            let of = operand(lhs)?;
            operand(rhs)? == of && bit(ty, of) && is_float(types, of)
        }
        ConstExpr::Select { cond, then, other } => {
            let cond = operand(cond)?;
            let scalar = matches!(types.get(cond), Type::Int(1));
            operand(then)? == ty && operand(other)? == ty && (scalar || bit(cond, ty))
        }
    })
}

impl BinaryOp {
    /// Whether it computes with floats.
    pub fn is_float(self) -> bool {
        matches!(
            self,
            BinaryOp::FAdd | BinaryOp::FSub | BinaryOp::FMul | BinaryOp::FDiv | BinaryOp::FRem
        )
    }
}
