//! Vectors: their lanes.

mod element;
mod mask;
mod shuffle;
mod widen;

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::TypeId;
use cranelift_codegen::ir::{self as clif, InstBuilder, Value, types};

use crate::lower::{Lower, Res, refuse};
use crate::shape::Shape;

impl Lower<'_, '_> {
    /// The pieces of each lane of a vector.
    pub(crate) fn lanes(&mut self, ty: TypeId, pieces: &[Value]) -> Res<Vec<Vec<Value>>> {
        let mut lanes = Vec::new();
        match self.shape(ty)? {
            Shape::Lanes { len, chunk, .. } => {
                let per = chunk.lane_count();
                for lane in 0..len {
                    let from = pieces[(lane / per) as usize];
                    lanes.push(vec![self.extract_lane(from, (lane % per) as u8)]);
                }
            }
            Shape::Mask { len, chunk, .. } => {
                let per = chunk.lane_count();
                for lane in 0..len {
                    let from = pieces[(lane / per) as usize];
                    let wide = self.b.ins().extractlane(from, (lane % per) as u8);
                    lanes.push(vec![self.to_bool(wide)]);
                }
            }
            Shape::Scalars { elem, len } => {
                let count = self.piece_types(elem)?.len().max(1);
                lanes.extend(pieces.chunks(count).take(len as usize).map(<[Value]>::to_vec));
            }
            _ => return refuse("lanes of what is no vector"),
        }
        Ok(lanes)
    }

    /// A vector of these lanes.
    pub(crate) fn from_lanes(&mut self, ty: TypeId, lanes: &[Vec<Value>]) -> Res<Vec<Value>> {
        match self.shape(ty)? {
            Shape::Lanes { chunk, .. } => {
                let per = chunk.lane_count() as usize;
                let mut out = Vec::new();
                for group in lanes.chunks(per) {
                    let group: Vec<Value> = group.iter().map(|lane| lane[0]).collect();
                    out.push(self.build(chunk, &group));
                }
                Ok(out)
            }
            Shape::Mask { chunk, .. } => {
                let per = chunk.lane_count() as usize;
                let mut out = Vec::new();
                for group in lanes.chunks(per) {
                    let mut wide = Vec::new();
                    for lane in group {
                        wide.push(self.b.ins().bmask(chunk.lane_type(), lane[0]));
                    }
                    out.push(self.build(chunk, &wide));
                }
                Ok(out)
            }
            Shape::Scalars { .. } => Ok(lanes.concat()),
            _ => refuse("lanes of what is no vector"),
        }
    }

    /// A chunk of these lanes; the others have any value.
    pub(crate) fn build(&mut self, chunk: clif::Type, lanes: &[Value]) -> Value {
        if lanes.iter().all(|lane| *lane == lanes[0]) {
            return self.b.ins().splat(chunk, lanes[0]);
        }
        let mut vector = if chunk.lane_bits() < 32 {
            let wide = self.b.ins().uextend(types::I32, lanes[0]);
            let vector = self.b.ins().scalar_to_vector(types::I32X4, wide);
            self.cast_bits(chunk, vector)
        } else {
            self.b.ins().scalar_to_vector(chunk, lanes[0])
        };
        for (index, lane) in lanes.iter().enumerate().skip(1) {
            vector = self.b.ins().insertlane(vector, *lane, index as u8);
        }
        vector
    }

    /// Applies `each` to every lane, in parts of one lane each.
    pub(crate) fn by_lane(
        &mut self,
        from: TypeId,
        to: TypeId,
        operands: &[&[Value]],
        mut each: impl FnMut(&mut Self, &[&[Value]]) -> Res<Vec<Value>>,
    ) -> Res<Vec<Value>> {
        let mut columns = Vec::new();
        for operand in operands {
            columns.push(self.lanes(from, operand)?);
        }
        let mut results = Vec::new();
        for lane in 0..columns[0].len() {
            let row: Vec<&[Value]> = columns.iter().map(|column| &column[lane][..]).collect();
            results.push(each(self, &row)?);
        }
        self.from_lanes(to, &results)
    }

    /// Zeros for every piece of a type.
    pub(crate) fn zeros(&mut self, ty: TypeId) -> Res<Vec<Value>> {
        let types = self.piece_types(ty)?;
        Ok(types.iter().map(|ty| self.zero(*ty)).collect())
    }
}
