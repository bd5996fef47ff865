//! How a value is held: what decides which instructions work on it.

use bareflow_ir::Types;
use bareflow_ir::{Type, TypeId};

use crate::value::{Format, Lane};

/// What a value is to the register code.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Kind {
    /// An integer or pointer of 1 to 64 bits.
    Int(u32),
    /// An integer of 65 to 128 bits.
    Big(u32),
    /// An integer of more bits.
    Huge(u32),
    F32,
    F64,
    /// Half or bfloat.
    Short(Format),
    /// A vector of lanes.
    Vector(Lane, u32),
    /// A struct or array.
    Aggregate,
    Void,
    /// Nothing that can be computed with.
    Other,
}

/// What the scalar or lane type `ty` is.
pub(super) fn lane_of(types: &Types, ty: TypeId) -> Option<Lane> {
    Some(match types.get(ty) {
        Type::Int(bits @ 1..=128) => Lane::Int(*bits),
        Type::Ptr => Lane::Int(64),
        Type::Half => Lane::Float(Format::Half),
        Type::BFloat => Lane::Float(Format::BFloat),
        Type::Float => Lane::Float(Format::F32),
        Type::Double => Lane::Float(Format::F64),
        _ => return None,
    })
}

pub(super) fn kind_of(types: &Types, ty: TypeId) -> Kind {
    match types.get(ty) {
        Type::Int(bits @ 1..=64) => Kind::Int(*bits),
        Type::Int(bits @ 65..=128) => Kind::Big(*bits),
        Type::Int(bits) => Kind::Huge(*bits),
        Type::Ptr => Kind::Int(64),
        Type::Half => Kind::Short(Format::Half),
        Type::BFloat => Kind::Short(Format::BFloat),
        Type::Float => Kind::F32,
        Type::Double => Kind::F64,
        Type::Vector { elem, len } => match lane_of(types, *elem) {
            Some(lane) => Kind::Vector(lane, *len),
            None => Kind::Other,
        },
        Type::Array { .. } | Type::Struct { .. } => Kind::Aggregate,
        Type::Void => Kind::Void,
        _ => Kind::Other,
    }
}

/// Whether a register has this width.
pub(super) const fn regular(bits: u32) -> bool {
    matches!(bits, 8 | 16 | 32 | 64)
}
