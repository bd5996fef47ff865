//! Vectors: their lanes, masks, and moving lanes about.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{Operand, TypeId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{self as clif, InstBuilder, Value, types};

use super::lower::{Lower, Res, refuse};
use super::shape::{self, Shape};

impl Lower<'_, '_> {
    /// The pieces of each lane of a vector.
    pub(super) fn lanes(&mut self, ty: TypeId, pieces: &[Value]) -> Res<Vec<Vec<Value>>> {
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

    /// All ones or all zeros as 1 or 0.
    fn to_bool(&mut self, lane: Value) -> Value {
        let byte = self.resize(lane, types::I8);
        let one = self.int(types::I8, 1);
        self.b.ins().band(byte, one)
    }

    /// A vector of these lanes.
    pub(super) fn from_lanes(&mut self, ty: TypeId, lanes: &[Vec<Value>]) -> Res<Vec<Value>> {
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
    pub(super) fn build(&mut self, chunk: clif::Type, lanes: &[Value]) -> Value {
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
    pub(super) fn by_lane(
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

    // Masks.

    /// Turns comparison results of `len` lanes, as wide as the compared ones, into a mask.
    pub(super) fn mask_from(&mut self, len: u32, mut chunks: Vec<Value>) -> Vec<Value> {
        let Shape::Mask { chunk, chunks: count, .. } = shape::mask(len) else { return chunks };
        while self.ty(chunks[0]).lane_bits() > chunk.lane_bits() {
            chunks = self.narrow_masks(&chunks);
        }
        while self.ty(chunks[0]).lane_bits() < chunk.lane_bits() {
            chunks = self.widen_masks(&chunks, count as usize);
        }
        chunks.truncate(count as usize);
        chunks
    }

    /// Turns a mask of `len` lanes into chunks with lanes of `bits` bits.
    pub(super) fn mask_lanes(&mut self, len: u32, bits: u32, mask: &[Value]) -> Vec<Value> {
        let wanted = (len * bits).div_ceil(128) as usize;
        let mut chunks = mask.to_vec();
        while self.ty(chunks[0]).lane_bits() > bits {
            chunks = self.narrow_masks(&chunks);
        }
        while self.ty(chunks[0]).lane_bits() < bits {
            let lanes = len * self.ty(chunks[0]).lane_bits() * 2;
            chunks = self.widen_masks(&chunks, lanes.div_ceil(128) as usize);
        }
        chunks.truncate(wanted);
        chunks
    }

    /// Halves the width of lanes.
    fn narrow_masks(&mut self, chunks: &[Value]) -> Vec<Value> {
        let mut out = Vec::new();
        for pair in chunks.chunks(2) {
            let (low, high) = (pair[0], *pair.last().unwrap_or(&pair[0]));
            let value = if self.ty(low) == types::I64X2 {
                // The even 32-bit lanes of both.
                let (low, high) =
                    (self.cast_bits(types::I8X16, low), self.cast_bits(types::I8X16, high));
                let picked = self.shuffle_bytes(
                    low,
                    high,
                    [0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27],
                );
                self.cast_bits(types::I32X4, picked)
            } else {
                self.b.ins().snarrow(low, high)
            };
            out.push(value);
        }
        out
    }

    /// Doubles the width of lanes, for `wanted` chunks.
    fn widen_masks(&mut self, chunks: &[Value], wanted: usize) -> Vec<Value> {
        let mut out = Vec::new();
        for chunk in chunks {
            out.push(self.b.ins().swiden_low(*chunk));
            if out.len() < wanted {
                out.push(self.b.ins().swiden_high(*chunk));
            }
        }
        out.truncate(wanted.max(1));
        out
    }

    /// The bits of a mask of at most 64 lanes, lane 0 the lowest, in an `I64`.
    pub(super) fn mask_bits(&mut self, len: u32, mask: &[Value]) -> Value {
        let mut bits = self.int(types::I64, 0);
        for (index, chunk) in mask.iter().enumerate() {
            let high = self.b.ins().vhigh_bits(types::I32, *chunk);
            let wide = self.b.ins().uextend(types::I64, high);
            let shift = self.int(types::I8, index as u64 * 16);
            let moved = if index == 0 { wide } else { self.b.ins().ishl(wide, shift) };
            bits = if index == 0 { moved } else { self.b.ins().bor(bits, moved) };
        }
        self.mask_to_len(bits, len)
    }

    fn mask_to_len(&mut self, bits: Value, len: u32) -> Value {
        if len < 64 { self.mask_to_bits(bits, len) } else { bits }
    }

    fn mask_to_bits(&mut self, bits: Value, len: u32) -> Value {
        let mask = self.int(types::I64, (1u64 << len) - 1);
        self.b.ins().band(bits, mask)
    }

    /// A mask of `len` lanes from its bits: 16 lanes an integer, the lowest first.
    pub(super) fn bits_mask(&mut self, len: u32, groups: &[Value]) -> Vec<Value> {
        let Shape::Mask { chunk, .. } = shape::mask(len) else { return Vec::new() };
        let lane = chunk.lane_type();
        let mut out = Vec::new();
        for group in groups {
            // Each lane gets all the bits it chooses from, keeps its own, and tests it.
            let mut bytes = [0u8; 16];
            let width = lane.bytes() as usize;
            for at in 0..16 / width {
                let (byte, bit) = if width == 1 { (0, at % 8) } else { (at / 8, at % 8) };
                bytes[at * width + byte] = 1 << bit;
            }
            let select = self.vector(chunk, bytes);
            let spread = if lane == types::I8 {
                // The low byte of the group eight times, then the high one.
                let wide = self.resize(*group, types::I64);
                let vector = self.b.ins().scalar_to_vector(types::I64X2, wide);
                let vector = self.cast_bits(types::I8X16, vector);
                self.shuffle_bytes(vector, vector, [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1])
            } else {
                let narrow = self.resize(*group, lane);
                self.b.ins().splat(chunk, narrow)
            };
            let kept = self.b.ins().band(spread, select);
            out.push(self.b.ins().icmp(IntCC::Equal, kept, select));
        }
        out
    }

    // Moving lanes.

    pub(super) fn shuffle_bytes(&mut self, a: Value, b: Value, mask: [u8; 16]) -> Value {
        if !self.cpu.has("ssse3") {
            return self.shuffle_in_memory(a, b, mask);
        }
        let mask = self.b.func.dfg.immediates.push(mask.to_vec().into());
        self.b.ins().shuffle(a, b, mask)
    }

    /// The same without `pshufb`: through memory, in the largest pieces that move together.
    fn shuffle_in_memory(&mut self, a: Value, b: Value, mask: [u8; 16]) -> Value {
        let together = |width: usize| {
            mask.chunks(width).all(|lane| {
                (lane[0] as usize).is_multiple_of(width)
                    && lane.iter().enumerate().all(|(at, byte)| *byte == lane[0] + at as u8)
            })
        };
        let width = [8usize, 4, 2].into_iter().find(|width| together(*width)).unwrap_or(1);
        let lane = shape::container(width as u32 * 8);
        let data = clif::StackSlotData::new(clif::StackSlotKind::ExplicitSlot, 48, 4);
        let slot = self.b.create_sized_stack_slot(data);
        let base = self.b.ins().stack_addr(types::I64, slot, 0);
        let flags = clif::MemFlagsData::trusted();
        self.b.ins().store(flags, a, base, 0);
        self.b.ins().store(flags, b, base, 16);
        for at in (0..16).step_by(width) {
            let from = i32::from(mask[at]);
            let moved = self.b.ins().load(lane, flags, base, from);
            self.b.ins().store(flags, moved, base, 32 + at as i32);
        }
        self.b.ins().load(types::I8X16, flags, base, 32)
    }

    pub(super) fn extract_element(
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

    /// Zeros for every piece of a type.
    pub(super) fn zeros(&mut self, ty: TypeId) -> Res<Vec<Value>> {
        let types = self.piece_types(ty)?;
        Ok(types.iter().map(|ty| self.zero(*ty)).collect())
    }

    pub(super) fn insert_element(
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

    pub(super) fn shuffle_vector(
        &mut self,
        a: Operand,
        b: Operand,
        mask: &[Option<u32>],
        to: TypeId,
    ) -> Res<Vec<Value>> {
        let from = self.src.type_of(a);
        let Some((_, len)) = self.types().vector(from) else { return refuse("lanes of no vector") };
        let a = self.pieces(a)?;
        let b = self.pieces(b)?;
        if let (Shape::Lanes { lane, chunk, .. }, Shape::Lanes { .. }) =
            (self.shape(from)?, self.shape(to)?)
        {
            let per = chunk.lane_count();
            let mut out = Vec::new();
            for group in mask.chunks(per as usize) {
                // Where each lane comes from: a chunk of one of the inputs, and a lane in it.
                let sources: Vec<Option<(Value, u32)>> = group
                    .iter()
                    .map(|pick| {
                        let pick = (*pick)?;
                        let (input, at) = if pick < len { (&a, pick) } else { (&b, pick - len) };
                        Some((*input.get((at / per) as usize)?, at % per))
                    })
                    .collect();
                out.push(self.gather(lane, chunk, &sources));
            }
            return Ok(out);
        }
        let mut lanes = self.lanes(from, &a)?;
        lanes.extend(self.lanes(from, &b)?);
        let Some((elem, _)) = self.types().vector(to) else { return refuse("lanes of no vector") };
        let mut picked = Vec::new();
        for pick in mask {
            match pick.and_then(|pick| lanes.get(pick as usize)) {
                Some(lane) => picked.push(lane.clone()),
                None => picked.push(self.zeros(elem)?),
            }
        }
        self.from_lanes(to, &picked)
    }

    /// One chunk whose lanes come from any number of chunks.
    fn gather(
        &mut self,
        lane: clif::Type,
        chunk: clif::Type,
        sources: &[Option<(Value, u32)>],
    ) -> Value {
        let mut inputs: Vec<Value> = Vec::new();
        for (input, _) in sources.iter().flatten() {
            if !inputs.contains(input) {
                inputs.push(*input);
            }
        }
        if inputs.is_empty() {
            return self.zero(chunk);
        }
        let in_place = |(at, source): (usize, &Option<(Value, u32)>)| {
            source.is_none_or(|(input, lane)| input == inputs[0] && lane as usize == at)
        };
        if inputs.len() == 1 && sources.iter().enumerate().all(in_place) {
            return inputs[0];
        }
        if let Some((input, lane)) = sources.iter().flatten().next().copied()
            && sources.iter().flatten().all(|source| *source == (input, lane))
        {
            // The same lane everywhere.
            let scalar = self.extract_lane(input, lane as u8);
            let direct = !matches!(
                self.b
                    .func
                    .dfg
                    .value_def(scalar)
                    .inst()
                    .map(|inst| self.b.func.dfg.insts[inst].opcode()),
                Some(clif::Opcode::Extractlane)
            );
            if direct || chunk.lane_count() == 2 {
                return self.b.ins().splat(chunk, scalar);
            }
        }
        let width = lane.bytes() as usize;
        // Two inputs at a time: what is there already, and one more.
        let mut done: Option<Value> = None;
        let mut placed = vec![false; sources.len()];
        let mut rest = &inputs[..];
        while let Some((first, others)) = rest.split_first() {
            let (left, right) = match done {
                Some(done) => (done, *first),
                None => (*first, others.first().copied().unwrap_or(*first)),
            };
            rest = if done.is_none() && !others.is_empty() { &others[1..] } else { others };
            let mut bytes = [0u8; 16];
            for at in 0..16 / width {
                let from = match sources.get(at).copied().flatten() {
                    Some(_) if placed[at] => at,
                    Some((input, lane)) if input == left && done.is_none() => {
                        placed[at] = true;
                        lane as usize
                    }
                    Some((input, lane)) if input == right => {
                        placed[at] = true;
                        lane as usize + 16 / width
                    }
                    // Poison, or not there yet: anything.
                    _ => at,
                };
                for byte in 0..width {
                    bytes[at * width + byte] = (from * width + byte) as u8;
                }
            }
            let left = self.cast_bits(types::I8X16, left);
            let right = self.cast_bits(types::I8X16, right);
            let shuffled = self.shuffle_bytes(left, right, bytes);
            done = Some(shuffled);
        }
        let result = done.unwrap_or(inputs[0]);
        self.cast_bits(chunk, result)
    }
}
