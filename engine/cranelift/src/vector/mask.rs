//! Masks: vectors of one-bit lanes, in chunks of all ones or zeros.

use alloc::vec::Vec;

use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use crate::lower::Lower;
use crate::shape::{self, Shape};

impl Lower<'_, '_> {
    /// All ones or all zeros as 1 or 0.
    pub(super) fn to_bool(&mut self, lane: Value) -> Value {
        let byte = self.resize(lane, types::I8);
        let one = self.int(types::I8, 1);
        self.b.ins().band(byte, one)
    }

    // Masks.

    /// Turns comparison results of `len` lanes, as wide as the compared ones, into a mask.
    pub(crate) fn mask_from(&mut self, len: u32, mut chunks: Vec<Value>) -> Vec<Value> {
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
    pub(crate) fn mask_lanes(&mut self, len: u32, bits: u32, mask: &[Value]) -> Vec<Value> {
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
    pub(crate) fn mask_bits(&mut self, len: u32, mask: &[Value]) -> Value {
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
    pub(crate) fn bits_mask(&mut self, len: u32, groups: &[Value]) -> Vec<Value> {
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
}
