//! Constants as they lie in a frame, addresses included.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use bareflow_ir::data::label_value;
use bareflow_ir::layout::{alloc_size, bit_size, member_offset};
use bareflow_ir::{ConstExpr, ConstId, ConstKind, Linkage, Symbol, Type, TypeId};

use super::{Env, lane_of};
use crate::op::lanes::write_lane;
use crate::value::{Format, Lane, convert, float, int, low};

/// Why a constant has no value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Bad {
    /// This symbol has no address.
    Unresolved(Symbol),
    /// In words.
    Unsupported(String),
}

/// Largest constant that an instruction may hold, in bytes.
const MAX_BYTES: u64 = 1 << 20;
/// Deepest nesting of constant expressions.
const MAX_DEPTH: u32 = 200;

/// The memory representation of a constant, filled up with zeros to whole words.
pub(crate) fn words(env: &Env<'_>, id: ConstId) -> Result<Vec<u64>, Bad> {
    let bytes = alloc_size(&env.module.types, env.module.constant(id).ty);
    if bytes > MAX_BYTES {
        return Err(Bad::Unsupported(alloc::format!("a constant operand of {bytes} bytes")));
    }
    let mut out = vec![0u8; bytes.next_multiple_of(8) as usize];
    write(env, id, &mut out, 0)?;
    let word = |chunk: &[u8]| {
        let mut word = [0u8; 8];
        word.copy_from_slice(chunk);
        u64::from_le_bytes(word)
    };
    Ok(out.chunks_exact(8).map(word).collect())
}

fn write(env: &Env<'_>, id: ConstId, out: &mut [u8], depth: u32) -> Result<(), Bad> {
    let constant = env.module.constant(id);
    let types = &env.module.types;
    match &constant.kind {
        ConstKind::Zero | ConstKind::Undef | ConstKind::Poison => {}
        ConstKind::Data(bytes) => copy(out, bytes),
        ConstKind::Wide(limbs) => {
            for (to, limb) in out.chunks_mut(8).zip(limbs) {
                copy(to, &limb.to_le_bytes());
            }
        }
        ConstKind::LongFloat(bits) => copy(out, &bits.to_le_bytes()),
        ConstKind::Aggregate(members) => {
            let lane = types.vector(constant.ty).map(|(elem, _)| bit_size(types, elem) as u32);
            for (index, member) in members.iter().enumerate() {
                if let Some(bits) = lane
                    && bits <= 128
                {
                    let value = scalar(env, *member, depth + 1)?;
                    write_lane(out, bits, index as u32, value);
                } else {
                    let at = member_offset(types, constant.ty, index as u64) as usize;
                    let Some(to) = out.get_mut(at..) else { continue };
                    write(env, *member, to, depth + 1)?;
                }
            }
        }
        ConstKind::Expr(ConstExpr::Cast { op: bareflow_ir::CastOp::Bitcast, value }) => {
            write(env, *value, out, depth + 1)?;
        }
        _ => copy(out, &scalar(env, id, depth)?.to_le_bytes()),
    }
    Ok(())
}

fn copy(to: &mut [u8], from: &[u8]) {
    let bytes = to.len().min(from.len());
    to[..bytes].copy_from_slice(&from[..bytes]);
}

fn unsupported<T>(what: &str) -> Result<T, Bad> {
    Err(Bad::Unsupported(what.to_string()))
}

