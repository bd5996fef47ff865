//! Types that LLVM before 18 lays out in another way.
//!
//! It aligned i128 to 8 bytes. C front ends pad `__int128` to 16 by themselves, so that nearly
//! all structures come out alike; those that do not (a `_BitInt(128)` behind a smaller member)
//! would be read from wrong places, so they are refused. Values that never lie in memory, such
//! as the pair that an overflow check gives, have no places.

use alloc::vec::Vec;

use crate::error::Cause;
use crate::reader::Reader;
use bareflow_ir::layout::{align_of, align_up, alloc_size, field_offset};
use bareflow_ir::{Type, TypeId, Types};

/// Whether a data layout is one that aligns i128 to 8 bytes.
pub(crate) fn is_old(layout: &str) -> bool {
    !layout.is_empty() && !layout.split('-').any(|part| part.starts_with("i128:128"))
}

/// For each type, whether the old layout differs from [`bareflow_ir::layout`].
pub(crate) fn differing(types: &Types) -> Vec<bool> {
    // Size, alignment and whether it differs, by type; parts come before wholes.
    let mut old: Vec<(u64, u64, bool)> = Vec::with_capacity(types.len());
    for (id, ty) in types.iter() {
        let of = |id: &TypeId| old[id.index()];
        old.push(match ty {
            Type::Int(128) => (16, 8, false),
            Type::Array { elem, len } => {
                let (size, align, differs) = of(elem);
                (size.saturating_mul(*len), align, differs)
            }
            Type::Struct { fields, packed } => {
                let (mut end, mut largest, mut wrong) = (0u64, 1u64, false);
                for (at, field) in fields.iter().enumerate() {
                    let (size, align, differs) = of(field);
                    let align = if *packed { 1 } else { align };
                    let start = align_up(end, align);
                    wrong |= differs || start != field_offset(types, id, at);
                    end = start.saturating_add(size);
                    largest = largest.max(align);
                }
                let size = align_up(end, largest);
                (size, largest, wrong || size != alloc_size(types, id))
            }
            _ => (alloc_size(types, id), align_of(types, id), false),
        });
    }
    old.into_iter().map(|(_, _, differs)| differs).collect()
}

impl Reader {
    /// Passes a type that lies in memory on.
    ///
    /// # Errors
    /// If its places are not those of [`bareflow_ir::layout`].
    pub(crate) fn placed(&self, id: TypeId) -> Result<TypeId, Cause> {
        match self.misplaced.get(id.index()) {
            Some(true) => {
                let what = "a structure with i128 as aligned before LLVM 18";
                Err(Cause::Unsupported(what.into()))
            }
            _ => Ok(id),
        }
    }
}
