//! Signatures: `ir::abi`'s decisions in Cranelift's terms.
//!
//! Cranelift assigns registers and stack places in the order of parameters, by the same
//! rules as `ir::abi`, so parameters that are listed part by part end up where it says.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::abi::{self, Pass, Place, Return};
use bareflow_ir::layout::bit_size;
use bareflow_ir::{Extension, ParamAttrs, TypeId};
use cranelift_codegen::ir::{
    self as clif, AbiParam, ArgumentPurpose, InstBuilder, Signature, Value, types,
};
use cranelift_codegen::isa::CallConv;

use crate::lower::{Addr, Base, Lower, Res, refuse};
use crate::memory::plain;
use crate::shape::Shape;

/// How an IR argument relates to Cranelift parameters.
pub(crate) enum Arg {
    /// One parameter for each part of the value.
    Parts,
    /// A copy on the stack of this many bytes; before it, `pad` bytes to align it.
    Copy { size: u32, pad: u32 },
}

/// A lowered signature.
pub(crate) struct Lowered {
    pub(crate) signature: Signature,
    pub(crate) args: Vec<Arg>,
    /// The result goes to memory, whose address is the first parameter.
    pub(crate) in_memory: bool,
    pub(crate) abi: abi::Signature,
}

impl Lower<'_, '_> {
    pub(crate) fn lower_signature(
        &mut self,
        ret: TypeId,
        ret_attrs: ParamAttrs,
        args: &[TypeId],
        attrs: &[ParamAttrs],
        varargs: bool,
    ) -> Res<Lowered> {
        let lowered = match abi::lower(self.types(), ret, args, attrs, varargs) {
            Ok(lowered) => lowered,
            Err(abi::Unpassable(ty)) => {
                return refuse(alloc::format!(
                    "an argument or result of type {:?}",
                    self.types().get(ty)
                ));
            }
        };
        let mut signature = Signature::new(CallConv::SystemV);
        let in_memory = lowered.ret == Return::Memory;
        if in_memory {
            signature.params.push(AbiParam::new(types::I64));
            signature.returns.push(AbiParam::new(types::I64));
        } else {
            for ty in self.part_types(ret)? {
                signature.returns.push(extended(ty, ret_attrs.ext));
            }
        }
        let mut kinds = Vec::new();
        let mut stack = 0;
        for (index, pass) in lowered.args.iter().enumerate() {
            match pass {
                Pass::Parts(places) => {
                    let ext = attrs.get(index).copied().unwrap_or_default().ext;
                    for ty in self.part_types(args[index])? {
                        signature.params.push(extended(ty, ext));
                    }
                    for (at, place) in places {
                        if let Place::Stack(offset) = place {
                            stack = offset + if at.part == abi::Part::V128 { 16 } else { 8 };
                        }
                    }
                    kinds.push(Arg::Parts);
                }
                Pass::Copy { offset, size } => {
                    let whole = size.next_multiple_of(8);
                    let pad = offset - stack;
                    for size in [pad, whole] {
                        if size > 0 {
                            let purpose = ArgumentPurpose::StructArgument(size);
                            signature.params.push(AbiParam::special(types::I64, purpose));
                        }
                    }
                    stack = offset + whole;
                    kinds.push(Arg::Copy { size: whole, pad });
                }
            }
        }
        Ok(Lowered { signature, args: kinds, in_memory, abi: lowered })
    }

    /// Cranelift types of the parts of a type, in the order of `ir::abi::parts`.
    pub(crate) fn part_types(&mut self, ty: TypeId) -> Res<Vec<clif::Type>> {
        Ok(match self.shape(ty)? {
            Shape::Void => Vec::new(),
            Shape::Int { clif: types::I128, .. } => vec![types::I64; 2],
            Shape::Int { clif, .. } | Shape::Float(clif) => vec![clif],
            Shape::Wide { limbs, .. } => vec![types::I64; limbs as usize],
            Shape::Ptr => vec![types::I64],
            Shape::Half { .. } => vec![types::I16],
            Shape::Lanes { .. } | Shape::Mask { .. } | Shape::Scalars { .. } => {
                let chunks = bit_size(self.types(), ty).div_ceil(128);
                vec![types::I8X16; chunks as usize]
            }
            Shape::Aggregate => {
                let mut list = Vec::new();
                for (member, _) in self.members(ty)? {
                    list.extend(self.part_types(member)?);
                }
                list
            }
        })
    }

