//! One lane of a vector, read or replaced.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{Operand, TypeId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, Value, types};

use crate::lower::{Lower, Res, refuse};
use crate::shape::Shape;

impl Lower<'_, '_> {
    pub(crate) fn extract_element(
        &mut self,
        vec: Operand,
        index: Operand,
        to: TypeId,
    ) -> Res<Vec<Value>> {
        let ty = self.src.type_of(vec);
        let pieces = self.pieces(vec)?;
        let Some((_, len)) = self.types().vector(ty) else { return refuse("a lane of no vector") };
        if let Some(at) = self.src.const_int(index) {
            return self.lane(ty, &pieces, to, at.min(u64::from(len)) as u32);
        }
        let index = self.one(index)?;
        match self.shape(ty)? {
            Shape::Lanes { lane, chunk, .. } => {
                let (slot, index) = self.spill_lanes(chunk, &pieces, index)?;
                let base = self.b.ins().stack_addr(types::I64, slot, 0);
                let shift = self.int(types::I8, u64::from(lane.bytes().trailing_zeros()));
                let offset = self.b.ins().ishl(index, shift);
                let at = self.b.ins().iadd(base, offset);
                Ok(vec![self.b.ins().load(lane, clif::MemFlagsData::trusted(), at, 0)])
            }
            _ => {
                // A chain of selections.
                let index = self.resize(index, types::I64);
                let lanes = self.lanes(ty, &pieces)?;
                let mut result = lanes[0].clone();
                for (at, lane) in lanes.iter().enumerate().skip(1) {
                    let at = self.int(types::I64, at as u64);
                    let here = self.b.ins().icmp(IntCC::Equal, index, at);
                    for (old, new) in result.iter_mut().zip(lane) {
                        *old = self.choose(here, *new, *old);
                    }
                }
                Ok(result)
            }
        }
    }

    /// Stores a vector, and limits an index to its chunks.
    fn spill_lanes(
        &mut self,
        chunk: clif::Type,
        pieces: &[Value],
        index: Value,
    ) -> Res<(clif::StackSlot, Value)> {
        let count = (pieces.len() as u64).next_power_of_two();
        let slot = self.stack_slot(16 * count, 16)?;
        let base = self.b.ins().stack_addr(types::I64, slot, 0);
        for (at, piece) in pieces.iter().enumerate() {
            self.b.ins().store(clif::MemFlagsData::trusted(), *piece, base, at as i32 * 16);
        }
        // An index beyond the end is poison, but must not touch other memory.
        let index = self.resize(index, types::I64);
        let mask = self.int(types::I64, count * u64::from(chunk.lane_count()) - 1);
        Ok((slot, self.b.ins().band(index, mask)))
    }

    /// One lane by a constant index.
    fn lane(&mut self, ty: TypeId, pieces: &[Value], to: TypeId, at: u32) -> Res<Vec<Value>> {
        match self.shape(ty)? {
            Shape::Lanes { len, chunk, .. } if at < len => {
                let per = chunk.lane_count();
                let from = pieces[(at / per) as usize];
                Ok(vec![self.extract_lane(from, (at % per) as u8)])
            }
            Shape::Mask { len, chunk, .. } if at < len => {
                let per = chunk.lane_count();
                let from = pieces[(at / per) as usize];
                let lane = self.b.ins().extractlane(from, (at % per) as u8);
                Ok(vec![self.to_bool(lane)])
            }
            Shape::Scalars { elem, len } if at < len => {
                let count = self.piece_types(elem)?.len();
                Ok(pieces[at as usize * count..][..count].to_vec())
            }
            // Beyond the end: poison.
            _ => self.zeros(to),
        }
    }

    pub(crate) fn insert_element(
        &mut self,
        vec: Operand,
        value: Operand,
        index: Operand,
    ) -> Res<Vec<Value>> {
        let ty = self.src.type_of(vec);
        let mut pieces = self.pieces(vec)?;
        let value = self.pieces(value)?;
        let shape = self.shape(ty)?;
        if let Some(at) = self.src.const_int(index) {
            match shape {
                Shape::Lanes { len, chunk, .. } | Shape::Mask { len, chunk, .. }
                    if at < u64::from(len) =>
                {
                    let lane = match shape {
                        Shape::Mask { .. } => self.b.ins().bmask(chunk.lane_type(), value[0]),
                        _ => value[0],
                    };
                    let per = u64::from(chunk.lane_count());
                    let piece = &mut pieces[(at / per) as usize];
                    *piece = self.b.ins().insertlane(*piece, lane, (at % per) as u8);
                }
                Shape::Scalars { len, .. } if at < u64::from(len) => {
                    let at = at as usize * value.len();
                    pieces[at..at + value.len()].copy_from_slice(&value);
                }
                _ => {}
            }
            return Ok(pieces);
        }
        let index = self.one(index)?;
        if let Shape::Lanes { lane, chunk, .. } = shape {
            let (slot, index) = self.spill_lanes(chunk, &pieces, index)?;
            let base = self.b.ins().stack_addr(types::I64, slot, 0);
            let shift = self.int(types::I8, u64::from(lane.bytes().trailing_zeros()));
            let offset = self.b.ins().ishl(index, shift);
            let at = self.b.ins().iadd(base, offset);
            let flags = clif::MemFlagsData::trusted();
            self.b.ins().store(flags, value[0], at, 0);
            for (at, piece) in pieces.iter_mut().enumerate() {
                *piece = self.b.ins().load(chunk, flags, base, at as i32 * 16);
            }
            return Ok(pieces);
        }
        let index = self.resize(index, types::I64);
        let mut lanes = self.lanes(ty, &pieces)?;
        for (at, lane) in lanes.iter_mut().enumerate() {
            let at = self.int(types::I64, at as u64);
            let here = self.b.ins().icmp(IntCC::Equal, index, at);
            for (old, new) in lane.iter_mut().zip(&value) {
                *old = self.choose(here, *new, *old);
            }
        }
        self.from_lanes(ty, &lanes)
    }
}
