//! Lanes of two vectors in a new order.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::{Operand, TypeId};
use cranelift_codegen::ir::{self as clif, InstBuilder, Value, types};

use crate::lower::{Lower, Res, refuse};
use crate::shape::{self, Shape};

impl Lower<'_, '_> {
    // Moving lanes.

    pub(crate) fn shuffle_bytes(&mut self, a: Value, b: Value, mask: [u8; 16]) -> Value {
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

    pub(crate) fn shuffle_vector(
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
            let mut out: Vec<Value> = Vec::new();
            let mut last = None;
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
                // Chunks of a number that is in all lanes are the same.
                let known = out.last().copied().filter(|_| last.as_ref() == Some(&sources));
                out.push(known.unwrap_or_else(|| self.gather(lane, chunk, &sources)));
                last = Some(sources);
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
