//! Signatures: `ir::abi`'s decisions in Cranelift's terms.
//!
//! Cranelift gives registers to parameters in their order, integers and floats apart, and then
//! stack places. So parameters are listed part by part, first those in registers, then those on
//! the stack by their offset, and end up where `ir::abi` says. What lies on the stack although
//! registers are left (half an `i128` would fit, or a vector of a variadic function) is preceded by
//! *fillers*, parameters that use those registers up; gaps on the stack are filled likewise.

use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::abi::{self, Part, PartAt, Pass, Place, Return};
use bareflow_ir::layout::alloc_size;
use bareflow_ir::{Extension, ParamAttrs, TypeId};
use cranelift_codegen::ir::{
    self as clif, AbiParam, ArgumentPurpose, InstBuilder, Signature, Value, types,
};
use cranelift_codegen::isa::CallConv;

use crate::addr::{Addr, Base};
use crate::lower::{Lower, Res, refuse};
use crate::memory::plain;
use crate::shape::{Shape, container};

/// What a Cranelift parameter is, but for the address of a result in memory, which is the first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Param {
    /// A part of an argument.
    Part { arg: usize, part: usize },
    /// The address of what is copied to the stack for an argument.
    Copy { arg: usize },
    /// Nothing, but it takes a place of this type.
    Filler(clif::Type),
    /// The address of so many bytes without meaning, which are copied to the stack.
    Pad(u32),
}

