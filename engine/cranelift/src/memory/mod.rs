//! Memory: loads and stores of IR values, addresses, blocks of bytes.

mod address;
mod block;
mod constant;
mod pieces;

use alloc::vec::Vec;

use bareflow_ir::layout::store_size;
use bareflow_ir::{Operand, Ordering, TypeId};
use cranelift_codegen::ir::{InstBuilder, MemFlagsData, Value, types};

use super::lower::{Lower, Res, refuse};
use super::shape::Shape;
use crate::addr::{Addr, Base};

/// Accesses that cannot fault in a defined program.
pub(crate) fn plain() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}

impl Addr {
    pub(crate) fn plus(self, distance: u64) -> Addr {
        Addr { offset: self.offset.wrapping_add(distance as i64), ..self }
    }
}

impl Lower<'_, '_> {
    /// Flags of an access that promises `align` bytes.
    fn access(&self, ty: TypeId, align: u32) -> MemFlagsData {
        let size = store_size(self.types(), ty).min(16);
        if u64::from(align) >= size { plain().with_aligned() } else { plain() }
    }

    pub(crate) fn load(
        &mut self,
        ptr: Operand,
        ty: TypeId,
        align: u32,
        volatile: bool,
        atomic: Option<Ordering>,
    ) -> Res<Vec<Value>> {
        let mut flags = self.access(ty, align);
        let addr = self.addr(ptr)?;
        if let Base::Symbol(symbol) = addr.base
            && let Some(global) = self.constant_global(symbol)
            && !volatile
        {
            flags = flags.with_readonly().with_can_move();
            if !self.defs.is_empty()
                && let Some(pieces) = self.load_constant(global, addr.offset, ty)?
            {
                return Ok(pieces);
            }
        }
        if volatile || atomic.is_some() {
            // Atomic loads are ordinary ones here, but no pass moves or merges them.
            let at = self.addr_value(addr);
            let raw = match self.shape(ty)? {
                Shape::Int { clif, bits } if clif.bits() == bits && bits <= 64 => Some(clif),
                Shape::Int { clif: types::I128, bits: 128 }
                    if atomic.is_some() && self.cpu.has("cmpxchg16b") =>
                {
                    Some(types::I128)
                }
                Shape::Ptr => Some(types::I64),
                Shape::Float(clif) => {
                    Some(if clif == types::F32 { types::I32 } else { types::I64 })
                }
                Shape::Half { .. } => Some(types::I16),
                _ => None,
            };
            if let Some(raw) = raw {
                let value = self.b.ins().atomic_load(raw, flags, at);
                let ty = self.piece_types(ty)?[0];
                return Ok(alloc::vec![self.cast_bits(ty, value)]);
            }
            if atomic.is_some() && store_size(self.types(), ty) > 8 {
                return refuse("an atomic load of more than 8 bytes");
            }
        }
        let mut out = Vec::new();
        self.load_pieces(ty, addr, flags, &mut out)?;
        Ok(out)
    }

    pub(crate) fn store(
        &mut self,
        ptr: Operand,
        value: Operand,
        align: u32,
        atomic: Option<Ordering>,
    ) -> Res<()> {
        let ty = self.src.type_of(value);
        let flags = self.access(ty, align);
        let pieces = self.pieces(value)?;
        let addr = self.addr(ptr)?;
        let wide = |piece| self.ty(piece) == types::I128 && self.cpu.has("cmpxchg16b");
        if let Some(order) = atomic
            && let [piece] = pieces[..]
            && (order == Ordering::SeqCst && store_size(self.types(), ty) <= 8 || wide(piece))
            && !self.ty(piece).is_vector()
        {
            let at = self.addr_value(addr);
            let word = match self.ty(piece) {
                types::F32 => types::I32,
                types::F64 => types::I64,
                other => other,
            };
            let piece = self.cast_bits(word, piece);
            self.b.ins().atomic_store(flags, piece, at);
            return Ok(());
        }
        if atomic.is_some() && store_size(self.types(), ty) > 8 {
            return refuse("an atomic store of more than 8 bytes");
        }
        self.store_pieces(ty, &pieces, addr, flags)
    }
}
