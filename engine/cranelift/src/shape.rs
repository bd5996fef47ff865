//! How a value of an IR type is held in Cranelift values.

use bareflow_ir::layout::bit_size;
use bareflow_ir::{Type, TypeId, Types};
use cranelift_codegen::ir::{self as clif, types};

/// The form of a type. A value consists of *pieces*, one Cranelift value each; aggregates
/// have the pieces of their members, in order.
///
/// # Invariants
/// Integers, and integer pieces, are zero-extended to their container.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// No pieces.
    Void,
    /// One piece of 8, 16, 32, 64 or 128 bits that holds an integer of `bits` bits.
    Int { bits: u32, clif: clif::Type },
    /// An integer of more than 128 bits, in pieces of 64, the lowest first.
    Wide { bits: u32, limbs: u32 },
    /// An address.
    Ptr,
    /// A float or double.
    Float(clif::Type),
    /// A 16-bit float as its bits in an `I16`.
    Half { brain: bool },
    /// A vector whose lanes are Cranelift's own, in 128-bit chunks; the last one is filled up
    /// with lanes of any value.
    Lanes { lane: clif::Type, len: u32, chunk: clif::Type, chunks: u32 },
    /// A vector of `i1`: lanes of all ones or all zeros, as wide as leaves room for `len` of
    /// them in one chunk, at least 8 bits.
    Mask { len: u32, chunk: clif::Type, chunks: u32 },
    /// A vector of anything else: the pieces of each lane.
    Scalars { elem: TypeId, len: u32 },
    /// A struct or array.
    Aggregate,
}

/// More pieces than this are not kept in values.
pub(crate) const MAX_PIECES: u64 = 1024;

impl Shape {
    /// The form of `ty`, or in words why it has none.
    pub(crate) fn of(types: &Types, ty: TypeId) -> Result<Shape, &'static str> {
        Ok(match types.get(ty) {
            Type::Void => Shape::Void,
            Type::Int(bits @ ..=128) => Shape::Int { bits: *bits, clif: container(*bits) },
            Type::Int(bits) => Shape::Wide { bits: *bits, limbs: bits.div_ceil(64) },
            Type::Ptr => Shape::Ptr,
            Type::Float => Shape::Float(types::F32),
            Type::Double => Shape::Float(types::F64),
            Type::Half => Shape::Half { brain: false },
            Type::BFloat => Shape::Half { brain: true },
            Type::Vector { elem, len } => {
                let native = match types.get(*elem) {
                    Type::Int(1) => return Ok(mask(*len)),
                    Type::Int(bits @ (8 | 16 | 32 | 64)) => Some(container(*bits)),
                    Type::Ptr => Some(types::I64),
                    Type::Float => Some(types::F32),
                    Type::Double => Some(types::F64),
                    _ => None,
                };
                match native {
                    Some(lane) => {
                        let chunks = bit_size(types, ty).div_ceil(128);
                        let chunk = lane.by(128 / lane.bits()).ok_or("a vector")?;
                        Shape::Lanes { lane, len: *len, chunk, chunks: chunks as u32 }
                    }
                    None => Shape::Scalars { elem: *elem, len: *len },
                }
            }
            Type::Array { .. } | Type::Struct { .. } => Shape::Aggregate,
            Type::X86Fp80 => return Err("an 80-bit float"),
            Type::Fp128 => return Err("a 128-bit float"),
            Type::Opaque => return Err("an opaque type"),
            Type::Func { .. } => return Err("a function type"),
            Type::Label => return Err("a label"),
            Type::Metadata => return Err("metadata"),
            Type::Token => return Err("a token"),
        })
    }
}

/// The smallest Cranelift integer that holds `bits` bits.
pub(crate) fn container(bits: u32) -> clif::Type {
    match bits {
        0..=8 => types::I8,
        9..=16 => types::I16,
        17..=32 => types::I32,
        33..=64 => types::I64,
        _ => types::I128,
    }
}

/// The form of a vector of `len` bits.
pub(crate) fn mask(len: u32) -> Shape {
    let chunk = match len {
        0..=2 => types::I64X2,
        3..=4 => types::I32X4,
        5..=8 => types::I16X8,
        _ => types::I8X16,
    };
    Shape::Mask { len, chunk, chunks: len.div_ceil(16).max(1) }
}

/// The Cranelift types of the pieces of `ty`, appended to `out`.
pub(crate) fn pieces(
    types: &Types,
    ty: TypeId,
    out: &mut alloc::vec::Vec<clif::Type>,
) -> Result<(), &'static str> {
    let repeat = |out: &mut alloc::vec::Vec<clif::Type>, ty, count: u32| {
        out.extend(core::iter::repeat_n(ty, count as usize));
    };
    match Shape::of(types, ty)? {
        Shape::Void => {}
        Shape::Int { clif, .. } | Shape::Float(clif) => out.push(clif),
        Shape::Wide { limbs, .. } => repeat(out, types::I64, limbs),
        Shape::Ptr => out.push(types::I64),
        Shape::Half { .. } => out.push(types::I16),
        Shape::Lanes { chunk, chunks, .. } | Shape::Mask { chunk, chunks, .. } => {
            repeat(out, chunk, chunks);
        }
        Shape::Scalars { elem, len } => repeat_type(types, elem, u64::from(len), out)?,
        Shape::Aggregate => match types.get(ty) {
            Type::Array { elem, len } => repeat_type(types, *elem, *len, out)?,
            Type::Struct { fields, .. } => {
                for field in fields {
                    pieces(types, *field, out)?;
                }
            }
            _ => {}
        },
    }
    if out.len() as u64 > MAX_PIECES {
        return Err("a value of more than 1024 pieces");
    }
    Ok(())
}

fn repeat_type(
    types: &Types,
    elem: TypeId,
    count: u64,
    out: &mut alloc::vec::Vec<clif::Type>,
) -> Result<(), &'static str> {
    if count > MAX_PIECES {
        return Err("a value of more than 1024 pieces");
    }
    (0..count).try_for_each(|_| pieces(types, elem, out))
}
