//! Constants as text.

use core::fmt;

use super::names::{Name, escaped};
use super::words::{binary_word, cast_word, float_word, int_word};
use crate::layout::store_size;
use crate::{ConstExpr, ConstId, ConstKind, Module, Type, TypeId};

/// A constant as text.
#[derive(Clone, Copy, Debug)]
pub struct ConstText<'a> {
    pub(super) module: &'a Module,
    pub(super) id: ConstId,
    /// With its type before it.
    pub(super) typed: bool,
}

impl ConstText<'_> {
    fn other(&self, id: ConstId) -> Self {
        Self { module: self.module, id, typed: true }
    }
}

impl fmt::Display for ConstText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let module = self.module;
        let constant = module.constant(self.id);
        if self.typed {
            write!(f, "{} ", module.show_type(constant.ty))?;
        }
        match &constant.kind {
            ConstKind::Int(value) => integer(f, module, constant.ty, *value),
            ConstKind::Wide(limbs) => {
                f.write_str("u0x")?;
                let mut digits = limbs.iter().rev().skip_while(|limb| **limb == 0);
                write!(f, "{:X}", digits.next().copied().unwrap_or(0))?;
                digits.try_for_each(|limb| write!(f, "{limb:016X}"))
            }
            ConstKind::Float(bits) => float(f, module, constant.ty, *bits),
            ConstKind::LongFloat(bits) => match module.types.get(constant.ty) {
                Type::X86Fp80 => write!(f, "0xK{bits:020X}"),
                _ => write!(f, "0xL{:016X}{:016X}", *bits as u64, bits >> 64),
            },
            ConstKind::Zero => match module.types.get(constant.ty) {
                Type::Ptr => f.write_str("null"),
                Type::Int(_) => f.write_str("0"),
                _ => f.write_str("zeroinitializer"),
            },
            ConstKind::Undef => f.write_str("undef"),
            ConstKind::Poison => f.write_str("poison"),
            ConstKind::Data(bytes) => data(f, module, constant.ty, bytes),
            ConstKind::Aggregate(members) => {
                let (open, close) = match module.types.get(constant.ty) {
                    Type::Array { .. } => ("[", "]"),
                    Type::Vector { .. } => ("<", ">"),
                    Type::Struct { packed: true, .. } => ("<{ ", " }>"),
                    _ => ("{ ", " }"),
                };
                f.write_str(open)?;
                for (at, member) in members.iter().enumerate() {
                    write!(f, "{}{}", if at == 0 { "" } else { ", " }, self.other(*member))?;
                }
                f.write_str(close)
            }
            ConstKind::Func(id) => write!(f, "@{}", Name(&module.func(*id).name)),
            ConstKind::Global(id) => write!(f, "@{}", Name(&module.global(*id).name)),
            ConstKind::Alias(id) => write!(f, "@{}", Name(&module.aliases[id.index()].name)),
            ConstKind::BlockAddr(func, block) => {
                write!(f, "blockaddress(@{}, %b{})", Name(&module.func(*func).name), block.0)
            }
            ConstKind::Expr(expr) => self.expr(f, constant.ty, expr),
        }
    }
}

impl ConstText<'_> {
    fn expr(&self, f: &mut fmt::Formatter<'_>, ty: TypeId, expr: &ConstExpr) -> fmt::Result {
        let show = |id: &ConstId| self.other(*id);
        match expr {
            ConstExpr::PtrAdd { base, bytes } => {
                write!(f, "getelementptr (i8, {}, i64 {bytes})", show(base))
            }
            ConstExpr::Cast { op, value } => {
                let to = self.module.show_type(ty);
                write!(f, "{} ({} to {to})", cast_word(*op), show(value))
            }
            ConstExpr::Binary { op, lhs, rhs } => {
                write!(f, "{} ({}, {})", binary_word(*op), show(lhs), show(rhs))
            }
            ConstExpr::ICmp { pred, lhs, rhs } => {
                write!(f, "icmp {} ({}, {})", int_word(*pred), show(lhs), show(rhs))
            }
            ConstExpr::FCmp { pred, lhs, rhs } => {
                write!(f, "fcmp {} ({}, {})", float_word(*pred), show(lhs), show(rhs))
            }
            ConstExpr::Select { cond, then, other } => {
                write!(f, "select ({}, {}, {})", show(cond), show(then), show(other))
            }
        }
    }
}

fn integer(f: &mut fmt::Formatter<'_>, module: &Module, ty: TypeId, value: u64) -> fmt::Result {
    match module.types.int_bits(ty) {
        Some(1) => f.write_str(if value == 0 { "false" } else { "true" }),
        Some(bits @ 2..=64) => {
            let shift = 64 - bits;
            write!(f, "{}", (value as i64) << shift >> shift)
        }
        _ => write!(f, "{value}"),
    }
}

fn float(f: &mut fmt::Formatter<'_>, module: &Module, ty: TypeId, bits: u64) -> fmt::Result {
    let value = match module.types.get(ty) {
        Type::Half => return write!(f, "0xH{bits:04X}"),
        Type::BFloat => return write!(f, "0xR{bits:04X}"),
        Type::Float => f64::from(f32::from_bits(bits as u32)),
        _ => f64::from_bits(bits),
    };
    // Few digits read best; anything else is exact in hexadecimal, as a double.
    if value.abs() < 1e6 && (value * 1024.0) % 1.0 == 0.0 {
        return write!(f, "{value:?}");
    }
    let double = match module.types.get(ty) {
        Type::Float => widen(bits as u32),
        _ => bits,
    };
    write!(f, "0x{double:016X}")
}

/// The bits of a float as a double; a NaN keeps its payload and is not made quiet.
fn widen(bits: u32) -> u64 {
    if bits & 0x7F80_0000 == 0x7F80_0000 {
        let (sign, payload) = (u64::from(bits >> 31), u64::from(bits & 0x007F_FFFF));
        return sign << 63 | 0x7FF << 52 | payload << 29;
    }
    f64::from(f32::from_bits(bits)).to_bits()
}

fn data(f: &mut fmt::Formatter<'_>, module: &Module, ty: TypeId, bytes: &[u8]) -> fmt::Result {
    let (elem, close) = match module.types.get(ty) {
        Type::Array { elem, .. } if matches!(module.types.get(*elem), Type::Int(8)) => {
            f.write_str("c\"")?;
            escaped(f, bytes)?;
            return f.write_str("\"");
        }
        Type::Array { elem, .. } => {
            f.write_str("[")?;
            (*elem, "]")
        }
        Type::Vector { elem, .. } => {
            f.write_str("<")?;
            (*elem, ">")
        }
        _ => return f.write_str("<data of a type that is no array>"),
    };
    let size = (store_size(&module.types, elem) as usize).max(1);
    for (at, chunk) in bytes.chunks(size).enumerate() {
        let value = chunk.iter().rev().fold(0u64, |word, byte| word << 8 | u64::from(*byte));
        write!(f, "{}{} ", if at == 0 { "" } else { ", " }, module.show_type(elem))?;
        match module.types.get(elem) {
            Type::Int(_) => integer(f, module, elem, value)?,
            _ => float(f, module, elem, value)?,
        }
    }
    f.write_str(close)
}
