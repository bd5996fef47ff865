//! Integer lanes made wider.

use alloc::vec::Vec;

use cranelift_codegen::ir::{self as clif, InstBuilder, Value, types};

use crate::lower::Lower;

impl Lower<'_, '_> {
    /// Lanes made wider until they are `lane`, in `wanted` chunks.
    pub(crate) fn widen_chunks(
        &mut self,
        signed: bool,
        pieces: &[Value],
        lane: clif::Type,
        wanted: u32,
    ) -> Vec<Value> {
        // To twice the width is one operation a chunk; further in one go, where zeros come with it.
        let further = self.ty(pieces[0]).lane_bits() * 2 < lane.bits();
        if further && !signed && self.cpu.has("ssse3") {
            return self.spread_chunks(pieces, lane, wanted);
        }
        let mut chunks = pieces.to_vec();
        while self.ty(chunks[0]).lane_bits() < lane.bits() {
            // Chunks that only padding would fill are dropped on the way.
            let steps = lane.bits() / (self.ty(chunks[0]).lane_bits() * 2);
            let needed = wanted.div_ceil(steps) as usize;
            let mut wider = Vec::new();
            for chunk in chunks {
                wider.push(if signed {
                    self.b.ins().swiden_low(chunk)
                } else {
                    self.b.ins().uwiden_low(chunk)
                });
                if wider.len() < needed {
                    wider.push(if signed {
                        self.b.ins().swiden_high(chunk)
                    } else {
                        self.b.ins().uwiden_high(chunk)
                    });
                }
            }
            wider.truncate(needed);
            chunks = wider;
        }
        chunks
    }

    /// The same without a sign, in one go: bytes are spread, with zeros between them.
    fn spread_chunks(&mut self, pieces: &[Value], lane: clif::Type, wanted: u32) -> Vec<Value> {
        const ZERO: u8 = 0x80;
        let from = self.ty(pieces[0]).lane_type().bytes() as usize;
        let to = lane.bytes() as usize;
        let parts = to / from;
        let mut out = Vec::new();
        for number in 0..wanted as usize {
            let first = number % parts * (16 / parts);
            let mut order = [ZERO; 16];
            for (at, lane) in order.chunks_mut(to).enumerate() {
                for (byte, place) in lane.iter_mut().enumerate().take(from) {
                    *place = (first + at * from + byte) as u8;
                }
            }
            let order = self.vector(types::I8X16, order);
            let bytes = self.cast_bits(types::I8X16, pieces[number / parts]);
            let spread = self.b.ins().x86_pshufb(bytes, order);
            let wide = clif::Type::by(lane, 16 / lane.bytes()).unwrap_or(types::I8X16);
            out.push(self.cast_bits(wide, spread));
        }
        out
    }
}
