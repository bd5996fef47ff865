//! Stack variables kept in registers.
//!
//! An alloca of the entry block whose address is only loaded from and stored to, at constant
//! distances, needs no memory: each piece of it that is accessed, a *slice*, becomes a
//! variable of Cranelift's builder, which makes phis of it. This is what mem2reg and scalar
//! replacement of aggregates do, at the price of one walk over the function.

mod plan;
mod variables;

use alloc::vec::Vec;

use bareflow_ir::{Operand, TypeId, ValueId};
use cranelift_codegen::ir::{InstBuilder, Value, types};

use crate::addr::{Addr, Base};
use crate::lower::{Lower, Res};
use crate::memory::plain;
use crate::shape::Shape;
pub(crate) use variables::Promotion;
use variables::{Place, Slice};

impl Lower<'_, '_> {
    /// Where the function takes over in the middle, the variables are still in the memory
    /// of whoever ran it before.
    pub(crate) fn read_promoted(
        &mut self,
        mut address: impl FnMut(&mut Self, ValueId) -> Res<Value>,
    ) -> Res<()> {
        for index in 0..self.promotion.variables.len() {
            let variable = &self.promotion.variables[index];
            let fresh = variable.id.index() >= self.src.framed;
            if variable.fixed || variable.slices.is_empty() || fresh {
                continue;
            }
            let (id, slices) = (variable.id, variable.slices.clone());
            let base = address(self, id)?;
            for slice in slices {
                let addr = Addr { base: Base::Value(base), offset: slice.offset };
                self.load_slice(&slice, addr)?;
            }
        }
        Ok(())
    }

    fn load_slice(&mut self, slice: &Slice, addr: Addr) -> Res<()> {
        let mut pieces = Vec::new();
        self.load_pieces(slice.ty, addr, plain(), &mut pieces)?;
        for (var, piece) in slice.vars.iter().zip(pieces) {
            self.b.def_var(*var, piece);
        }
        Ok(())
    }

    /// Whether the value is an address in a variable that has none.
    pub(crate) fn is_promoted(&self, id: ValueId) -> bool {
        self.promotion.promoted(Operand::Value(id)).is_some()
    }

    /// The slice an address leads to.
    fn slice(&self, ptr: Operand) -> Option<&Slice> {
        let place = self.promotion.promoted(ptr)?;
        self.promotion.variables[place.variable as usize].slice(place.offset)
    }

    pub(crate) fn promoted_load(&mut self, ptr: Operand, ty: TypeId) -> Res<Option<Vec<Value>>> {
        let Some(slice) = self.slice(ptr) else { return Ok(None) };
        let vars = slice.vars.clone();
        let types = self.piece_types(ty)?;
        let mut out = Vec::with_capacity(vars.len());
        for (var, ty) in vars.iter().zip(types.iter()) {
            let value = self.b.use_var(*var);
            out.push(self.cast_bits(*ty, value));
        }
        Ok(Some(out))
    }

    pub(crate) fn promoted_store(&mut self, ptr: Operand, value: Operand) -> Res<bool> {
        let Some(slice) = self.slice(ptr) else { return Ok(false) };
        let (vars, ty) = (slice.vars.clone(), slice.ty);
        let types = self.piece_types(ty)?;
        let pieces = self.pieces(value)?;
        for ((var, ty), piece) in vars.iter().zip(types.iter()).zip(pieces) {
            let piece = self.cast_bits(*ty, piece);
            self.b.def_var(*var, piece);
        }
        Ok(true)
    }

    /// The slices that lie in a block of bytes, with their distance from its start.
    fn slices_in(&self, place: Place, size: i64) -> Vec<(Slice, i64)> {
        let variable = &self.promotion.variables[place.variable as usize];
        let inside = |slice: &&Slice| {
            slice.offset >= place.offset && slice.offset + slice.size <= place.offset + size
        };
        let found = variable.slices.iter().filter(inside);
        found.map(|slice| (slice.clone(), slice.offset - place.offset)).collect()
    }

    /// A copy from or to a variable without memory. False if there is none.
    pub(crate) fn promoted_copy(&mut self, to: Operand, from: Operand, size: Operand) -> Res<bool> {
        let (target, source) = (self.promotion.promoted(to), self.promotion.promoted(from));
        let Some(size) = self.src.const_int(size) else { return Ok(false) };
        match (target, source) {
            (None, None) => return Ok(false),
            (Some(target), None) => {
                let addr = self.addr(from)?;
                for (slice, distance) in self.slices_in(target, size as i64) {
                    self.load_slice(&slice, addr.plus(distance as u64))?;
                }
            }
            (None, Some(source)) => {
                let addr = self.addr(to)?;
                for (slice, distance) in self.slices_in(source, size as i64) {
                    let pieces: Vec<Value> =
                        slice.vars.iter().map(|var| self.b.use_var(*var)).collect();
                    let addr = addr.plus(distance as u64);
                    self.store_pieces(slice.ty, &pieces, addr, plain())?;
                }
            }
            (Some(target), Some(source)) => {
                for (slice, distance) in self.slices_in(target, size as i64) {
                    let variable = &self.promotion.variables[source.variable as usize];
                    let Some(from) = variable.slice(source.offset + distance) else { continue };
                    let (from, types) = (from.vars.clone(), self.piece_types(slice.ty)?);
                    for ((from, to), ty) in from.iter().zip(&slice.vars).zip(types.iter()) {
                        let value = self.b.use_var(*from);
                        let value = self.cast_bits(*ty, value);
                        self.b.def_var(*to, value);
                    }
                }
            }
        }
        Ok(true)
    }

    /// Fills a variable without memory. False if it is none.
    pub(crate) fn promoted_fill(&mut self, to: Operand, byte: Operand, size: Operand) -> Res<bool> {
        let Some(target) = self.promotion.promoted(to) else { return Ok(false) };
        let (Some(byte), Some(size)) = (self.src.const_int(byte), self.src.const_int(size)) else {
            return Ok(false);
        };
        for (slice, _) in self.slices_in(target, size as i64) {
            let ty = self.piece_types(slice.ty)?[0];
            let value = if byte & 0xff == 0 {
                self.zero(ty)
            } else if ty.bits() == 128 {
                let fill = self.vector(types::I8X16, [byte as u8; 16]);
                if ty == types::I128 {
                    let flags = cranelift_codegen::ir::MemFlagsData::new()
                        .with_endianness(cranelift_codegen::ir::Endianness::Little);
                    self.b.ins().bitcast(ty, flags, fill)
                } else {
                    self.cast_bits(ty, fill)
                }
            } else {
                let word = super::shape::container(ty.bits());
                let fill = self.int(word, (byte & 0xff) * 0x0101_0101_0101_0101);
                self.cast_bits(ty, fill)
            };
            let value = match self.shape(slice.ty)? {
                Shape::Int { bits, .. } => self.mask_to(value, bits),
                _ => value,
            };
            self.b.def_var(slice.vars[0], value);
        }
        Ok(true)
    }
}
