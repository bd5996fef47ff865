//! Vector intrinsics: reductions, masked memory accesses, moving lanes.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::member_offset;
use bareflow_ir::{BinaryOp, IntPredicate, Operand, TypeId};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value, types};

use super::missing;
use crate::addr::{Addr, Base};
use crate::lower::{Lower, Res, refuse};
use crate::memory::plain;
use crate::shape::Shape;

impl Lower<'_, '_> {
    /// `llvm.vector.reduce.*`.
    pub(crate) fn reduce(
        &mut self,
        name: &str,
        args: &[Operand],
        ty: TypeId,
    ) -> Res<Option<Vec<Value>>> {
        // Float sums and products have a start value before the vector.
        let ordered = matches!(name, "fadd" | "fmul");
        let vector = *args.get(usize::from(ordered)).ok_or_else(missing)?;
        let from = self.src.type_of(vector);
        let pieces = self.pieces(vector)?;
        let mut lanes = if ordered { vec![self.pieces(args[0])?] } else { Vec::new() };
        let (folded, count) = self.fold_chunks(name, from, pieces)?;
        lanes.extend(match count {
            Some(count) => {
                let mut list = Vec::new();
                for lane in 0..count {
                    list.push(vec![self.b.ins().extractlane(folded[0], lane as u8)]);
                }
                list
            }
            None => self.lanes(from, &folded)?,
        });
        let mut lanes = lanes.into_iter();
        let mut result = lanes.next().ok_or("a vector without lanes")?;
        for lane in lanes {
            result = match self.combine(name, ty, &result, &lane)? {
                Some(result) => result,
                None => return Ok(None),
            };
        }
        Ok(Some(result))
    }

    /// For integers, where order does not matter, combines full chunks first, and then
    /// halves of the last one; says how many lanes are left.
    fn fold_chunks(
        &mut self,
        name: &str,
        from: TypeId,
        mut pieces: Vec<Value>,
    ) -> Res<(Vec<Value>, Option<u32>)> {
        let Shape::Lanes { lane, len, chunk, .. } = self.shape(from)? else {
            return Ok((pieces, None));
        };
        let op = match name {
            "add" => BinaryOp::Add,
            "and" => BinaryOp::And,
            "or" => BinaryOp::Or,
            "xor" => BinaryOp::Xor,
            _ => return Ok((pieces, None)),
        };
        let per = chunk.lane_count();
        if lane.is_float() || len % per != 0 {
            return Ok((pieces, None));
        }
        let mut total = pieces.remove(0);
        for piece in pieces {
            total = self.int_binary(op, lane.bits(), total, piece)?;
        }
        let mut count = per;
        while count > 1 && count * lane.bits() > 32 {
            count /= 2;
            let shift = count * lane.bytes();
            let mut bytes = [0u8; 16];
            for (at, byte) in bytes.iter_mut().enumerate() {
                *byte = ((at as u32 + shift) % 16) as u8;
            }
            let raw = self.cast_bits(types::I8X16, total);
            let high = self.shuffle_bytes(raw, raw, bytes);
            let high = self.cast_bits(chunk, high);
            total = self.int_binary(op, lane.bits(), total, high)?;
        }
        Ok((vec![total], Some(count)))
    }

