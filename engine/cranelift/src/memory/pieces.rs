//! Values of any type as the pieces that Cranelift loads and stores.

use alloc::vec::Vec;

use bareflow_ir::layout::{alloc_size, bit_size, member_offset, store_size};
use bareflow_ir::{Type, TypeId};
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, Value, types};

use crate::addr::Addr;
use crate::lower::{Lower, Res, refuse};
use crate::shape::Shape;

impl Lower<'_, '_> {
    /// Reads one Cranelift value.
    pub(crate) fn load_raw(&mut self, ty: clif::Type, addr: Addr, flags: MemFlagsData) -> Value {
        let addr = self.near(addr);
        let base = self.base_value(addr.base);
        self.b.ins().load(ty, flags, base, addr.offset as i32)
    }

    /// Writes one Cranelift value.
    pub(crate) fn store_raw(&mut self, value: Value, addr: Addr, flags: MemFlagsData) {
        let addr = self.near(addr);
        let base = self.base_value(addr.base);
        self.b.ins().store(flags, value, base, addr.offset as i32);
    }

    /// Appends the pieces of a value in memory.
    pub(crate) fn load_pieces(
        &mut self,
        ty: TypeId,
        addr: Addr,
        flags: MemFlagsData,
        out: &mut Vec<Value>,
    ) -> Res<()> {
        match self.shape(ty)? {
            Shape::Void => {}
            Shape::Int { bits, clif } => {
                let value = self.load_int(bits.div_ceil(8), clif, addr, flags);
                out.push(if bits % 8 == 0 { value } else { self.mask_to(value, bits) });
            }
            Shape::Wide { bits, limbs } => {
                for limb in 0..limbs {
                    let here = (bits - limb * 64).min(64);
                    let at = addr.plus(u64::from(limb) * 8);
                    let value = self.load_int(here.div_ceil(8), types::I64, at, flags);
                    out.push(self.mask_to(value, here));
                }
            }
            Shape::Ptr => out.push(self.load_raw(types::I64, addr, flags)),
            Shape::Float(clif) => out.push(self.load_raw(clif, addr, flags)),
            Shape::Half { .. } => out.push(self.load_raw(types::I16, addr, flags)),
            Shape::Lanes { chunk, chunks, .. } => {
                let size = store_size(self.types(), ty);
                for index in 0..u64::from(chunks) {
                    let here = (size - index * 16).min(16) as u32;
                    let value = self.load_chunk(chunk, here, addr.plus(index * 16), flags);
                    out.push(value);
                }
            }
            Shape::Mask { len, chunks, .. } => {
                let mut groups = Vec::new();
                for index in 0..chunks {
                    let here = (len - index * 16).min(16);
                    let at = addr.plus(u64::from(index) * 2);
                    groups.push(self.load_int(here.div_ceil(8), types::I64, at, flags));
                }
                let mask = self.bits_mask(len, &groups);
                out.extend(mask);
            }
            Shape::Scalars { elem, len } => {
                let bits = bit_size(self.types(), elem);
                if !bits.is_multiple_of(8) {
                    return self.load_packed(elem, bits, len, addr, flags, out);
                }
                for index in 0..u64::from(len) {
                    let at = addr.plus(member_offset(self.types(), ty, index));
                    self.load_pieces(elem, at, flags, out)?;
                }
            }
            Shape::Aggregate => {
                let _checked = self.piece_types(ty)?;
                for (member, offset) in self.members(ty)? {
                    self.load_pieces(member, addr.plus(offset), flags, out)?;
                }
            }
        }
        Ok(())
    }

