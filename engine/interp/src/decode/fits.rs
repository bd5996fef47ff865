//! What instructions there are: whether a value or an operation fits into one. Deciding what is
//! folded ([`super::fold`]) and emitting ask the same questions here.

use alloc::vec::Vec;

use bareflow_ir::layout::{alloc_size, field_offset, store_size};
use bareflow_ir::{BinaryOp, ConstId, ConstKind, Function, Instr, Module, Op, Operand};
use bareflow_ir::{Type, TypeId, Types, ValueId};

use super::kind::{Kind, kind_of, regular};
use crate::op::memory::Loaded;
use crate::value::{Format, Lane};

/// The value of a constant integer of `bits` (at most 64) that has no address in it,
/// sign-extended.
pub(super) fn number(module: &Module, id: ConstId, bits: u32) -> Option<i64> {
    let value = match module.constant(id).kind {
        ConstKind::Int(value) => value,
        ConstKind::Zero | ConstKind::Undef | ConstKind::Poison => 0,
        _ => return None,
    };
    let shift = 64 - bits.clamp(1, 64);
    Some((value << shift) as i64 >> shift)
}

/// How a value of this type is loaded and stored by one instruction, if it is.
pub(super) fn access(types: &Types, ty: TypeId) -> Option<Loaded> {
    match kind_of(types, ty) {
        Kind::Int(bits) if regular(bits) => Some(Loaded::Int(bits)),
        Kind::Int(1) => Some(Loaded::Int(8)),
        Kind::Short(_) => Some(Loaded::Int(16)),
        Kind::F32 => Some(Loaded::F32),
        Kind::F64 => Some(Loaded::F64),
        Kind::Big(128) => Some(Loaded::Vector),
        Kind::Vector(..) => match store_size(types, ty) {
            1 => Some(Loaded::Int(8)),
            2 => Some(Loaded::Int(16)),
            4 => Some(Loaded::Int(32)),
            8 => Some(Loaded::Int(64)),
            16 => Some(Loaded::Vector),
            _ => None,
        },
        _ => None,
    }
}

/// Whether an instruction uses a value only as the address it loads from or stores to.
pub(super) fn is_access(op: &Op, value: ValueId) -> bool {
    let this = Operand::Value(value);
    match op {
        Op::Load { ptr, atomic: None, .. } => *ptr == this,
        Op::Store { ptr, value, atomic: None, .. } => *ptr == this && *value != this,
        _ => false,
    }
}

/// Whether a load or store is done by an instruction with an address mode.
pub(super) fn simple_access(module: &Module, func: &Function, instr: &Instr) -> bool {
    let ty = match &instr.op {
        Op::Store { value, .. } => func.operand_type(module, *value),
        _ => instr.ty,
    };
    access(&module.types, ty).is_some()
}

/// Largest distance of an address mode: so small that a chain of them does not overflow.
const MAX_DISTANCE: u64 = 1 << 20;

/// `base + disp + index * scale + ...`
#[derive(Debug)]
pub(super) struct Shape {
    pub disp: i64,
    pub steps: Vec<(Operand, i64)>,
}

/// The shape of a `getelementptr`; `None` when it goes into something that has no members.
pub(super) fn shape(
    module: &Module,
    func: &Function,
    ty: TypeId,
    indices: &[Operand],
) -> Option<Shape> {
    let types = &module.types;
    let mut shape = Shape { disp: 0, steps: Vec::new() };
    let mut here = ty;
    for (position, index) in indices.iter().enumerate() {
        let index_ty = types.scalar(func.operand_type(module, *index));
        let bits = types.int_bits(index_ty)?;
        let constant = match index {
            Operand::Const(id) if bits <= 64 => number(module, *id, bits),
            _ => None,
        };
        if position > 0 {
            if let Type::Struct { fields, .. } = types.get(here) {
                // Vectors of indices into structs are splats, written as such.
                let at = usize::try_from(constant.or_else(|| splat(module, *index))?).ok()?;
                let field = *fields.get(at)?;
                shape.disp = shape.disp.wrapping_add(field_offset(types, here, at) as i64);
                here = field;
                continue;
            }
            here = match types.get(here) {
                Type::Array { elem, .. } | Type::Vector { elem, .. } => *elem,
                _ => return None,
            };
        }
        let size = alloc_size(types, here) as i64;
        match constant {
            Some(number) => shape.disp = shape.disp.wrapping_add(number.wrapping_mul(size)),
            None => shape.steps.push((*index, size)),
        }
    }
    Some(shape)
}

/// The one number in all lanes of a constant vector.
fn splat(module: &Module, operand: Operand) -> Option<i64> {
    let Operand::Const(id) = operand else { return None };
    match &module.constant(id).kind {
        ConstKind::Zero => Some(0),
        ConstKind::Aggregate(members) => number(module, *members.first()?, 32),
        ConstKind::Data(bytes) => {
            let (elem, _) = module.types.vector(module.constant(id).ty)?;
            let size = alloc_size(&module.types, elem) as usize;
            let mut word = [0u8; 8];
            word.get_mut(..size)?.copy_from_slice(bytes.get(..size)?);
            Some(i64::from_le_bytes(word))
        }
        _ => None,
    }
}

/// Whether a `getelementptr` is what an address mode computes.
pub(super) fn is_mode(
    module: &Module,
    func: &Function,
    ty: TypeId,
    base: Operand,
    indices: &[Operand],
) -> bool {
    if kind_of(&module.types, func.operand_type(module, base)) != Kind::Int(64) {
        return false;
    }
    let Some(shape) = shape(module, func, ty, indices) else { return false };
    if shape.disp.unsigned_abs() > MAX_DISTANCE {
        return false;
    }
    match *shape.steps {
        [] => true,
        [(index, 1 | 2 | 4 | 8)] => {
            matches!(kind_of(&module.types, func.operand_type(module, index)), Kind::Int(32 | 64))
        }
        _ => false,
    }
}

/// Whether operands may change sides.
pub(super) fn commutes(op: BinaryOp) -> bool {
    matches!(op, BinaryOp::Add | BinaryOp::Mul | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor)
}

pub(super) const SINGLES: Kind = Kind::Vector(Lane::Float(Format::F32), 4);
pub(super) const DOUBLES: Kind = Kind::Vector(Lane::Float(Format::F64), 2);
pub(super) const BYTES: Kind = Kind::Vector(Lane::Int(8), 16);
pub(super) const SHORTS: Kind = Kind::Vector(Lane::Int(16), 8);
pub(super) const WORDS: Kind = Kind::Vector(Lane::Int(32), 4);
pub(super) const LONGS: Kind = Kind::Vector(Lane::Int(64), 2);

/// Whether products of this kind can be part of a sum.
pub(super) fn has_lanes(kind: Kind) -> bool {
    matches!(kind, Kind::F32 | Kind::F64) || kind == SINGLES || kind == DOUBLES
}

/// Whether an operation can load its right operand, or its left one if that makes no
/// difference.
pub(super) fn takes_load(op: BinaryOp, kind: Kind, right: bool) -> bool {
    let commutes = commutes(op) || matches!(op, BinaryOp::FAdd | BinaryOp::FMul);
    if !right && !commutes {
        return false;
    }
    match op {
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::And | BinaryOp::Or | BinaryOp::Xor => {
            matches!(kind, Kind::Int(32 | 64)) || [BYTES, SHORTS, WORDS, LONGS].contains(&kind)
        }
        BinaryOp::Mul => matches!(kind, Kind::Int(32 | 64)),
        BinaryOp::FAdd | BinaryOp::FSub | BinaryOp::FMul => has_lanes(kind),
        _ => false,
    }
}
