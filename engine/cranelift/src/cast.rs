//! Conversions.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::layout::alloc_size;
use bareflow_ir::{CastOp, Operand, TypeId};
use cranelift_codegen::ir::{self as clif, InstBuilder, Value, types};

use crate::addr::{Addr, Base};
use crate::lower::{Lower, Res, refuse};
use crate::shape::Shape;

impl Lower<'_, '_> {
    pub(crate) fn cast(&mut self, op: CastOp, value: Operand, to: TypeId) -> Res<Vec<Value>> {
        let from = self.src.type_of(value);
        let pieces = self.pieces(value)?;
        self.cast_pieces(op, from, to, &pieces)
    }

    fn cast_pieces(
        &mut self,
        op: CastOp,
        from: TypeId,
        to: TypeId,
        pieces: &[Value],
    ) -> Res<Vec<Value>> {
        if op == CastOp::Bitcast {
            return self.bitcast(from, to, pieces);
        }
        if let (Some((from_elem, len)), Some((to_elem, _))) =
            (self.types().vector(from), self.types().vector(to))
        {
            if let Some(done) = self.cast_chunks(op, from, to, pieces, len)? {
                return Ok(done);
            }
            return self.by_lane(from, to, &[pieces], |l, row| {
                l.cast_pieces(op, from_elem, to_elem, row[0])
            });
        }
        let (from_shape, to_shape) = (self.shape(from)?, self.shape(to)?);
        match op {
            CastOp::Trunc | CastOp::ZExt | CastOp::SExt | CastOp::PtrToInt | CastOp::IntToPtr => {
                self.cast_int(op == CastOp::SExt, from_shape, to_shape, pieces)
            }
            CastOp::FpTrunc | CastOp::FpExt => {
                Ok(vec![self.cast_float(from_shape, to_shape, pieces[0])?])
            }
            CastOp::FpToUi | CastOp::FpToSi => {
                let signed = op == CastOp::FpToSi;
                self.cast_to_int(from_shape, to_shape, pieces[0], signed, false)
            }
            CastOp::UiToFp | CastOp::SiToFp => {
                let signed = op == CastOp::SiToFp;
                let bits = match from_shape {
                    Shape::Int { bits, .. } => bits,
                    Shape::Wide { bits, .. } => {
                        return Ok(vec![self.limbs_to_float(pieces, bits, signed, to_shape)?]);
                    }
                    _ => return refuse("an odd conversion"),
                };
                Ok(vec![match to_shape {
                    Shape::Float(ty) => self.int_to_float(pieces[0], bits, signed, ty),
                    // Double precision holds 53 bits; what is rounded there from a longer integer
                    // lies far beyond the largest half, but not the largest brain float.
                    Shape::Half { brain: true } if bits > 53 => {
                        let value = if signed { self.sign_in(pieces[0], bits) } else { pieces[0] };
                        let full = self.ty(value).bits();
                        let limbs = self.to_limbs(value);
                        self.limbs_to_float(&limbs, full, signed, to_shape)?
                    }
                    Shape::Half { brain } => {
                        let double = self.int_to_float(pieces[0], bits, signed, types::F64);
                        self.double_to_half(double, brain)
                    }
                    _ => return refuse("an odd conversion"),
                }])
            }
            CastOp::Bitcast => refuse("an odd conversion"),
        }
    }

    fn cast_int(
        &mut self,
        signed: bool,
        from: Shape,
        to: Shape,
        pieces: &[Value],
    ) -> Res<Vec<Value>> {
        let width = |shape| match shape {
            Shape::Int { bits, clif } => Some((bits, Some(clif))),
            Shape::Ptr => Some((64, Some(types::I64))),
            Shape::Wide { bits, .. } => Some((bits, None)),
            _ => None,
        };
        let (Some((from, from_clif)), Some((to, to_clif))) = (width(from), width(to)) else {
            return refuse("an odd conversion");
        };
        Ok(match (from_clif, to_clif) {
            (Some(_), Some(clif)) if signed => {
                vec![self.sign_extend(pieces[0], from, to, clif)]
            }
            (Some(_), Some(clif)) => vec![self.fit_int(pieces[0], from, to, clif)],
            (Some(_), None) => {
                let limbs = if signed && from < 128 {
                    let wide = if from > 64 { 128 } else { 64 };
                    let clif = crate::shape::container(wide);
                    let filled = self.sign_extend(pieces[0], from, wide, clif);
                    self.to_limbs(filled)
                } else {
                    self.to_limbs(pieces[0])
                };
                let full = limbs.len() as u32 * 64;
                self.wide_resize(limbs, if signed { full } else { from.max(1) }, to, signed)
            }
            (None, Some(_)) => vec![self.narrow_limbs(pieces, to)],
            (None, None) => self.wide_resize(pieces.to_vec(), from, to, signed),
        })
    }

