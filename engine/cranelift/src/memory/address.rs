//! Address arithmetic and stack variables.

use alloc::vec::Vec;

use bareflow_ir::layout::{align_of, alloc_size, member_offset};
use bareflow_ir::{Operand, Type, TypeId, ValueId};
use cranelift_codegen::ir::{InstBuilder, Value, types};

use crate::addr::{Addr, Base};
use crate::lower::{Lower, Res, refuse};
use crate::shape::Shape;

impl Lower<'_, '_> {
    /// `getelementptr`: constant steps are gathered into the offset.
    pub(crate) fn gep(
        &mut self,
        result: ValueId,
        ty: TypeId,
        base: Operand,
        indices: &[Operand],
    ) -> Res<()> {
        if self.types().vector(self.src.func.value_type(result)).is_some() {
            return self.gep_vector(result, ty, base, indices);
        }
        let mut addr = self.addr(base)?;
        let mut at = ty;
        for (position, index) in indices.iter().enumerate() {
            let (index, distance) = self.split_index(*index);
            let index = &index;
            let constant = self.src.const_signed(*index).map(|index| index.wrapping_add(distance));
            if position > 0 {
                if let Type::Struct { .. } = self.types().get(at) {
                    let Some(field) = constant else { return refuse("a variable field") };
                    addr = addr.plus(member_offset(self.types(), at, field as u64));
                    let Some(next) = self.types().member(at, field as u64) else {
                        return refuse("a field that is not there");
                    };
                    at = next;
                    continue;
                }
                at = match self.types().get(at) {
                    Type::Array { elem, .. } | Type::Vector { elem, .. } => *elem,
                    _ => return refuse("a step into what has no members"),
                };
            }
            let step = alloc_size(self.types(), at);
            match constant {
                Some(index) => {
                    addr.offset = addr.offset.wrapping_add(index.wrapping_mul(step as i64))
                }
                None => {
                    addr.offset = addr.offset.wrapping_add(distance.wrapping_mul(step as i64));
                    let index_ty = self.src.type_of(*index);
                    let index = self.one(*index)?;
                    let index = self.index_value(index, index_ty)?;
                    let distance = self.scale(index, step);
                    let base = self.base_value(addr.base);
                    let sum = self.b.ins().iadd(base, distance);
                    addr.base = Base::Value(sum);
                }
            }
        }
        self.set_addr(result, addr);
        Ok(())
    }

    /// An index as 64 bits: indices are signed.
    fn index_value(&mut self, index: Value, ty: TypeId) -> Res<Value> {
        match self.shape(ty)? {
            Shape::Int { bits: ..=64, .. } => {
                let bits = self.types().int_bits(ty).unwrap_or(64);
                Ok(self.sign_extend(index, bits, 64, types::I64))
            }
            Shape::Int { .. } => Ok(self.resize(index, types::I64)),
            Shape::Wide { .. } => Ok(index),
            _ => refuse("an index that is no integer"),
        }
    }

    /// `index * step`, as a shift where it is one, so that it fits an addressing mode.
    fn scale(&mut self, index: Value, step: u64) -> Value {
        match step {
            1 => index,
            _ if step.is_power_of_two() => {
                let shift = self.int(types::I8, u64::from(step.trailing_zeros()));
                self.b.ins().ishl(index, shift)
            }
            _ => {
                let step = self.int(types::I64, step);
                self.b.ins().imul(index, step)
            }
        }
    }