    /// Writes a value.
    pub(crate) fn store_pieces(
        &mut self,
        ty: TypeId,
        pieces: &[Value],
        addr: Addr,
        flags: MemFlagsData,
    ) -> Res<()> {
        match self.shape(ty)? {
            Shape::Void => {}
            Shape::Int { bits, .. } => self.store_int(bits.div_ceil(8), pieces[0], addr, flags),
            Shape::Wide { bits, .. } => {
                for (limb, piece) in pieces.iter().enumerate() {
                    let here = (bits - limb as u32 * 64).min(64);
                    let at = addr.plus(limb as u64 * 8);
                    self.store_int(here.div_ceil(8), *piece, at, flags);
                }
            }
            Shape::Ptr | Shape::Float(_) | Shape::Half { .. } => {
                self.store_raw(pieces[0], addr, flags);
            }
            Shape::Lanes { .. } => {
                let size = store_size(self.types(), ty);
                for (index, piece) in pieces.iter().enumerate() {
                    let here = (size - index as u64 * 16).min(16) as u32;
                    self.store_chunk(*piece, here, addr.plus(index as u64 * 16), flags);
                }
            }
            Shape::Mask { len, .. } => {
                for (index, piece) in pieces.iter().enumerate() {
                    let here = (len - index as u32 * 16).min(16);
                    let bits = self.mask_bits(here, &[*piece]);
                    let at = addr.plus(index as u64 * 2);
                    self.store_int(here.div_ceil(8), bits, at, flags);
                }
            }
            Shape::Scalars { elem, len } => {
                let bits = bit_size(self.types(), elem);
                if !bits.is_multiple_of(8) {
                    return self.store_packed(bits, len, pieces, addr, flags);
                }
                let count = self.piece_types(elem)?.len();
                for (index, lane) in pieces.chunks(count.max(1)).enumerate() {
                    let at = addr.plus(member_offset(self.types(), ty, index as u64));
                    self.store_pieces(elem, lane, at, flags)?;
                }
            }
            Shape::Aggregate => {
                let mut rest = pieces;
                for (member, offset) in self.members(ty)? {
                    let count = self.piece_types(member)?.len();
                    let (here, later) = rest.split_at(count);
                    self.store_pieces(member, here, addr.plus(offset), flags)?;
                    rest = later;
                }
            }
        }
        Ok(())
    }

    /// Types and offsets of the members of a struct or array.
    pub(crate) fn members(&mut self, ty: TypeId) -> Res<Vec<(TypeId, u64)>> {
        let types = self.types();
        match types.get(ty) {
            Type::Array { elem, len } if *len <= crate::shape::MAX_PIECES => {
                let step = alloc_size(types, *elem);
                Ok((0..*len).map(|index| (*elem, index * step)).collect())
            }
            Type::Struct { fields, .. } => Ok(fields
                .iter()
                .enumerate()
                .map(|(index, field)| (*field, member_offset(types, ty, index as u64)))
                .collect()),
            _ => refuse("an aggregate of more than 1024 members"),
        }
    }

    /// An integer of `size` bytes, zero-extended to `clif`.
    fn load_int(&mut self, size: u32, clif: clif::Type, addr: Addr, flags: MemFlagsData) -> Value {
        if clif == types::I128 {
            let low = self.load_raw(types::I64, addr, flags);
            let high = self.load_int(size - 8, types::I64, addr.plus(8), flags);
            return self.b.ins().iconcat(low, high);
        }
        if size == clif.bytes() {
            return self.load_raw(clif, addr, flags);
        }
        let mut value = None;
        let mut done = 0;
        for part in [4, 2, 1] {
            if (size - done) & part == 0 {
                continue;
            }
            let ty = crate::shape::container(part * 8);
            let piece = self.load_raw(ty, addr.plus(u64::from(done)), flags);
            let piece = self.resize(piece, clif);
            value = Some(match value {
                None => piece,
                Some(low) => {
                    let shift = self.int(types::I8, u64::from(done) * 8);
                    let moved = self.b.ins().ishl(piece, shift);
                    self.b.ins().bor(low, moved)
                }
            });
            done += part;
        }
        value.unwrap_or_else(|| self.int(clif, 0))
    }

