//! Constant vectors that are computed, lane by lane.
//!
//! LLVM makes vectors of addresses where it spreads loads and stores of one variable over lanes.
//! After this a computed constant is always a scalar, and a vector is a list of its lanes.

use alloc::boxed::Box;
use alloc::vec::Vec;

use bareflow_ir::layout::store_size;
use bareflow_ir::{CastOp, ConstId, ConstKind, Type, TypeId};

use crate::combine::{Pending, What};
use crate::error::Cause;
use crate::reader::Reader;

impl Reader {
    /// The vector that `one` comes to, or the lane of one; `None` if it is neither.
    pub(crate) fn combine_lanes(
        &mut self,
        one: &Pending,
        operands: &[ConstId],
    ) -> Result<Option<ConstId>, Cause> {
        match (one.what, operands) {
            (What::ExtractElement, [vector, index]) => {
                let index = self.lane_number(*index)?;
                return self.lane(*vector, index).map(Some);
            }
            (What::InsertElement, [vector, value, index]) => {
                let (_, len) = self.lanes_of(*vector)?;
                let index = self.lane_number(*index)?;
                let mut lanes = self.all_lanes(*vector, len)?;
                let lane = lanes.get_mut(index as usize);
                *lane.ok_or(Cause::Malformed("a lane that does not exist"))? = *value;
                return self.vector(one.ty, lanes).map(Some);
            }
            (What::ShuffleVector, [a, b, mask]) => return self.shuffled(one.ty, *a, *b, *mask),
            _ => {}
        }
        let Some((elem, len)) = self.module.types.vector(one.ty) else { return Ok(None) };
        match one.what {
            What::Binary(_) | What::Gep(_) | What::Select | What::ICmp(_) | What::FCmp(_) => {}
            // Other bitcasts make lanes of parts of lanes.
            What::Cast(CastOp::Bitcast) if self.lane_count(operands) != Some(len) => {
                return Ok(None);
            }
            What::Cast(_) => {}
            _ => return Ok(None),
        }
        let mut lanes = Vec::with_capacity(len as usize);
        for at in 0..len {
            let mut own = Vec::with_capacity(operands.len());
            for operand in operands {
                // Of addresses and choices, some operands may be one for all lanes.
                let is_vector = self.module.types.vector(self.module.constant(*operand).ty);
                own.push(if is_vector.is_some() { self.lane(*operand, at)? } else { *operand });
            }
            let lane = Pending { ty: elem, what: one.what, operands: 0..0 };
            lanes.push(self.combine(&lane, &own)?);
        }
        self.vector(one.ty, lanes).map(Some)
    }

    fn shuffled(
        &mut self,
        ty: TypeId,
        a: ConstId,
        b: ConstId,
        mask: ConstId,
    ) -> Result<Option<ConstId>, Cause> {
        let (elem, inputs) = self.lanes_of(a)?;
        let (_, len) = self.lanes_of(mask)?;
        let mut lanes = Vec::with_capacity(len as usize);
        for at in 0..len {
            let from = self.lane(mask, at)?;
            lanes.push(match self.module.constant(from).kind {
                ConstKind::Undef | ConstKind::Poison => self.constant(elem, ConstKind::Poison)?,
                _ => match self.lane_number(from)? {
                    from if from < inputs => self.lane(a, from)?,
                    from => self.lane(b, from - inputs)?,
                },
            });
        }
        self.vector(ty, lanes).map(Some)
    }

    fn vector(&mut self, ty: TypeId, lanes: Vec<ConstId>) -> Result<ConstId, Cause> {
        self.charge(4 * lanes.len())?;
        let fits = self.module.types.vector(ty).is_some_and(|(elem, len)| {
            let is = |lane: &ConstId| self.module.constant(*lane).ty == elem;
            len as usize == lanes.len() && lanes.iter().all(is)
        });
        if !fits {
            return Err(Cause::Malformed("a constant that does not fit its type"));
        }
        self.constant(ty, ConstKind::Aggregate(Box::from(lanes)))
    }

    fn lanes_of(&self, vector: ConstId) -> Result<(TypeId, u32), Cause> {
        let ty = self.module.constant(vector).ty;
        self.module.types.vector(ty).ok_or(Cause::Malformed("a lane of what is no vector"))
    }

    fn lane_count(&self, operands: &[ConstId]) -> Option<u32> {
        let ty = self.module.constant(*operands.first()?).ty;
        self.module.types.vector(ty).map(|(_, len)| len)
    }

    fn all_lanes(&mut self, vector: ConstId, len: u32) -> Result<Vec<ConstId>, Cause> {
        self.charge(4 * len as usize)?;
        (0..len).map(|at| self.lane(vector, at)).collect()
    }

    /// The number of a lane.
    fn lane_number(&self, index: ConstId) -> Result<u32, Cause> {
        let kind = &self.module.constant(index).kind;
        let index = match kind {
            ConstKind::Int(index) => u32::try_from(*index).ok(),
            ConstKind::Zero => Some(0),
            _ => None,
        };
        index.ok_or(Cause::Malformed("a lane that does not exist"))
    }

    /// One lane of a constant vector.
    fn lane(&mut self, vector: ConstId, at: u32) -> Result<ConstId, Cause> {
        let (elem, len) = self.lanes_of(vector)?;
        if at >= len {
            return self.constant(elem, ConstKind::Poison);
        }
        let kind = match &self.module.constant(vector).kind {
            ConstKind::Zero => self.zero(elem),
            ConstKind::Undef => ConstKind::Undef,
            ConstKind::Poison => ConstKind::Poison,
            ConstKind::Aggregate(lanes) => return Ok(lanes[at as usize]),
            ConstKind::Data(bytes) => {
                let size = store_size(&self.module.types, elem) as usize;
                let mut word = [0; 8];
                let from = at as usize * size;
                word[..size].copy_from_slice(&bytes[from..from + size]);
                match self.module.types.get(elem) {
                    Type::Int(_) => ConstKind::Int(u64::from_le_bytes(word)),
                    _ => ConstKind::Float(u64::from_le_bytes(word)),
                }
            }
            _ => return Err(Cause::Unsupported("a lane of a computed constant".into())),
        };
        self.constant(elem, kind)
    }
}