    fn cast_float(&mut self, from: Shape, to: Shape, value: Value) -> Res<Value> {
        Ok(match (from, to) {
            (Shape::Float(types::F32), Shape::Float(types::F64)) => {
                self.b.ins().fpromote(types::F64, value)
            }
            (Shape::Float(types::F64), Shape::Float(types::F32)) => {
                self.b.ins().fdemote(types::F32, value)
            }
            (Shape::Float(a), Shape::Float(b)) if a == b => value,
            (Shape::Half { brain }, Shape::Float(to)) => {
                let single = self.half_to_single(value, brain);
                if to == types::F64 { self.b.ins().fpromote(to, single) } else { single }
            }
            (Shape::Float(types::F32), Shape::Half { brain }) => self.single_to_half(value, brain),
            (Shape::Float(_), Shape::Half { brain }) => self.double_to_half(value, brain),
            _ => return refuse("an odd conversion"),
        })
    }

    /// `fptosi`, `fptoui` and their saturating forms.
    pub(crate) fn cast_to_int(
        &mut self,
        from: Shape,
        to: Shape,
        value: Value,
        signed: bool,
        saturate: bool,
    ) -> Res<Vec<Value>> {
        let value = match from {
            Shape::Half { brain } => self.half_to_single(value, brain),
            Shape::Float(_) => value,
            _ => return refuse("an odd conversion"),
        };
        match to {
            Shape::Int { bits, .. } => Ok(vec![self.float_to_int(value, bits, signed, saturate)?]),
            Shape::Wide { bits, .. } => Ok(self.float_to_limbs(value, bits, signed)),
            _ => refuse("an odd conversion"),
        }
    }

    /// Conversions of whole chunks; `None` if they must be taken apart.
    fn cast_chunks(
        &mut self,
        op: CastOp,
        from: TypeId,
        to: TypeId,
        pieces: &[Value],
        len: u32,
    ) -> Res<Option<Vec<Value>>> {
        let (from, to) = (self.shape(from)?, self.shape(to)?);
        Ok(match (op, from, to) {
            (CastOp::ZExt | CastOp::SExt, Shape::Mask { .. }, Shape::Lanes { lane, chunk, .. }) => {
                let masks = self.mask_lanes(len, lane.bits(), pieces);
                let mut out = Vec::new();
                for mask in masks {
                    if op == CastOp::ZExt {
                        let one = self.int(lane, 1);
                        let ones = self.b.ins().splat(chunk, one);
                        out.push(self.b.ins().band(mask, ones));
                    } else {
                        out.push(mask);
                    }
                }
                Some(out)
            }
            (CastOp::Trunc, Shape::Lanes { lane, chunk, .. }, Shape::Mask { .. }) => {
                let one = self.int(lane, 1);
                let ones = self.b.ins().splat(chunk, one);
                let mut chunks = Vec::new();
                for piece in pieces {
                    let low = self.b.ins().band(*piece, ones);
                    let set = self.b.ins().icmp(clif::condcodes::IntCC::Equal, low, ones);
                    chunks.push(set);
                }
                Some(self.mask_from(len, chunks))
            }
            (
                CastOp::ZExt | CastOp::SExt,
                Shape::Lanes { .. },
                Shape::Lanes { lane, chunks, .. },
            ) => Some(self.widen_chunks(op == CastOp::SExt, pieces, lane, chunks)),
            (CastOp::Trunc, Shape::Lanes { .. }, Shape::Lanes { lane, .. }) => {
                Some(self.truncate_chunks(pieces, lane))
            }
            (
                CastOp::PtrToInt | CastOp::IntToPtr,
                Shape::Lanes { lane, .. },
                Shape::Lanes { lane: to, .. },
            ) if lane == to => Some(pieces.to_vec()),
            (
                CastOp::SiToFp,
                Shape::Lanes { lane: types::I32, .. },
                Shape::Lanes { lane: types::F32, .. },
            ) => {
                Some(pieces.iter().map(|p| self.b.ins().fcvt_from_sint(types::F32X4, *p)).collect())
            }
            (
                CastOp::SiToFp,
                Shape::Lanes { lane: types::I32, .. },
                Shape::Lanes { lane: types::F64, chunks, .. },
            ) => {
                let wide = self.widen_chunks(true, pieces, types::I64, chunks);
                Some(wide.iter().map(|p| self.b.ins().fcvt_from_sint(types::F64X2, *p)).collect())
            }
            // Shorter ones, signed or not, are integers of 32 bits first, and these are exact.
            (
                CastOp::SiToFp | CastOp::UiToFp,
                Shape::Lanes { lane: types::I8 | types::I16, .. },
                Shape::Lanes { lane: types::F32, chunks, .. },
            ) => {
                let wide = self.widen_chunks(op == CastOp::SiToFp, pieces, types::I32, chunks);
                Some(wide.iter().map(|p| self.b.ins().fcvt_from_sint(types::F32X4, *p)).collect())
            }
            (
                CastOp::FpExt,
                Shape::Lanes { lane: types::F32, .. },
                Shape::Lanes { lane: types::F64, chunks, .. },
            ) => {
                let mut out = Vec::new();
                for piece in pieces {
                    out.push(self.b.ins().fvpromote_low(*piece));
                    if (out.len() as u32) < chunks {
                        let bytes = self.cast_bits(types::I8X16, *piece);
                        let order = [8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7];
                        let high = self.shuffle_bytes(bytes, bytes, order);
                        let high = self.cast_bits(types::F32X4, high);
                        out.push(self.b.ins().fvpromote_low(high));
                    }
                }
                Some(out)
            }
            (
                CastOp::FpTrunc,
                Shape::Lanes { lane: types::F64, .. },
                Shape::Lanes { lane: types::F32, .. },
            ) => {
                let low = pieces.iter().map(|p| self.b.ins().fvdemote(*p)).collect::<Vec<_>>();
                let mut out = Vec::new();
                for pair in low.chunks(2) {
                    out.push(match *pair {
                        [low, high] => {
                            let (low, high) = (
                                self.cast_bits(types::I64X2, low),
                                self.cast_bits(types::I64X2, high),
                            );
                            let lane = self.b.ins().extractlane(high, 0);
                            let both = self.b.ins().insertlane(low, lane, 1);
                            self.cast_bits(types::F32X4, both)
                        }
                        _ => pair[0],
                    });
                }
                Some(out)
            }
            _ => None,
        })
    }

