//! Sizes, alignments and offsets: the x86-64 System V data layout.
//!
//! All modules share one layout, `i64:64-i128:128-f80:128-S128`. Producers before LLVM 18
//! declare a smaller alignment for i128, but pad their structures as the C ABI asks, so that
//! the offsets agree.

use alloc::vec::Vec;

use crate::{Function, Type, TypeId, Types};

/// Bits that carry the value: `i17` has 17, a vector the sum of its lanes.
pub fn bit_size(types: &Types, id: TypeId) -> u64 {
    match types.get(id) {
        Type::Int(bits) => u64::from(*bits),
        Type::Half | Type::BFloat => 16,
        Type::Float => 32,
        Type::Double | Type::Ptr => 64,
        Type::X86Fp80 => 80,
        Type::Fp128 => 128,
        Type::Vector { elem, len } => bit_size(types, *elem).saturating_mul(u64::from(*len)),
        Type::Array { .. } | Type::Struct { .. } => alloc_size(types, id).saturating_mul(8),
        Type::Void
        | Type::Opaque
        | Type::Func { .. }
        | Type::Label
        | Type::Metadata
        | Type::Token => 0,
    }
}

/// Bytes that a store of this type writes.
pub fn store_size(types: &Types, id: TypeId) -> u64 {
    bit_size(types, id).div_ceil(8)
}

/// Distance in bytes from one to the next in an array; a multiple of the alignment.
pub fn alloc_size(types: &Types, id: TypeId) -> u64 {
    match types.get(id) {
        Type::Array { elem, len } => alloc_size(types, *elem).saturating_mul(*len),
        Type::Struct { fields, packed } => {
            let (end, align) = struct_end(types, fields, *packed);
            align_up(end, align)
        }
        _ => align_up(store_size(types, id), align_of(types, id)),
    }
}

/// Natural (ABI) alignment in bytes, a power of two.
pub fn align_of(types: &Types, id: TypeId) -> u64 {
    match types.get(id) {
        Type::Int(bits) => match bits {
            0..=8 => 1,
            9..=16 => 2,
            17..=32 => 4,
            33..=64 => 8,
            _ => 16,
        },
        Type::Half | Type::BFloat => 2,
        Type::Float => 4,
        Type::Double | Type::Ptr => 8,
        Type::X86Fp80 | Type::Fp128 => 16,
        Type::Vector { .. } => {
            store_size(types, id).max(1).checked_next_power_of_two().unwrap_or(16)
        }
        Type::Array { elem, .. } => align_of(types, *elem),
        Type::Struct { packed: true, .. } => 1,
        Type::Struct { fields, packed: false } => {
            fields.iter().map(|field| align_of(types, *field)).max().unwrap_or(1)
        }
        _ => 1,
    }
}

/// Offset in bytes of field `index` of a struct.
///
/// # Panics
/// If the type is no struct or has no such field.
pub fn field_offset(types: &Types, id: TypeId, index: usize) -> u64 {
    let Type::Struct { fields, packed } = types.get(id) else { panic!("no struct") };
    let (before, _) = struct_end(types, &fields[..index], *packed);
    if *packed { before } else { align_up(before, align_of(types, fields[index])) }
}

/// Offset in bytes of a member of a struct, array or vector of byte-sized lanes.
///
/// # Panics
/// If a struct has no such field or the type has no members.
pub fn member_offset(types: &Types, id: TypeId, index: u64) -> u64 {
    match types.get(id) {
        Type::Struct { .. } => field_offset(types, id, index as usize),
        Type::Array { elem, .. } => alloc_size(types, *elem).saturating_mul(index),
        Type::Vector { elem, .. } => store_size(types, *elem).saturating_mul(index),
        _ => panic!("no members"),
    }
}

/// `value` rounded up to a multiple of `align`, a power of two.
pub const fn align_up(value: u64, align: u64) -> u64 {
    value.saturating_add(align - 1) & !(align - 1)
}

fn struct_end(types: &Types, fields: &[TypeId], packed: bool) -> (u64, u64) {
    fields.iter().fold((0, 1), |(end, align), field| {
        let field_align = if packed { 1 } else { align_of(types, *field) };
        let start = align_up(end, field_align);
        (start.saturating_add(alloc_size(types, *field)), align.max(field_align))
    })
}

/// Where each value of a function lies in a *value frame*: an array of 8-byte words that
/// holds every parameter and result.
///
/// The interpreter keeps its values so, and code entered by on-stack replacement reads its
/// live values from there, so that the two need not know each other. A value takes
/// `alloc_size` bytes rounded up to whole words, in its memory representation: integers are
/// zero-extended to their last word, lanes lie packed, structs have their padding.
#[derive(Clone, Debug)]
pub struct ValueFrame {
    /// First word of each value.
    pub word: Vec<u32>,
    /// Words in all.
    pub words: u32,
}

impl ValueFrame {
    /// The frame of `func`. `None` if it exceeds 2^24 words.
    pub fn of(types: &Types, func: &Function) -> Option<Self> {
        let mut word = Vec::with_capacity(func.values.len());
        let mut words = 0u64;
        for ty in &func.values {
            word.push(u32::try_from(words).ok()?);
            words = words.saturating_add(alloc_size(types, *ty).div_ceil(8));
            if words > 1 << 24 {
                return None;
            }
        }
        Some(Self { word, words: words as u32 })
    }
}
