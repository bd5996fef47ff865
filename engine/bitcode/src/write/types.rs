//! The type table. A type's number in the file is its id: both have parts before wholes.

use alloc::vec::Vec;

use bareflow_ir::{Type, Types};

use super::bits::Bits;
use crate::codes::{block, ty};

/// Writes the TYPE block.
pub(super) fn write(bits: &mut Bits, types: &Types) {
    bits.block(block::TYPE, |bits| {
        bits.record(ty::NUMENTRY, &[types.len() as u64]);
        for (_, ty) in types.iter() {
            one(bits, ty);
        }
    });
}

fn one(bits: &mut Bits, ty: &Type) {
    match ty {
        Type::Void => bits.record(ty::VOID, &[]),
        Type::Int(width) => bits.record(ty::INTEGER, &[u64::from(*width)]),
        Type::Half => bits.record(ty::HALF, &[]),
        Type::BFloat => bits.record(ty::BFLOAT, &[]),
        Type::Float => bits.record(ty::FLOAT, &[]),
        Type::Double => bits.record(ty::DOUBLE, &[]),
        Type::X86Fp80 => bits.record(ty::X86_FP80, &[]),
        Type::Fp128 => bits.record(ty::FP128, &[]),
        Type::Ptr => bits.record(ty::OPAQUE_POINTER, &[0]),
        Type::Vector { elem, len } => {
            bits.record(ty::VECTOR, &[u64::from(*len), u64::from(elem.0)]);
        }
        Type::Array { elem, len } => bits.record(ty::ARRAY, &[*len, u64::from(elem.0)]),
        Type::Struct { fields, packed } => {
            let ops: Vec<u64> = (core::iter::once(u64::from(*packed)))
                .chain(fields.iter().map(|field| u64::from(field.0)))
                .collect();
            bits.record(ty::STRUCT_ANON, &ops);
        }
        // One of these always has a name.
        Type::Opaque => {
            bits.text(ty::STRUCT_NAME, "opaque");
            bits.record(ty::OPAQUE, &[0]);
        }
        Type::Func { ret, params, varargs } => {
            let ops: Vec<u64> = [u64::from(*varargs), u64::from(ret.0)]
                .into_iter()
                .chain(params.iter().map(|param| u64::from(param.0)))
                .collect();
            bits.record(ty::FUNCTION, &ops);
        }
        Type::Label => bits.record(ty::LABEL, &[]),
        Type::Metadata => bits.record(ty::METADATA, &[]),
        Type::Token => bits.record(ty::TOKEN, &[]),
    }
}