/// The bits of a scalar of at most 128 bits.
pub(crate) fn scalar(env: &Env<'_>, id: ConstId, depth: u32) -> Result<u128, Bad> {
    if depth > MAX_DEPTH {
        return unsupported("a constant expression nested too deeply");
    }
    let constant = env.module.constant(id);
    let lane = |ty: TypeId| match lane_of(&env.module.types, ty) {
        Some(lane) => Ok(lane),
        None => unsupported("a constant expression of a type that is no scalar"),
    };
    Ok(match &constant.kind {
        ConstKind::Int(value) | ConstKind::Float(value) => u128::from(*value),
        ConstKind::Zero | ConstKind::Undef | ConstKind::Poison => 0,
        ConstKind::Wide(limbs) => match **limbs {
            [a] => u128::from(a),
            [a, b] => u128::from(a) | u128::from(b) << 64,
            _ => return unsupported("a constant expression of more than 128 bits"),
        },
        ConstKind::LongFloat(bits) => *bits,
        ConstKind::Func(func) => address(env, Symbol::Func(*func))?,
        ConstKind::Global(global) => address(env, Symbol::Global(*global))?,
        ConstKind::Alias(alias) => {
            let Some(alias) = env.module.aliases.get(alias.index()) else {
                return unsupported("an alias that is not there");
            };
            scalar(env, alias.target, depth + 1)?
        }
        ConstKind::BlockAddr(_, block) => u128::from(label_value(*block)),
        ConstKind::Data(bytes) if bytes.len() <= 16 => {
            let mut value = [0u8; 16];
            value[..bytes.len()].copy_from_slice(bytes);
            u128::from_le_bytes(value)
        }
        ConstKind::Data(_) | ConstKind::Aggregate(_) => {
            return unsupported("a constant expression on an aggregate");
        }
        ConstKind::Expr(expr) => match expr {
            ConstExpr::PtrAdd { base, bytes } => {
                low(scalar(env, *base, depth + 1)?.wrapping_add(*bytes as i128 as u128), 64)
            }
            ConstExpr::Cast { op, value } => {
                let from = env.module.constant(*value).ty;
                let bits = scalar(env, *value, depth + 1)?;
                convert::cast(*op, lane(from)?, lane(constant.ty)?, bits)
            }
            ConstExpr::Binary { op, lhs, rhs } => {
                let (a, b) = (scalar(env, *lhs, depth + 1)?, scalar(env, *rhs, depth + 1)?);
                match lane(constant.ty)? {
                    Lane::Int(bits) => match int::binary(*op, bits, a, b) {
                        Ok(value) => value,
                        Err(_) => return unsupported("a constant division that overflows"),
                    },
                    Lane::Float(format) => float::binary(*op, format, a, b),
                }
            }
            ConstExpr::ICmp { pred, lhs, rhs } => {
                let bits = lane(env.module.constant(*lhs).ty)?.bits();
                let (a, b) = (scalar(env, *lhs, depth + 1)?, scalar(env, *rhs, depth + 1)?);
                u128::from(int::compare(*pred, bits, a, b))
            }
            ConstExpr::FCmp { pred, lhs, rhs } => {
                let format = match lane(env.module.constant(*lhs).ty)? {
                    Lane::Float(format) => format,
                    Lane::Int(_) => Format::F64,
                };
                let (a, b) = (scalar(env, *lhs, depth + 1)?, scalar(env, *rhs, depth + 1)?);
                u128::from(float::compare(*pred, format, a, b))
            }
            ConstExpr::Select { cond, then, other } => {
                let cond = scalar(env, *cond, depth + 1)? & 1 != 0;
                scalar(env, if cond { *then } else { *other }, depth + 1)?
            }
        },
    })
}

/// The address of a symbol. A weak declaration that nothing defines has the address 0.
fn address(env: &Env<'_>, symbol: Symbol) -> Result<u128, Bad> {
    let Some((_, world)) = env.running else { return Ok(0x1000) };
    if let Some(address) = world.address(symbol) {
        return Ok(u128::from(address));
    }
    let linkage = match symbol {
        Symbol::Func(id) => env.module.func(id).linkage,
        Symbol::Global(id) => env.module.global(id).linkage,
        Symbol::Alias(_) => Linkage::External,
    };
    if linkage == Linkage::ExternWeak { Ok(0) } else { Err(Bad::Unresolved(symbol)) }
}

/// The type of lanes for messages.
pub(crate) fn describe(types: &bareflow_ir::Types, ty: TypeId) -> String {
    match types.get(ty) {
        Type::Int(bits) => alloc::format!("i{bits}"),
        Type::Half => "half".into(),
        Type::BFloat => "bfloat".into(),
        Type::Float => "float".into(),
        Type::Double => "double".into(),
        Type::X86Fp80 => "x86_fp80".into(),
        Type::Fp128 => "fp128".into(),
        Type::Ptr => "ptr".into(),
        Type::Vector { elem, len } => alloc::format!("<{len} x {}>", describe(types, *elem)),
        Type::Array { elem, len } => alloc::format!("[{len} x {}]", describe(types, *elem)),
        Type::Struct { .. } => "a struct".into(),
        other => alloc::format!("{other:?}").to_lowercase(),
    }
}