    /// Takes a value apart for passing.
    pub(crate) fn to_parts(&mut self, ty: TypeId, pieces: &[Value]) -> Res<Vec<Value>> {
        Ok(match self.shape(ty)? {
            Shape::Void => Vec::new(),
            Shape::Int { clif: types::I128, .. } => {
                let (low, high) = self.b.ins().isplit(pieces[0]);
                vec![low, high]
            }
            Shape::Int { .. }
            | Shape::Float(_)
            | Shape::Wide { .. }
            | Shape::Ptr
            | Shape::Half { .. } => pieces.to_vec(),
            Shape::Lanes { .. } => {
                pieces.iter().map(|piece| self.cast_bits(types::I8X16, *piece)).collect()
            }
            Shape::Mask { .. } | Shape::Scalars { .. } => {
                // As it lies in memory.
                let count = bit_size(self.types(), ty).div_ceil(128);
                let slot = self.stack_slot(count * 16, 16)?;
                let addr = Addr { base: Base::Stack(slot), offset: 0 };
                self.store_pieces(ty, pieces, addr, plain())?;
                (0..count)
                    .map(|index| self.load_raw(types::I8X16, addr.plus(index * 16), plain()))
                    .collect()
            }
            Shape::Aggregate => {
                let mut parts = Vec::new();
                let mut rest = pieces;
                for (member, _) in self.members(ty)? {
                    let count = self.piece_types(member)?.len();
                    let (here, later) = rest.split_at(count);
                    parts.extend(self.to_parts(member, here)?);
                    rest = later;
                }
                parts
            }
        })
    }

    /// Puts a passed value together again, appended to `out`.
    pub(crate) fn from_parts(
        &mut self,
        ty: TypeId,
        parts: &mut impl Iterator<Item = Value>,
        out: &mut Vec<Value>,
    ) -> Res<()> {
        let mut next = || parts.next().ok_or("a part of an argument that is not there");
        match self.shape(ty)? {
            Shape::Void => {}
            Shape::Int { clif: types::I128, bits } => {
                let (low, high) = (next()?, next()?);
                let whole = self.b.ins().iconcat(low, high);
                out.push(self.mask_to(whole, bits));
            }
            // The bits above are not defined in a register.
            Shape::Int { bits, .. } => {
                let value = next()?;
                out.push(self.mask_to(value, bits));
            }
            Shape::Float(_) | Shape::Ptr | Shape::Half { .. } => out.push(next()?),
            Shape::Wide { bits, limbs } => {
                let mut list = Vec::new();
                for _ in 0..limbs {
                    list.push(next()?);
                }
                out.extend(self.wide_mask(list, bits));
            }
            Shape::Lanes { chunk, chunks, .. } => {
                for _ in 0..chunks {
                    let part = next()?;
                    out.push(self.cast_bits(chunk, part));
                }
            }
            Shape::Mask { .. } | Shape::Scalars { .. } => {
                let count = bit_size(self.types(), ty).div_ceil(128);
                let slot = self.stack_slot(count * 16, 16)?;
                let addr = Addr { base: Base::Stack(slot), offset: 0 };
                for index in 0..count {
                    let part = next()?;
                    self.store_raw(part, addr.plus(index * 16), plain());
                }
                self.load_pieces(ty, addr, plain(), out)?;
            }
            Shape::Aggregate => {
                for (member, _) in self.members(ty)? {
                    self.from_parts(member, parts, out)?;
                }
            }
        }
        Ok(())
    }
}

fn extended(ty: clif::Type, ext: Extension) -> AbiParam {
    let param = AbiParam::new(ty);
    match ext {
        Extension::Zero if ty.is_int() && ty.bits() < 64 => param.uext(),
        Extension::Sign if ty.is_int() && ty.bits() < 64 => param.sext(),
        _ => param,
    }
}
