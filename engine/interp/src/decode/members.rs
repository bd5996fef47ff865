//! Members of structs, arrays and vectors.

use bareflow_ir::layout::{bit_size, member_offset, store_size};
use bareflow_ir::{Instr, Operand, TypeId};

use super::{Decoder, Kind, kind_of, regular};
use crate::machine::OsrMove;
use crate::op::moves;
use crate::op::shape::{Place, pick_unary};
use crate::op::{float, int, simd, vector};

impl Decoder<'_> {
    /// Offset in bytes and type of what a path leads to.
    fn member(&self, ty: TypeId, path: &[u32]) -> Option<(u32, TypeId)> {
        let mut at = 0;
        let mut here = ty;
        for index in path {
            let index = u64::from(*index);
            let member = self.types().member(here, index)?;
            at += member_offset(self.types(), here, index);
            here = member;
        }
        Some((at as u32, here))
    }

    pub(super) fn emit_extract_value(&mut self, agg: Operand, path: &[u32], to: u32) {
        if let (Operand::Value(value), [index]) = (agg, path)
            && self.plan.splits[value.index()]
        {
            if let Some(first) = self.first_extract(value, *index) {
                let from = self.value(first);
                self.copy_word(to, from);
            }
            return;
        }
        let Some((offset, ty)) = self.member(self.type_of(agg), path) else {
            self.refuse("extractvalue of a member that is not there");
            return;
        };
        let from = self.place(agg) + offset;
        self.copy_member(ty, from, to);
    }

    /// Copies a value out of a larger one into its own words.
    fn copy_member(&mut self, ty: TypeId, from: u32, to: u32) {
        let bytes = store_size(self.types(), ty) as u32;
        match kind_of(self.types(), ty) {
            Kind::F64 => {
                self.result(
                    Kind::F64,
                    pick_unary::<float::Copy<f64>>(Place::Reg(from)),
                    to,
                    from,
                    0,
                    0,
                );
            }
            Kind::F32 => {
                self.result(
                    Kind::F32,
                    pick_unary::<float::Copy<f32>>(Place::Reg(from)),
                    to,
                    from,
                    0,
                    0,
                );
            }
            _ if regular(bytes * 8) => {
                let handler = int::copy(bytes * 8, Place::Reg(from));
                self.int_result(handler, to, from, 0, 0);
            }
            _ => {
                let words = self.frame_bytes(ty);
                if words != bytes && words >= 8 {
                    self.other_result(moves::zero, to + words - 8, 0, 0, 8, 8);
                }
                self.other_result(moves::bytes, to, from, 0, bytes, words);
            }
        }
    }

    pub(super) fn emit_insert_value(
        &mut self,
        instr: &Instr,
        agg: Operand,
        value: Operand,
        path: &[u32],
        to: u32,
    ) {
        let Some((offset, ty)) = self.member(instr.ty, path) else {
            self.refuse("insertvalue of a member that is not there");
            return;
        };
        let words = self.frame_bytes(instr.ty);
        let part = self.place(value);
        let (to, part) = self.overwritable(instr, agg, part, self.frame_bytes(ty), to);
        self.put_part(to + offset, part, store_size(self.types(), ty) as u32);
        self.wrote(to, words);
    }

    /// Makes the result of an insertion hold what it is inserted into: where that is used by
    /// nothing else, it is overwritten; otherwise it is copied. Gives the place of the result
    /// and where the inserted value, of `bytes` at `part`, can be read.
    fn overwritable(
        &mut self,
        instr: &Instr,
        whole: Operand,
        part: u32,
        bytes: u32,
        to: u32,
    ) -> (u32, u32) {
        let words = self.frame_bytes(instr.ty);
        if let (Operand::Value(old), Some(result)) = (whole, instr.result)
            && self.plan.users(old).len() == 1
            && self.plan.shares[result.index()].is_none()
            && self.plan.shares[old.index()].is_none()
            && self.plan.is_insertion_beside(self.func, old, result)
        {
            let from = self.value(old);
            self.places[result.index()] = from;
            self.osr_moves.push(OsrMove::Copy { to, from, bytes: words });
            let part = self.aside(part, from, words, bytes);
            return (from, part);
        }
        // The place of the result may be that of a phi which the value is.
        let part = self.aside(part, to, words, bytes);
        if !self.is_undef(whole) {
            let from = self.place(whole);
            self.copy(to, from, words);
        }
        (to, part)
    }

    /// Where a value of `bytes` can be read after `to` is written: where it is, or a copy.
    fn aside(&mut self, from: u32, to: u32, words: u32, bytes: u32) -> u32 {
        if from + bytes <= to || to + words <= from {
            return from;
        }
        let copy = self.scratch(bytes);
        self.copy(copy, from, bytes);
        copy
    }

    /// Overwrites a part of a larger value.
    fn put_part(&mut self, to: u32, from: u32, bytes: u32) {
        match bytes {
            1 => self.other_result(moves::part::<u8>, to, from, 0, 0, 1),
            2 => self.other_result(moves::part::<u16>, to, from, 0, 0, 2),
            4 => self.other_result(moves::part::<u32>, to, from, 0, 0, 4),
            8 => self.other_result(moves::part::<u64>, to, from, 0, 0, 8),
            _ => self.other_result(moves::bytes, to, from, 0, bytes, bytes),
        }
    }

    pub(super) fn emit_extract(&mut self, instr: &Instr, vec: Operand, index: Operand, to: u32) {
        let Kind::Vector(lane, lanes) = self.kind(vec) else {
            self.refuse("extractelement of lanes that cannot be computed with");
            return;
        };
        let bits = lane.bits();
        let from = self.place(vec);
        match self.number_of(index, 64) {
            Some(at) if bits.is_multiple_of(8) && (at as u64) < u64::from(lanes) => {
                self.copy_member(instr.ty, from + at as u32 * (bits / 8), to);
            }
            _ => {
                let index = self.place(index);
                self.function(vector::extract, to, &[bits, lanes, from, index]);
            }
        }
    }

    pub(super) fn emit_insert(
        &mut self,
        instr: &Instr,
        vec: Operand,
        value: Operand,
        index: Operand,
        to: u32,
    ) {
        let Kind::Vector(lane, lanes) = self.kind(vec) else {
            self.refuse("insertelement of lanes that cannot be computed with");
            return;
        };
        let bits = lane.bits();
        let words = self.frame_bytes(instr.ty);
        let part = self.place(value);
        let part_words = self.frame_bytes(self.type_of(value));
        let (to, part) = self.overwritable(instr, vec, part, part_words, to);
        match self.number_of(index, 64) {
            Some(at) if bits.is_multiple_of(8) && (at as u64) < u64::from(lanes) => {
                self.put_part(to + at as u32 * (bits / 8), part, bits / 8);
                self.wrote(to, words);
            }
            _ => {
                let index = self.place(index);
                self.function(vector::insert, to, &[bits, lanes, part, index]);
            }
        }
    }

    pub(super) fn emit_shuffle(
        &mut self,
        instr: &Instr,
        a: Operand,
        b: Operand,
        mask: &[Option<u32>],
        to: u32,
    ) {
        let Kind::Vector(lane, lanes) = self.kind(a) else {
            self.refuse("shufflevector of lanes that cannot be computed with");
            return;
        };
        let (bits, pa, pb) = (lane.bits(), self.place(a), self.place(b));
        if !bits.is_multiple_of(8) {
            let mut operands = alloc::vec![bits, lanes, mask.len() as u32, pa, pb];
            operands.extend(mask.iter().map(|lane| lane.unwrap_or(u32::MAX)));
            self.function(vector::shuffle_bits, to, &operands);
            return;
        }
        let size = bits / 8;
        let source = |lane: &Option<u32>| match lane {
            Some(at) if *at < lanes => Some(pa + at * size),
            Some(at) if *at < 2 * lanes => Some(pb + (at - lanes) * size),
            _ => None,
        };
        let sources: alloc::vec::Vec<Option<u32>> = mask.iter().map(source).collect();
        self.gather_lanes(&sources, size, to, instr.ty);
    }

    /// Makes a vector of lanes that lie anywhere in the frame; `None` is anything.
    fn gather_lanes(&mut self, sources: &[Option<u32>], size: u32, to: u32, ty: TypeId) {
        let words = self.frame_bytes(ty);
        let bytes = store_size(self.types(), ty) as u32;
        // One piece.
        let first = sources
            .iter()
            .enumerate()
            .find_map(|(lane, from)| from.and_then(|from| from.checked_sub(lane as u32 * size)));
        if let Some(first) = first
            && (sources.iter().enumerate())
                .all(|(lane, from)| from.is_none_or(|from| from == first + lane as u32 * size))
            && bytes == words
        {
            self.copy(to, first, words);
            return;
        }
        let known: alloc::vec::Vec<u32> = {
            let any = sources.iter().flatten().next().copied().unwrap_or(self.temp_base);
            sources.iter().map(|from| from.unwrap_or(any)).collect()
        };
        if let Some(first) = known.first()
            && known.iter().all(|from| from == first)
            && let Some(handler) = simd::splatting(size, known.len())
        {
            self.other_result(handler, to, *first, 0, 0, words);
            return;
        }
        if let Some(handler) = simd::gathering(size, known.len()) {
            self.other_result(handler, to, 0, 0, 0, words);
            self.push_operands(&known);
            return;
        }
        let mut operands = alloc::vec![size, sources.len() as u32, words];
        operands.extend(sources.iter().map(|from| from.unwrap_or(u32::MAX)));
        self.function(vector::gather_lanes, to, &operands);
    }

    /// The bits of a type, for messages and masks.
    pub(super) fn bits_of(&self, ty: TypeId) -> u32 {
        bit_size(self.types(), ty) as u32
    }
}