    fn combine(
        &mut self,
        name: &str,
        ty: TypeId,
        a: &[Value],
        b: &[Value],
    ) -> Res<Option<Vec<Value>>> {
        let op = match name {
            "add" => Some(BinaryOp::Add),
            "mul" => Some(BinaryOp::Mul),
            "and" => Some(BinaryOp::And),
            "or" => Some(BinaryOp::Or),
            "xor" => Some(BinaryOp::Xor),
            "fadd" => Some(BinaryOp::FAdd),
            "fmul" => Some(BinaryOp::FMul),
            _ => None,
        };
        if let Some(op) = op {
            return self.binary_pieces(op, ty, a, b).map(Some);
        }
        let pred = match name {
            "smax" => Some(IntPredicate::Sgt),
            "smin" => Some(IntPredicate::Slt),
            "umax" => Some(IntPredicate::Ugt),
            "umin" => Some(IntPredicate::Ult),
            _ => None,
        };
        if let Some(pred) = pred {
            let first = self.icmp_pieces(pred, ty, a, b)?[0];
            let choose = |(a, b): (&Value, &Value)| self.b.ins().select(first, *a, *b);
            return Ok(Some(a.iter().zip(b).map(choose).collect()));
        }
        let half = match self.shape(ty)? {
            Shape::Half { brain } => Some(brain),
            _ => None,
        };
        let (x, y) = match half {
            Some(brain) => (self.half_to_single(a[0], brain), self.half_to_single(b[0], brain)),
            None => (a[0], b[0]),
        };
        let result = match name {
            "fmax" | "fmin" => self.float_min_num(name == "fmax", x, y),
            "fmaximum" | "fminimum" => self.float_minimum(name == "fmaximum", x, y),
            _ => return Ok(None),
        };
        Ok(Some(vec![match half {
            Some(brain) => self.single_to_half(result, brain),
            None => result,
        }]))
    }

    /// `llvm.masked.*`: memory accesses of single lanes.
    pub(crate) fn masked(
        &mut self,
        name: &str,
        args: &[Operand],
        ty: TypeId,
    ) -> Res<Option<Vec<Value>>> {
        // The alignment is an operand in older bitcode, an attribute in newer.
        let is_flag = |l: &Self, operand: &Operand| {
            l.src.const_int(*operand).is_some()
                && l.types().int_bits(l.src.type_of(*operand)) == Some(32)
        };
        let args: Vec<Operand> = match name {
            "load" | "gather" => args
                .iter()
                .enumerate()
                .filter(|(at, arg)| *at != 1 || !is_flag(self, arg))
                .map(|(_, arg)| *arg)
                .collect(),
            "store" | "scatter" => args
                .iter()
                .enumerate()
                .filter(|(at, arg)| *at != 2 || !is_flag(self, arg))
                .map(|(_, arg)| *arg)
                .collect(),
            "expandload" | "compressstore" => args.to_vec(),
            _ => return Ok(None),
        };
        let reads = matches!(name, "load" | "gather" | "expandload");
        let scattered = matches!(name, "gather" | "scatter");
        // The selected lanes lie without gaps in memory.
        let packed = matches!(name, "expandload" | "compressstore");
        let at = if reads { 0 } else { 1 };
        let (pointer, mask) =
            (*args.get(at).ok_or_else(missing)?, *args.get(at + 1).ok_or_else(missing)?);
        let data = if reads { *args.get(2).ok_or_else(missing)? } else { args[0] };
        let vector = if reads { ty } else { self.src.type_of(data) };
        let elem = self.types().scalar(vector);
        let pointers = self.pieces(pointer)?;
        let pointer_ty = self.src.type_of(pointer);
        let pointers = if scattered { self.lanes(pointer_ty, &pointers)? } else { vec![pointers] };
        let mask_ty = self.src.type_of(mask);
        let bits = self.pieces(mask)?;
        let bits = self.lanes(mask_ty, &bits)?;
        let values = self.pieces(data)?;
        let values = self.lanes(vector, &values)?;

        let mut results = Vec::new();
        let mut cursor = pointers[0][0];
        for (lane, (bit, value)) in bits.iter().zip(&values).enumerate() {
            let addr = if scattered {
                Addr { base: Base::Value(pointers[lane][0]), offset: 0 }
            } else if packed {
                Addr { base: Base::Value(cursor), offset: 0 }
            } else {
                let offset = member_offset(self.types(), vector, lane as u64);
                Addr { base: Base::Value(pointers[0][0]), offset: offset as i64 }
            };
            let (active, next) = (self.b.create_block(), self.b.create_block());
            let mut skipped = Vec::new();
            if reads {
                for piece in value {
                    let ty = self.ty(*piece);
                    self.b.append_block_param(next, ty);
                    skipped.push((*piece).into());
                }
            }
            self.b.ins().brif(bit[0], active, &[], next, &skipped);
            self.b.seal_block(active);
            self.b.switch_to_block(active);
            let mut loaded = Vec::new();
            if reads {
                self.load_pieces(elem, addr, plain(), &mut loaded)?;
            } else {
                self.store_pieces(elem, value, addr, plain())?;
            }
            let loaded: Vec<_> = loaded.into_iter().map(Into::into).collect();
            self.b.ins().jump(next, &loaded);
            self.b.seal_block(next);
            self.b.switch_to_block(next);
            results.push(self.b.block_params(next).to_vec());
            if packed {
                let size = self.int(types::I64, member_offset(self.types(), vector, 1));
                let taken = self.b.ins().uextend(types::I64, bit[0]);
                let step = self.b.ins().imul(taken, size);
                cursor = self.b.ins().iadd(cursor, step);
            }
        }
        if reads { self.from_lanes(vector, &results).map(Some) } else { Ok(Some(Vec::new())) }
    }

