//! Loads from variables that are never written.

use alloc::vec::Vec;

use bareflow_ir::layout::{alloc_size, store_size};
use bareflow_ir::{Global, Linkage, TypeId, data};
use cranelift_codegen::ir::{self as clif, Value};

use crate::lower::{Lower, Res};
use crate::shape::Shape;

/// Constant variables up to this many bytes are looked into when they are read.
const MAX_FOLDED: u64 = 4096;

impl<'a> Lower<'a, '_> {
    /// The variable behind a symbol, if it is never written and its contents are known.
    pub(super) fn constant_global(&self, symbol: clif::GlobalValue) -> Option<&'a Global> {
        let (_, id) = self.names.owners.iter().find(|(known, _)| *known == symbol)?;
        let global = self.src.module.global(*id);
        let replaceable = matches!(
            global.linkage,
            Linkage::Weak | Linkage::Common | Linkage::ExternWeak | Linkage::Appending
        );
        (global.constant && global.init.is_some() && !replaceable).then_some(global)
    }

    /// What a load from a constant variable gives, if that is a number.
    pub(super) fn load_constant(
        &mut self,
        global: &Global,
        offset: i64,
        ty: TypeId,
    ) -> Res<Option<Vec<Value>>> {
        let (size, width) = (alloc_size(self.types(), global.ty), store_size(self.types(), ty));
        let Some(init) = global.init.filter(|_| size <= MAX_FOLDED) else { return Ok(None) };
        let Ok(start) = u64::try_from(offset) else { return Ok(None) };
        if start.saturating_add(width) > size {
            return Ok(None);
        }
        let Ok(data) = data::lower(self.src.module, init) else { return Ok(None) };
        let hits = |reloc: &data::DataReloc| {
            reloc.offset < start + width && reloc.offset + u64::from(reloc.size) > start
        };
        if data.relocs.iter().any(hits) {
            return Ok(None);
        }
        let mut out = Vec::new();
        let bytes = data.bytes.get(start as usize..).unwrap_or(&[]);
        if self.types().vector(ty).is_none() && self.shape(ty)? == Shape::Aggregate {
            return Ok(None);
        }
        self.from_bytes(ty, bytes, &mut out)?;
        Ok(Some(out))
    }
}
