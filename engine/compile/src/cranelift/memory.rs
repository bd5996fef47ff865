//! Loads, stores and address arithmetic.

use alloc::vec::Vec;

use bareflow_ir::layout::{align_of, alloc_size, bit_size, member_offset, store_size};
use bareflow_ir::{Global, Linkage, Operand, Ordering, Type, TypeId, ValueId, data};
use cranelift_codegen::ir::{self as clif, InstBuilder, MemFlagsData, Value, types};

use super::lower::{Addr, Base, Lower, Res, refuse};
use super::shape::Shape;

/// Accesses that cannot fault in a defined program.
pub(super) fn plain() -> MemFlagsData {
    MemFlagsData::new().with_notrap()
}

/// Constant variables up to this many bytes are looked into when they are read.
const MAX_FOLDED: u64 = 4096;

impl Addr {
    pub(super) fn plus(self, distance: u64) -> Addr {
        Addr { offset: self.offset.wrapping_add(distance as i64), ..self }
    }
}

impl<'a> Lower<'a, '_> {
    /// Reads one Cranelift value.
    pub(super) fn load_raw(&mut self, ty: clif::Type, addr: Addr, flags: MemFlagsData) -> Value {
        let addr = self.near(addr);
        let base = self.base_value(addr.base);
        self.b.ins().load(ty, flags, base, addr.offset as i32)
    }

    /// Writes one Cranelift value.
    pub(super) fn store_raw(&mut self, value: Value, addr: Addr, flags: MemFlagsData) {
        let addr = self.near(addr);
        let base = self.base_value(addr.base);
        self.b.ins().store(flags, value, base, addr.offset as i32);
    }

    /// Appends the pieces of a value in memory.
    pub(super) fn load_pieces(
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
    pub(super) fn store_pieces(
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
    pub(super) fn members(&mut self, ty: TypeId) -> Res<Vec<(TypeId, u64)>> {
        let types = self.types();
        match types.get(ty) {
            Type::Array { elem, len } if *len <= super::shape::MAX_PIECES => {
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
            let ty = super::shape::container(part * 8);
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
            let ty = super::shape::container(part * 8);
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

    /// Flags of an access that promises `align` bytes.
    fn access(&self, ty: TypeId, align: u32) -> MemFlagsData {
        let size = store_size(self.types(), ty).min(16);
        if u64::from(align) >= size { plain().with_aligned() } else { plain() }
    }

    pub(super) fn load(
        &mut self,
        ptr: Operand,
        ty: TypeId,
        align: u32,
        volatile: bool,
        atomic: Option<Ordering>,
    ) -> Res<Vec<Value>> {
        let mut flags = self.access(ty, align);
        let addr = self.addr(ptr)?;
        if let Base::Symbol(symbol) = addr.base
            && let Some(global) = self.constant_global(symbol)
            && !volatile
        {
            flags = flags.with_readonly().with_can_move();
            if !self.defs.is_empty()
                && let Some(pieces) = self.load_constant(global, addr.offset, ty)?
            {
                return Ok(pieces);
            }
        }
        if volatile || atomic.is_some() {
            // Atomic loads are ordinary ones here, but no pass moves or merges them.
            let at = self.addr_value(addr);
            let raw = match self.shape(ty)? {
                Shape::Int { clif, bits } if clif.bits() == bits && bits <= 64 => Some(clif),
                Shape::Ptr => Some(types::I64),
                Shape::Float(clif) => {
                    Some(if clif == types::F32 { types::I32 } else { types::I64 })
                }
                Shape::Half { .. } => Some(types::I16),
                _ => None,
            };
            if let Some(raw) = raw {
                let value = self.b.ins().atomic_load(raw, flags, at);
                let ty = self.piece_types(ty)?[0];
                return Ok(alloc::vec![self.cast_bits(ty, value)]);
            }
            if atomic.is_some() && store_size(self.types(), ty) > 8 {
                return refuse("an atomic load of more than 8 bytes");
            }
        }
        let mut out = Vec::new();
        self.load_pieces(ty, addr, flags, &mut out)?;
        Ok(out)
    }

    pub(super) fn store(
        &mut self,
        ptr: Operand,
        value: Operand,
        align: u32,
        atomic: Option<Ordering>,
    ) -> Res<()> {
        let ty = self.src.type_of(value);
        let flags = self.access(ty, align);
        let pieces = self.pieces(value)?;
        let addr = self.addr(ptr)?;
        if atomic == Some(Ordering::SeqCst)
            && let [piece] = pieces[..]
            && store_size(self.types(), ty) <= 8
            && !self.ty(piece).is_vector()
        {
            let at = self.addr_value(addr);
            let word = match self.ty(piece) {
                types::F32 => types::I32,
                types::F64 => types::I64,
                other => other,
            };
            let piece = self.cast_bits(word, piece);
            self.b.ins().atomic_store(flags, piece, at);
            return Ok(());
        }
        if atomic.is_some() && store_size(self.types(), ty) > 8 {
            return refuse("an atomic store of more than 8 bytes");
        }
        self.store_pieces(ty, &pieces, addr, flags)
    }

    /// The variable behind a symbol, if it is never written and its contents are known.
    fn constant_global(&self, symbol: clif::GlobalValue) -> Option<&'a Global> {
        let (_, id) = self.names.owners.iter().find(|(known, _)| *known == symbol)?;
        let global = self.src.module.global(*id);
        let replaceable = matches!(
            global.linkage,
            Linkage::Weak | Linkage::Common | Linkage::ExternWeak | Linkage::Appending
        );
        (global.constant && global.init.is_some() && !replaceable).then_some(global)
    }

    /// What a load from a constant variable gives, if that is a number.
    fn load_constant(
        &mut self,
        global: &Global,
        offset: i64,
        ty: TypeId,
    ) -> Res<Option<Vec<Value>>> {
        let (size, width) = (alloc_size(self.types(), global.ty), store_size(self.types(), ty));
        let Some(init) = global.init.filter(|_| size <= MAX_FOLDED) else { return Ok(None) };
        let Ok(start) = u64::try_from(offset) else { return Ok(None) };
        if start.saturating_add(width) > size {
            return Ok(None);
        }
        let Ok(data) = data::lower(self.src.module, init) else { return Ok(None) };
        let hits = |reloc: &data::DataReloc| {
            reloc.offset < start + width && reloc.offset + u64::from(reloc.size) > start
        };
        if data.relocs.iter().any(hits) {
            return Ok(None);
        }
        let mut out = Vec::new();
        let bytes = data.bytes.get(start as usize..).unwrap_or(&[]);
        if self.types().vector(ty).is_none() && self.shape(ty)? == Shape::Aggregate {
            return Ok(None);
        }
        self.from_bytes(ty, bytes, &mut out)?;
        Ok(Some(out))
    }

    /// `getelementptr`: constant steps are gathered into the offset.
    pub(super) fn gep(
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
    pub(super) fn alloca(
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