/// A lowered signature.
pub(crate) struct Lowered {
    pub(crate) signature: Signature,
    /// One entry a parameter of `signature`, behind the hidden one.
    pub(crate) params: Vec<Param>,
    /// Of `params`, how many travel in registers.
    pub(crate) in_registers: usize,
    /// The result goes to memory, whose address is the first parameter.
    pub(crate) in_memory: bool,
    /// What Cranelift has no words for: an argument in r10, or alignment of more than 16 bytes on
    /// the stack. Calls go by [`crate::wrap::call_with_image`].
    pub(crate) special: bool,
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
        let mut params = Vec::new();
        let mut on_stack = Vec::new();
        let mut special = lowered.stack_align > 16;
        for (arg, pass) in lowered.args.iter().enumerate() {
            match pass {
                Pass::Parts(places) => {
                    let ext = attrs.get(arg).copied().unwrap_or_default().ext;
                    let kinds = self.part_types(args[arg])?;
                    for (part, ((at, place), ty)) in places.iter().zip(kinds).enumerate() {
                        let param = (Param::Part { arg, part }, extended(ty, ext));
                        match place {
                            Place::Int(_) | Place::Float(_) => params.push(param),
                            Place::Nest => special = true,
                            Place::Stack(at_offset) => {
                                on_stack.push((*at_offset, at.part.stack_bytes(), param));
                            }
                        }
                    }
                }
                Pass::Copy { offset, size } => {
                    let whole = size.next_multiple_of(8).max(8);
                    let purpose = ArgumentPurpose::StructArgument(whole);
                    let param = AbiParam::special(types::I64, purpose);
                    on_stack.push((*offset, whole, (Param::Copy { arg }, param)));
                }
            }
        }
        let in_registers = params.len();
        on_stack.sort_by_key(|(offset, ..)| *offset);
        let scalar = |param: &(Param, AbiParam)| matches!(param.0, Param::Part { .. });
        let has = |float: bool| {
            on_stack.iter().any(|(.., p)| scalar(p) && is_float(p.1.value_type) == float)
        };
        let filler = |ty| (Param::Filler(ty), AbiParam::new(ty));
        let ints_left = abi::INT_ARGS - usize::from(lowered.ints);
        let floats_left = abi::FLOAT_ARGS - usize::from(lowered.floats);
        if has(false) {
            params.extend(core::iter::repeat_n(filler(types::I64), ints_left));
        }
        if has(true) {
            params.extend(core::iter::repeat_n(filler(types::F64), floats_left));
        }
        let ints_full = has(false) || ints_left == 0;
        let mut end = 0;
        for (offset, size, param) in on_stack {
            match offset - end {
                0 => {}
                // Cranelift aligns vectors itself.
                8 if param.1.value_type.is_vector() => {}
                gap if ints_full && gap <= 16 => {
                    params.extend(core::iter::repeat_n(filler(types::I64), gap as usize / 8));
                }
                gap => {
                    let purpose = ArgumentPurpose::StructArgument(gap);
                    params.push((Param::Pad(gap), AbiParam::special(types::I64, purpose)));
                }
            }
            params.push(param);
            end = offset + size;
        }
        signature.params.extend(params.iter().map(|(_, param)| *param));
        let params = params.into_iter().map(|(param, _)| param).collect();
        Ok(Lowered { signature, params, in_registers, in_memory, special, abi: lowered })
    }

    /// Cranelift types of the parts of a type, in the order of `ir::abi::parts`.
    pub(crate) fn part_types(&mut self, ty: TypeId) -> Res<Vec<clif::Type>> {
        Ok(match self.shape(ty)? {
            Shape::Void => Vec::new(),
            Shape::Int { clif: types::I128, .. } => vec![types::I64; 2],
            Shape::Int { clif, .. } | Shape::Float(clif) => vec![clif],
            Shape::Wide { limbs, .. } => vec![types::I64; limbs as usize],
            Shape::Ptr => vec![types::I64],
            Shape::Half { .. } => vec![types::F32],
            Shape::Lanes { .. } | Shape::Mask { .. } | Shape::Scalars { .. } => {
                self.vector_parts(ty)?.into_iter().map(part_type).collect()
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
            Shape::Int { .. } | Shape::Float(_) | Shape::Wide { .. } | Shape::Ptr => {
                pieces.to_vec()
            }
            Shape::Half { .. } => vec![self.half_to_part(pieces[0])],
            Shape::Lanes { .. } | Shape::Mask { .. } | Shape::Scalars { .. } => {
                let list = self.vector_parts(ty)?;
                if matches!(self.shape(ty)?, Shape::Lanes { .. }) && in_chunks(&list) {
                    return Ok(pieces
                        .iter()
                        .map(|piece| self.cast_bits(types::I8X16, *piece))
                        .collect());
                }
                // As it lies in memory.
                let addr = self.vector_room(ty)?;
                self.store_pieces(ty, pieces, addr, plain())?;
                let load = |part: PartAt| self.load_part(part.part, addr.plus(part.offset.into()));
                list.into_iter().map(load).collect()
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
            Shape::Float(_) | Shape::Ptr => out.push(next()?),
            Shape::Half { .. } => {
                let part = next()?;
                out.push(self.half_from_part(part));
            }
            Shape::Wide { bits, limbs } => {
                let mut list = Vec::new();
                for _ in 0..limbs {
                    list.push(next()?);
                }
                out.extend(self.wide_mask(list, bits));
            }
            Shape::Lanes { .. } | Shape::Mask { .. } | Shape::Scalars { .. } => {
                let list = self.vector_parts(ty)?;
                if let Shape::Lanes { chunk, .. } = self.shape(ty)?
                    && in_chunks(&list)
                {
                    for _ in list {
                        let part = next()?;
                        out.push(self.cast_bits(chunk, part));
                    }
                    return Ok(());
                }
                let addr = self.vector_room(ty)?;
                for part in list {
                    let value = next()?;
                    self.store_part(part.part, value, addr.plus(part.offset.into()));
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

    /// The parts of a vector.
    fn vector_parts(&mut self, ty: TypeId) -> Res<Vec<PartAt>> {
        abi::parts(self.types(), ty).or_else(|_| refuse("a vector that cannot be passed"))
    }

    /// Room for a vector as it lies in memory, in whole registers.
    fn vector_room(&mut self, ty: TypeId) -> Res<Addr> {
        let bytes = alloc_size(self.types(), ty).next_multiple_of(16);
        Ok(Addr { base: Base::Stack(self.stack_slot(bytes, 16)?), offset: 0 })
    }

    /// Reads a part, as it is passed.
    pub(crate) fn load_part(&mut self, part: Part, addr: Addr) -> Value {
        match part {
            Part::F16 => {
                let bits = self.load_raw(types::I16, addr, plain());
                self.half_to_part(bits)
            }
            _ => self.load_raw(part_type(PartAt { part, offset: 0 }), addr, plain()),
        }
    }

    /// Writes a part that was passed.
    pub(crate) fn store_part(&mut self, part: Part, value: Value, addr: Addr) {
        let value = if part == Part::F16 { self.half_from_part(value) } else { value };
        self.store_raw(value, addr, plain());
    }

    /// The bits of a float of 16 bits, in a vector register.
    fn half_to_part(&mut self, bits: Value) -> Value {
        let wide = self.b.ins().uextend(types::I32, bits);
        self.cast_bits(types::F32, wide)
    }

    fn half_from_part(&mut self, part: Value) -> Value {
        let wide = self.cast_bits(types::I32, part);
        self.b.ins().ireduce(types::I16, wide)
    }
}

/// Cranelift's type of a part of a vector.
fn part_type(at: PartAt) -> clif::Type {
    match at.part {
        Part::Int(bits) => container(bits.into()),
        Part::F16 | Part::F32 => types::F32,
        Part::F64 => types::F64,
        Part::V128 => types::I8X16,
    }
}

fn in_chunks(parts: &[PartAt]) -> bool {
    parts.iter().all(|at| at.part == Part::V128)
}

/// Whether a parameter of this type travels in a vector register.
fn is_float(ty: clif::Type) -> bool {
    ty.is_float() || ty.is_vector()
}

fn extended(ty: clif::Type, ext: Extension) -> AbiParam {
    let param = AbiParam::new(ty);
    match ext {
        Extension::Zero if ty.is_int() && ty.bits() < 64 => param.uext(),
        Extension::Sign if ty.is_int() && ty.bits() < 64 => param.sext(),
        _ => param,
    }
}