    /// The low parts of lanes.
    fn truncate_chunks(&mut self, pieces: &[Value], lane: clif::Type) -> Vec<Value> {
        let mut chunks = pieces.to_vec();
        while self.ty(chunks[0]).lane_bits() > lane.bits() {
            let width = (self.ty(chunks[0]).lane_bits() / 8) as usize;
            let Some(narrow) = self.ty(chunks[0]).split_lanes() else { break };
            let mut bytes = [0u8; 16];
            for (at, byte) in bytes.iter_mut().enumerate() {
                let half = width / 2;
                *byte = (at / half * width + at % half) as u8;
            }
            let mut out = Vec::new();
            for pair in chunks.chunks(2) {
                let low = self.cast_bits(types::I8X16, pair[0]);
                let high = self.cast_bits(types::I8X16, *pair.last().unwrap_or(&pair[0]));
                let picked = self.shuffle_bytes(low, high, bytes);
                out.push(self.cast_bits(narrow, picked));
            }
            chunks = out;
        }
        chunks
    }

    fn bitcast(&mut self, from: TypeId, to: TypeId, pieces: &[Value]) -> Res<Vec<Value>> {
        if from == to {
            return Ok(pieces.to_vec());
        }
        let (from_shape, to_shape) = (self.shape(from)?, self.shape(to)?);
        match (from_shape, to_shape) {
            (Shape::Mask { len: len @ ..=64, .. }, Shape::Int { clif, bits: ..=64 }) => {
                let bits = self.mask_bits(len, pieces);
                return Ok(vec![self.resize(bits, clif)]);
            }
            (Shape::Int { bits: ..=64, .. }, Shape::Mask { len, chunks, .. }) => {
                let bits = self.resize(pieces[0], types::I64);
                let mut groups = Vec::new();
                for index in 0..chunks {
                    let shift = self.int(types::I8, u64::from(index) * 16);
                    groups.push(self.b.ins().ushr(bits, shift));
                }
                return Ok(self.bits_mask(len, &groups));
            }
            (Shape::Scalars { .. } | Shape::Mask { .. } | Shape::Wide { .. }, _) => {}
            (_, Shape::Scalars { .. } | Shape::Mask { .. } | Shape::Wide { .. }) => {}
            _ => {
                let types = self.piece_types(to)?;
                let same = |(piece, ty): (&Value, &clif::Type)| self.ty(*piece).bits() == ty.bits();
                if types.len() == pieces.len() && pieces.iter().zip(types.iter()).all(same) {
                    let cast = pieces.iter().zip(types.iter());
                    return Ok(cast.map(|(piece, ty)| self.cast_bits(*ty, *piece)).collect());
                }
            }
        }
        // A bitcast is what a store and a load would do.
        let size = alloc_size(self.types(), from).max(alloc_size(self.types(), to));
        let slot = self.stack_slot(size, 16)?;
        let addr = Addr { base: Base::Stack(slot), offset: 0 };
        let flags = clif::MemFlagsData::new().with_notrap();
        self.store_pieces(from, pieces, addr, flags)?;
        let mut out = Vec::new();
        self.load_pieces(to, addr, flags, &mut out)?;
        Ok(out)
    }
}
