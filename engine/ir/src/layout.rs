//! Sizes, alignments and offsets: the x86-64 System V data layout.
//!
//! All modules share one layout, `i64:64-i128:128-f80:128-S128`. Producers before LLVM 18
//! declare a smaller alignment for i128, but pad their structures as the C ABI asks, so that
//! the offsets agree; where they do not, the reader refuses the type.

use alloc::vec::Vec;

pub use crate::types::align_up;
use crate::{ConstKind, Function, Global, Module, Type, TypeId, Types};

/// The layout of this module in LLVM's words.
pub const DATA_LAYOUT: &str =
    "e-m:e-p270:32:32-p271:32:32-p272:64:64-i64:64-i128:128-f80:128-n8:16:32:64-S128";

/// Bits that carry the value: `i17` has 17, a vector the sum of its lanes.
#[inline]
pub fn bit_size(types: &Types, id: TypeId) -> u64 {
    types.layout(id).bits
}

/// Bytes that a store of this type writes.
#[inline]
pub fn store_size(types: &Types, id: TypeId) -> u64 {
    bit_size(types, id).div_ceil(8)
}

/// Distance in bytes from one to the next in an array; a multiple of the alignment.
#[inline]
pub fn alloc_size(types: &Types, id: TypeId) -> u64 {
    types.layout(id).size
}

/// The alignment that a variable's type and it itself ask for, a power of two in bytes: it has that in every image.
pub fn own_align(types: &Types, global: &Global) -> u64 {
    align_of(types, global.ty).max(u64::from(global.align))
}

/// Where a variable may lie, as a power of two in bytes: what it asks for, and
/// at least 16 for one of 16 bytes, as C programs have their arrays (System V ABI for x86-64,
/// 3.1.2). Library functions that work on words are then as fast wherever it is put. A large one that is
/// zero at first lies on a line of the processor's cache, for the widest vectors; a gap before it is no part of an
/// image.
pub fn variable_align(module: &Module, global: &Global) -> u64 {
    let own = own_align(&module.types, global);
    match alloc_size(&module.types, global.ty) {
        LARGE.. if is_empty(module, global) => own.max(64),
        16.. => own.max(16),
        _ => own,
    }
}

/// Bytes of a variable from which on it lies on a line of the cache.
const LARGE: u64 = 256;

/// Whether a variable is zero at first by what is written of it, so that no image has its bytes.
pub fn is_empty(module: &Module, global: &Global) -> bool {
    global.init.is_some_and(|init| module.constant(init).kind == ConstKind::Zero)
}

/// Natural (ABI) alignment in bytes, a power of two.
#[inline]
pub fn align_of(types: &Types, id: TypeId) -> u64 {
    types.layout(id).align
}

/// Offset in bytes of field `index` of a struct.
///
/// # Panics
/// If the type is no struct or has no such field.
#[inline]
pub fn field_offset(types: &Types, id: TypeId, index: usize) -> u64 {
    types.layout(id).offsets[index]
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