    /// The number of the first lane that is not zero; where all are zero, how many there are.
    fn first_set(&mut self, vector: Operand, ty: TypeId) -> Res<Vec<Value>> {
        let from = self.src.type_of(vector);
        let pieces = self.pieces(vector)?;
        let Shape::Int { clif, .. } = self.shape(ty)? else {
            return refuse("a lane's number of more than 128 bits");
        };
        if let Shape::Mask { len: len @ ..=64, .. } = self.shape(from)? {
            let mut bits = self.mask_bits(len, &pieces);
            if len < 64 {
                let stop = self.int(types::I64, 1 << len);
                bits = self.b.ins().bor(bits, stop);
            }
            let first = self.b.ins().ctz(bits);
            return Ok(vec![self.resize(first, clif)]);
        }
        let lanes = self.lanes(from, &pieces)?;
        let mut first = self.int(clif, lanes.len() as u64);
        for (at, lane) in lanes.iter().enumerate().rev() {
            let [lane] = lane[..] else { return refuse("the first of such lanes") };
            let zero = self.zero(self.ty(lane));
            let set = self.b.ins().icmp(IntCC::NotEqual, lane, zero);
            let here = self.int(clif, at as u64);
            first = self.choose(set, here, first);
        }
        Ok(vec![first])
    }

    fn lane_count(&self, vector: Operand) -> u32 {
        self.types().vector(self.src.type_of(vector)).map_or(0, |(_, len)| len)
    }

    /// Lanes whose numbers, counted from the first operand, are below the second.
    fn active_lanes(&mut self, args: &[Operand], ty: TypeId) -> Res<Vec<Value>> {
        let [base, limit] = *args else { return Err(missing()) };
        let (base, limit) = (self.one(base)?, self.one(limit)?);
        let (base, limit) = (self.resize(base, types::I64), self.resize(limit, types::I64));
        let some = self.b.ins().icmp(IntCC::UnsignedLessThan, base, limit);
        let rest = self.b.ins().isub(limit, base);
        let zero = self.int(types::I64, 0);
        let rest = self.b.ins().select(some, rest, zero);
        let len = self.types().vector(ty).map_or(0, |(_, len)| len);
        let mut bits = Vec::new();
        for lane in 0..len {
            let lane = self.int(types::I64, u64::from(lane));
            bits.push(self.b.ins().icmp(IntCC::UnsignedLessThan, lane, rest));
        }
        Ok(self.bools_to_mask(len, &bits))
    }

    /// The lanes of a long vector added to those of a short one, in turn.
    fn partial_sum(&mut self, args: &[Operand], ty: TypeId) -> Res<Vec<Value>> {
        let [short, long] = *args else { return Err(missing()) };
        let (elem, long_ty) = (self.types().scalar(ty), self.src.type_of(long));
        let (short, long) = (self.pieces(short)?, self.pieces(long)?);
        let mut sums = self.lanes(ty, &short)?;
        let count = sums.len();
        for (at, lane) in self.lanes(long_ty, &long)?.iter().enumerate() {
            let sum = &sums[at % count];
            sums[at % count] = self.binary_pieces(BinaryOp::Add, elem, &sum.clone(), lane)?;
        }
        self.from_lanes(ty, &sums)
    }

