//! How large a type is, from how large its parts are.

use alloc::boxed::Box;

use super::ty::Type;
use crate::TypeId;

/// What is computed once for each type.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Layout {
    pub bits: u64,
    pub size: u64,
    pub align: u64,
    /// Of the fields of a struct.
    pub offsets: Box<[u64]>,
}

impl Layout {
    /// The layout of a type whose parts have known ones, by the numbers of their ids.
    pub(crate) fn of(known: &[Layout], ty: &Type) -> Self {
        let mut offsets: Box<[u64]> = Box::default();
        let of = |id: TypeId| &known[id.index()];
        let scalar = |bits: u64, align: u64| (bits, align_up(bits.div_ceil(8), align), align);
        let (bits, size, align) = match ty {
            Type::Int(bits) => scalar(u64::from(*bits), int_align(*bits)),
            Type::Half | Type::BFloat => scalar(16, 2),
            Type::Float => scalar(32, 4),
            Type::Double | Type::Ptr => scalar(64, 8),
            Type::X86Fp80 => scalar(80, 16),
            Type::Fp128 => scalar(128, 16),
            Type::Vector { elem, len } => {
                let bits = of(*elem).bits.saturating_mul(u64::from(*len));
                scalar(bits, bits.div_ceil(8).max(1).checked_next_power_of_two().unwrap_or(16))
            }
            Type::Array { elem, len } => {
                let size = of(*elem).size.saturating_mul(*len);
                (size.saturating_mul(8), size, of(*elem).align)
            }
            Type::Struct { fields, packed } => {
                let (mut end, mut align) = (0u64, 1u64);
                let place = |field: &TypeId| {
                    let field_align = if *packed { 1 } else { of(*field).align };
                    let start = align_up(end, field_align);
                    end = start.saturating_add(of(*field).size);
                    align = align.max(field_align);
                    start
                };
                offsets = fields.iter().map(place).collect();
                let size = align_up(end, align);
                (size.saturating_mul(8), size, align)
            }
            Type::Void
            | Type::Opaque
            | Type::Func { .. }
            | Type::Label
            | Type::Metadata
            | Type::Token => (0, 0, 1),
        };
        Self { bits, size, align, offsets }
    }
}

/// Integers of more than 64 bits are 8-aligned, as C has its `_BitInt`s, except for those of
/// 128 bits.
const fn int_align(bits: u32) -> u64 {
    match bits {
        0..=8 => 1,
        9..=16 => 2,
        17..=32 => 4,
        128 => 16,
        _ => 8,
    }
}

/// `value` rounded up to a multiple of `align`, a power of two.
pub const fn align_up(value: u64, align: u64) -> u64 {
    value.saturating_add(align - 1) & !(align - 1)
}