    /// A vector of addresses.
    fn gep_vector(
        &mut self,
        result: ValueId,
        ty: TypeId,
        base: Operand,
        indices: &[Operand],
    ) -> Res<()> {
        let result_ty = self.src.func.value_type(result);
        let Some((_, len)) = self.types().vector(result_ty) else { return refuse("no vector") };
        let base_ty = self.src.type_of(base);
        let base = self.pieces(base)?;
        let bases = self.spread(base_ty, &base, len)?;
        let mut totals: Vec<Value> = bases.iter().map(|lane| lane[0]).collect();
        let mut at = ty;
        for (position, index) in indices.iter().enumerate() {
            if position > 0
                && let Type::Struct { .. } = self.types().get(at)
            {
                let Some(field) = self.field_index(*index) else {
                    return refuse("a variable field");
                };
                let offset = member_offset(self.types(), at, field);
                for total in &mut totals {
                    *total = self.add_const(*total, offset as i64);
                }
                let Some(next) = self.types().member(at, field) else {
                    return refuse("a field that is not there");
                };
                at = next;
                continue;
            }
            if position > 0 {
                at = match self.types().get(at) {
                    Type::Array { elem, .. } | Type::Vector { elem, .. } => *elem,
                    _ => return refuse("a step into what has no members"),
                };
            }
            let step = alloc_size(self.types(), at);
            let index_ty = self.src.type_of(*index);
            let scalar_ty = self.types().scalar(index_ty);
            let index = self.pieces(*index)?;
            let lanes = self.spread(index_ty, &index, len)?;
            for (total, lane) in totals.iter_mut().zip(lanes) {
                let index = self.index_value(lane[0], scalar_ty)?;
                let distance = self.scale(index, step);
                *total = self.b.ins().iadd(*total, distance);
            }
        }
        let lanes: Vec<Vec<Value>> = totals.into_iter().map(|total| alloc::vec![total]).collect();
        let pieces = self.from_lanes(result_ty, &lanes)?;
        self.set(result, &pieces);
        Ok(())
    }

    /// A struct index, which may be a vector of equal numbers.
    fn field_index(&mut self, index: Operand) -> Option<u64> {
        if let Some(field) = self.src.const_int(index) {
            return Some(field);
        }
        let Operand::Const(id) = index else { return None };
        let data = bareflow_ir::data::lower(self.src.module, id).ok()?;
        Some(u64::from(u32::from_le_bytes(data.bytes.get(..4)?.try_into().ok()?)))
    }

    /// The lanes of a vector, or as many copies of a scalar.
    fn spread(&mut self, ty: TypeId, pieces: &[Value], len: u32) -> Res<Vec<Vec<Value>>> {
        if self.types().vector(ty).is_some() {
            self.lanes(ty, pieces)
        } else {
            Ok((0..len).map(|_| pieces.to_vec()).collect())
        }
    }

    /// A stack variable.
    pub(crate) fn alloca(
        &mut self,
        result: ValueId,
        ty: TypeId,
        count: Operand,
        align: u32,
        in_entry: bool,
    ) -> Res<()> {
        let size = alloc_size(self.types(), ty);
        let align = u64::from(align).max(align_of(self.types(), ty)).max(1);
        if let Some(count) = self.src.const_int(count)
            && in_entry
        {
            let size = size.saturating_mul(count);
            if align <= 16 {
                let slot = self.stack_slot(size, align)?;
                self.set_addr(result, Addr { base: Base::Stack(slot), offset: 0 });
                return Ok(());
            }
            // The frame is aligned to 16: take more, and round up.
            let slot = self.stack_slot(size.saturating_add(align - 16), 16)?;
            let base = self.b.ins().stack_addr(types::I64, slot, 0);
            let top = self.add_const(base, align as i64 - 1);
            let mask = self.int(types::I64, !(align - 1));
            let value = self.b.ins().band(top, mask);
            self.set(result, &[value]);
            return Ok(());
        }
        let count_ty = self.src.type_of(count);
        let count = self.one(count)?;
        let bits = self.types().int_bits(count_ty).unwrap_or(64);
        let count = self.fit_int(count, bits, 64, types::I64);
        let bytes = self.scale_size(count, size);
        let value = self.dynamic_alloca(bytes, align)?;
        self.set(result, &[value]);
        Ok(())
    }

    fn scale_size(&mut self, count: Value, size: u64) -> Value {
        if size == 0 { self.int(types::I64, 0) } else { self.scale(count, size) }
    }
}