    pub(crate) fn vector_intrinsic(
        &mut self,
        name: &str,
        args: &[Operand],
        ty: TypeId,
    ) -> Res<Option<Vec<Value>>> {
        match name {
            "cttz.elts" => self.first_set(*args.first().ok_or_else(missing)?, ty).map(Some),
            "vector.insert" | "vector.extract" => {
                let whole = *args.first().ok_or_else(missing)?;
                let whole_ty = self.src.type_of(whole);
                let pieces = self.pieces(whole)?;
                let mut lanes = self.lanes(whole_ty, &pieces)?;
                let index = *args.last().ok_or_else(missing)?;
                let at = self.src.const_int(index).ok_or("a variable lane")? as usize;
                let part_ty = if name == "vector.insert" { self.src.type_of(args[1]) } else { ty };
                let count = self.types().vector(part_ty).map_or(0, |(_, len)| len as usize);
                if at.saturating_add(count) > lanes.len() {
                    return refuse("lanes beyond the end of a vector");
                }
                if name == "vector.insert" {
                    let part = self.pieces(args[1])?;
                    let part = self.lanes(part_ty, &part)?;
                    lanes[at..at + count].clone_from_slice(&part);
                    return self.from_lanes(ty, &lanes).map(Some);
                }
                self.from_lanes(ty, &lanes[at..at + count]).map(Some)
            }
            "get.active.lane.mask" => self.active_lanes(args, ty).map(Some),
            "vector.partial.reduce.add" => self.partial_sum(args, ty).map(Some),
            "vector.interleave2" => {
                let [a, b] = *args else { return Err(missing()) };
                let half = self.lane_count(a);
                let mask: Vec<_> =
                    (0..half).flat_map(|lane| [Some(lane), Some(lane + half)]).collect();
                self.shuffle_vector(a, b, &mask, ty).map(Some)
            }
            "vector.deinterleave2" => {
                let whole = *args.first().ok_or_else(missing)?;
                let (half, mut out) = (self.lane_count(whole) / 2, Vec::new());
                for odd in 0..2 {
                    let part = self.types().member(ty, odd).ok_or("the halves of a vector")?;
                    let mask: Vec<_> = (0..half).map(|lane| Some(lane * 2 + odd as u32)).collect();
                    out.extend(self.shuffle_vector(whole, whole, &mask, part)?);
                }
                Ok(Some(out))
            }
            "vector.splice" | "vector.splice.left" | "vector.splice.right" => {
                let [a, b, by] = *args else { return Err(missing()) };
                let count = self.lane_count(a);
                let Some(by) = self.src.const_signed(by) else {
                    return refuse("a splice by a variable");
                };
                // Before LLVM 22 one name was for both sides.
                let from_end = name.ends_with("right") || by < 0;
                let by = by.unsigned_abs() as u32;
                let first = if from_end { count.saturating_sub(by) } else { by };
                if first > count {
                    return refuse("a splice beyond the end");
                }
                let mask: Vec<_> = (0..count).map(|lane| Some(lane + first)).collect();
                self.shuffle_vector(a, b, &mask, ty).map(Some)
            }
            "vector.reverse" => {
                let first = *args.first().ok_or_else(missing)?;
                let len = self.types().vector(ty).map_or(0, |(_, len)| len);
                let mask: Vec<Option<u32>> = (0..len).rev().map(Some).collect();
                self.shuffle_vector(first, first, &mask, ty).map(Some)
            }
            "stepvector" => {
                let Some((elem, len)) = self.types().vector(ty) else { return Ok(None) };
                let piece = self.piece_types(elem)?[0];
                let lanes: Vec<Vec<Value>> =
                    (0..len).map(|lane| vec![self.int(piece, u64::from(lane))]).collect();
                self.from_lanes(ty, &lanes).map(Some)
            }
            "x86.sse2.pause" => Ok(Some(Vec::new())),
            "x86.sse2.lfence" | "x86.sse2.mfence" | "x86.sse.sfence" => {
                self.b.ins().fence();
                Ok(Some(Vec::new()))
            }
            "x86.sse2.pmovmskb.128" | "x86.sse.movmsk.ps" | "x86.sse2.movmsk.pd" => {
                let value = self.one(*args.first().ok_or_else(missing)?)?;
                Ok(Some(vec![self.b.ins().vhigh_bits(types::I32, value)]))
            }
            _ => Ok(None),
        }
    }
}