    /// The low `size` bytes of an integer.
    fn store_int(&mut self, size: u32, value: Value, addr: Addr, flags: MemFlagsData) {
        let clif = self.ty(value);
        if clif == types::I128 {
            let (low, high) = self.b.ins().isplit(value);
            self.store_raw(low, addr, flags);
            self.store_int(size - 8, high, addr.plus(8), flags);
            return;
        }
        if size == clif.bytes() {
            return self.store_raw(value, addr, flags);
        }
        let mut done = 0;
        for part in [4, 2, 1] {
            if (size - done) & part == 0 {
                continue;
            }
            let shift = self.int(types::I8, u64::from(done) * 8);
            let moved = if done == 0 { value } else { self.b.ins().ushr(value, shift) };
            let ty = crate::shape::container(part * 8);
            let piece = self.resize(moved, ty);
            self.store_raw(piece, addr.plus(u64::from(done)), flags);
            done += part;
        }
    }

    /// The first `size` bytes of a chunk; the rest of it is zero.
    fn load_chunk(
        &mut self,
        chunk: clif::Type,
        size: u32,
        addr: Addr,
        flags: MemFlagsData,
    ) -> Value {
        if size == 16 {
            return self.load_raw(chunk, addr, flags);
        }
        let low = self.load_int(size.min(8), types::I64, addr, flags);
        let mut vector = self.b.ins().scalar_to_vector(types::I64X2, low);
        if size > 8 {
            let high = self.load_int(size - 8, types::I64, addr.plus(8), flags);
            vector = self.b.ins().insertlane(vector, high, 1);
        }
        self.cast_bits(chunk, vector)
    }

    fn store_chunk(&mut self, value: Value, size: u32, addr: Addr, flags: MemFlagsData) {
        if size == 16 {
            return self.store_raw(value, addr, flags);
        }
        let words = self.cast_bits(types::I64X2, value);
        let low = self.b.ins().extractlane(words, 0);
        self.store_int(size.min(8), low, addr, flags);
        if size > 8 {
            let high = self.b.ins().extractlane(words, 1);
            self.store_int(size - 8, high, addr.plus(8), flags);
        }
    }

    /// Lanes of a number of bits that is no multiple of 8 lie bit after bit.
    fn load_packed(
        &mut self,
        elem: TypeId,
        bits: u64,
        len: u32,
        addr: Addr,
        flags: MemFlagsData,
        out: &mut Vec<Value>,
    ) -> Res<()> {
        let Shape::Int { clif, bits: ..=57 } = self.shape(elem)? else {
            return refuse("a vector of such integers in memory");
        };
        for index in 0..u64::from(len) {
            let (byte, bit) = (index * bits / 8, index * bits % 8);
            let size = (bit + bits).div_ceil(8) as u32;
            let word = self.load_int(size, types::I64, addr.plus(byte), flags);
            let shift = self.int(types::I8, bit);
            let lane = self.b.ins().ushr(word, shift);
            let lane = self.resize(lane, clif);
            out.push(self.mask_to(lane, bits as u32));
        }
        Ok(())
    }

    fn store_packed(
        &mut self,
        bits: u64,
        len: u32,
        pieces: &[Value],
        addr: Addr,
        flags: MemFlagsData,
    ) -> Res<()> {
        if bits > 57 {
            return refuse("a vector of such integers in memory");
        }
        // Bytes are gathered from the lanes that overlap them.
        let total = u64::from(len) * bits;
        for byte in 0..total.div_ceil(8) {
            let mut value = self.int(types::I64, 0);
            for lane in byte * 8 / bits..=((byte * 8 + 7).min(total - 1)) / bits {
                let wide = self.resize(pieces[lane as usize], types::I64);
                let distance = (lane * bits) as i64 - (byte * 8) as i64;
                let shift = self.int(types::I8, distance.unsigned_abs());
                let moved = if distance >= 0 {
                    self.b.ins().ishl(wide, shift)
                } else {
                    self.b.ins().ushr(wide, shift)
                };
                value = self.b.ins().bor(value, moved);
            }
            let value = self.b.ins().ireduce(types::I8, value);
            self.store_raw(value, addr.plus(byte), flags);
        }
        Ok(())
    }
}
