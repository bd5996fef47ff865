//! Constants as bytes: what a global variable holds before the program starts.
//!
//! Addresses are not known here, so they become relocations by symbol. Everything that runs
//! or stores a program (interpreter, code memory, shrinker) lays its data out from this.

use alloc::vec;
use alloc::vec::Vec;

use crate::layout::{alloc_size, bit_size, member_offset, store_size};
use crate::{BinaryOp, CastOp, ConstExpr, ConstId, ConstKind, IntPredicate, Module, Symbol, Type};

/// The bytes of a constant and the addresses to be filled in.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Data {
    /// Its memory representation, `alloc_size` bytes.
    pub bytes: Vec<u8>,
    /// Addresses in it.
    pub relocs: Vec<DataReloc>,
}

/// `plus - minus + addend`, written little-endian at `offset` in `size` bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DataReloc {
    /// Offset in bytes from the start of the data.
    pub offset: u64,
    /// Bytes written: 8, or 4 for a difference.
    pub size: u8,
    /// Whose address is taken.
    pub plus: Symbol,
    /// Whose address is subtracted, for tables of distances.
    pub minus: Option<Symbol>,
    /// Added to it.
    pub addend: i64,
}

/// Why a constant has no bytes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum DataError {
    /// More than [`MAX_BYTES`].
    TooLarge(u64),
    /// A constant expression over addresses that no relocation can express.
    NotRelocatable(ConstId),
}

impl core::fmt::Display for DataError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            DataError::TooLarge(bytes) => write!(f, "a constant of {bytes} bytes is too large"),
            DataError::NotRelocatable(id) => {
                write!(f, "constant {} computes with addresses in a way no relocation can", id.0)
            }
        }
    }
}

impl core::error::Error for DataError {}

/// The largest variable, in bytes: 1 GiB, half of the window that code and data share.
pub const MAX_BYTES: u64 = 1 << 30;

/// A constant integer or address, or the distance between two addresses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scalar {
    /// The address of a symbol, if it has one.
    pub plus: Option<Symbol>,
    /// A subtracted address.
    pub minus: Option<Symbol>,
    /// The rest; of an integer, its low 64 bits, not yet truncated to its width.
    pub value: i64,
}

impl Scalar {
    /// A plain number.
    pub const fn number(value: i64) -> Self {
        Self { plus: None, minus: None, value }
    }

    /// Its value when it holds no address.
    pub fn as_number(self) -> Option<i64> {
        (self.plus.is_none() && self.minus.is_none()).then_some(self.value)
    }
}

/// What the label of a block is at run time. Labels are only ever compared and jumped to
/// within their function, so a number serves at every level and needs no relocation.
pub const fn label_value(block: crate::BlockId) -> u64 {
    block.0 as u64 + 1
}

/// The bytes of constant `id`.
///
/// # Errors
/// See [`DataError`].
pub fn lower(module: &Module, id: ConstId) -> Result<Data, DataError> {
    let size = alloc_size(&module.types, module.constant(id).ty);
    if size > MAX_BYTES {
        return Err(DataError::TooLarge(size));
    }
    let mut data = Data { bytes: vec![0; size as usize], relocs: Vec::new() };
    write(module, id, 0, &mut data)?;
    Ok(data)
}

fn write(module: &Module, id: ConstId, at: u64, out: &mut Data) -> Result<(), DataError> {
    let constant = module.constant(id);
    let types = &module.types;
    match &constant.kind {
        ConstKind::Zero | ConstKind::Undef | ConstKind::Poison => {}
        ConstKind::Data(bytes) => put(out, at, bytes),
        ConstKind::Wide(limbs) => {
            let bytes: Vec<u8> = limbs.iter().flat_map(|limb| limb.to_le_bytes()).collect();
            put(out, at, &bytes[..store_size(types, constant.ty) as usize]);
        }
        ConstKind::LongFloat(bits) => {
            put(out, at, &bits.to_le_bytes()[..store_size(types, constant.ty) as usize]);
        }
        ConstKind::Aggregate(members) => {
            // Lanes narrower than a byte are packed: lane 0 in the lowest bits.
            if let Some((elem, _)) = types.vector(constant.ty)
                && !bit_size(types, elem).is_multiple_of(8)
            {
                return write_packed(module, id, members, bit_size(types, elem), at, out);
            }
            for (index, member) in members.iter().enumerate() {
                write(module, *member, at + member_offset(types, constant.ty, index as u64), out)?;
            }
        }
        _ => {
            let scalar = evaluate(module, id)?;
            let size = store_size(types, constant.ty);
            match scalar.plus {
                None if scalar.minus.is_none() => {
                    put(out, at, &scalar.value.to_le_bytes()[..size.min(8) as usize]);
                }
                Some(plus) if size == 8 || (size == 4 && scalar.minus.is_some()) => {
                    let Scalar { minus, value: addend, .. } = scalar;
                    out.relocs.push(DataReloc {
                        offset: at,
                        size: size as u8,
                        plus,
                        minus,
                        addend,
                    });
                }
                _ => return Err(DataError::NotRelocatable(id)),
            }
        }
    }
    Ok(())
}

fn write_packed(
    module: &Module,
    id: ConstId,
    lanes: &[ConstId],
    lane_bits: u64,
    at: u64,
    out: &mut Data,
) -> Result<(), DataError> {
    for (index, lane) in lanes.iter().enumerate() {
        let value = evaluate(module, *lane)?.as_number().ok_or(DataError::NotRelocatable(id))?;
        for bit in 0..lane_bits.min(64) {
            if value >> bit & 1 != 0 {
                let position = index as u64 * lane_bits + bit;
                out.bytes[(at + position / 8) as usize] |= 1 << (position % 8);
            }
        }
    }
    Ok(())
}

fn put(out: &mut Data, at: u64, bytes: &[u8]) {
    out.bytes[at as usize..at as usize + bytes.len()].copy_from_slice(bytes);
}

/// The value of an integer constant of at most 64 bits if it is the same wherever things lie, the bits
/// above its width clear.
pub fn number(module: &Module, id: ConstId) -> Option<u64> {
    let Some(bits @ 1..=64) = module.types.int_bits(module.constant(id).ty) else { return None };
    let value = evaluate(module, id).ok()?.as_number()?;
    Some(value as u64 & u64::MAX >> (64 - bits))
}

/// The value of a constant of at most 64 bits, with the symbols its address comes from.
///
/// # Errors
/// [`DataError::NotRelocatable`] when it is wider, an aggregate, or computes with addresses in
/// another way than by sums, differences and comparisons.
pub fn evaluate(module: &Module, id: ConstId) -> Result<Scalar, DataError> {
    let constant = module.constant(id);
    let refuse = || DataError::NotRelocatable(id);
    let symbol = |symbol| Scalar { plus: Some(symbol), minus: None, value: 0 };
    Ok(match &constant.kind {
        ConstKind::Int(value) | ConstKind::Float(value) => Scalar::number(*value as i64),
        ConstKind::Zero | ConstKind::Undef | ConstKind::Poison => Scalar::number(0),
        ConstKind::Func(func) => symbol(Symbol::Func(*func)),
        ConstKind::Global(global) => symbol(Symbol::Global(*global)),
        ConstKind::Alias(alias) => {
            let alias = module.aliases.get(alias.index()).ok_or_else(refuse)?;
            evaluate(module, alias.target)?
        }
        ConstKind::BlockAddr(_, block) => Scalar::number(label_value(*block) as i64),
        ConstKind::Expr(expr) => match expr {
            ConstExpr::PtrAdd { base, bytes } => {
                let base = evaluate(module, *base)?;
                Scalar { value: base.value.wrapping_add(*bytes), ..base }
            }
            ConstExpr::Cast { op, value } => cast(module, id, *op, *value)?,
            ConstExpr::Binary { op, lhs, rhs } => {
                let (a, b) = (evaluate(module, *lhs)?, evaluate(module, *rhs)?);
                binary(module, *op, constant.ty, a, b).ok_or_else(refuse)?
            }
            ConstExpr::ICmp { pred, lhs, rhs } => {
                let ty = module.constant(*lhs).ty;
                let (a, b) = (evaluate(module, *lhs)?, evaluate(module, *rhs)?);
                let holds = compare(module, *pred, ty, a, b).ok_or_else(refuse)?;
                Scalar::number(i64::from(holds))
            }
            ConstExpr::Select { cond, then, other } => {
                let cond = evaluate(module, *cond)?.as_number().ok_or_else(refuse)?;
                evaluate(module, if cond & 1 != 0 { *then } else { *other })?
            }
            ConstExpr::FCmp { .. } => return Err(refuse()),
        },
        ConstKind::Wide(_)
        | ConstKind::LongFloat(_)
        | ConstKind::Data(_)
        | ConstKind::Aggregate(_) => return Err(refuse()),
    })
}

fn cast(module: &Module, id: ConstId, op: CastOp, value: ConstId) -> Result<Scalar, DataError> {
    let from = module.constant(value).ty;
    let scalar = evaluate(module, value)?;
    let bits = bit_size(&module.types, from).min(64) as u32;
    match op {
        CastOp::PtrToInt | CastOp::IntToPtr | CastOp::Bitcast => Ok(scalar),
        // A difference of addresses is truncated when it is written.
        CastOp::Trunc => Ok(scalar),
        CastOp::ZExt | CastOp::SExt => {
            let number = scalar.as_number().ok_or(DataError::NotRelocatable(id))?;
            let shift = 64 - bits;
            Ok(Scalar::number(if op == CastOp::SExt {
                number << shift >> shift
            } else {
                ((number as u64) << shift >> shift) as i64
            }))
        }
        _ => Err(DataError::NotRelocatable(id)),
    }
}

fn binary(
    module: &Module,
    op: BinaryOp,
    ty: crate::TypeId,
    a: Scalar,
    b: Scalar,
) -> Option<Scalar> {
    let bits = match module.types.get(ty) {
        Type::Int(bits @ 1..=64) => *bits,
        _ => return None,
    };
    match (op, a.as_number(), b.as_number()) {
        (BinaryOp::Add, _, Some(n)) => Some(Scalar { value: a.value.wrapping_add(n), ..a }),
        (BinaryOp::Add, Some(n), _) => Some(Scalar { value: b.value.wrapping_add(n), ..b }),
        (BinaryOp::Sub, _, Some(n)) => Some(Scalar { value: a.value.wrapping_sub(n), ..a }),
        (BinaryOp::Sub, None, None) if a.minus.is_none() && b.minus.is_none() => {
            let value = a.value.wrapping_sub(b.value);
            // Two addresses of one symbol differ by a number.
            let (plus, minus) = if a.plus == b.plus { (None, None) } else { (a.plus, b.plus) };
            Some(Scalar { plus, minus, value })
        }
        (op, Some(x), Some(y)) => number_op(op, bits, x, y).map(Scalar::number),
        _ => None,
    }
}

/// Compares two constants, if that can be told before addresses are known: numbers, two places
/// in one symbol, or a definition with null.
fn compare(
    module: &Module,
    pred: IntPredicate,
    ty: crate::TypeId,
    a: Scalar,
    b: Scalar,
) -> Option<bool> {
    let bits = bit_size(&module.types, ty);
    if !(1..=64).contains(&bits) {
        return None;
    }
    let shift = 64 - bits as u32;
    let (mut x, mut y) = (a.value << shift, b.value << shift);
    if (a.plus, a.minus) != (b.plus, b.minus) {
        // No definition lies at address 0. A place behind its start might.
        let is_null = |s: Scalar| s.as_number() == Some(0);
        let is_defined = |s: Scalar| {
            s.minus.is_none() && s.value == 0 && s.plus.is_some_and(|plus| has_place(module, plus))
        };
        match (is_null(a), is_null(b)) {
            (true, false) if is_defined(b) => (x, y) = (0, 1 << 62),
            (false, true) if is_defined(a) => (x, y) = (1 << 62, 0),
            _ => return None,
        }
    } else if a.plus.is_some()
        && a.minus.is_none()
        && !matches!(pred, IntPredicate::Eq | IntPredicate::Ne)
    {
        // The order of places in one symbol is that of their distances from its start.
        (x, y) = (a.value, b.value);
        return Some(match pred {
            IntPredicate::Ugt | IntPredicate::Sgt => x > y,
            IntPredicate::Uge | IntPredicate::Sge => x >= y,
            IntPredicate::Ult | IntPredicate::Slt => x < y,
            _ => x <= y,
        });
    }
    let (ux, uy) = (x as u64, y as u64);
    Some(match pred {
        IntPredicate::Eq => x == y,
        IntPredicate::Ne => x != y,
        IntPredicate::Ugt => ux > uy,
        IntPredicate::Uge => ux >= uy,
        IntPredicate::Ult => ux < uy,
        IntPredicate::Ule => ux <= uy,
        IntPredicate::Sgt => x > y,
        IntPredicate::Sge => x >= y,
        IntPredicate::Slt => x < y,
        IntPredicate::Sle => x <= y,
    })
}

/// Whether a symbol has an address that is not null.
fn has_place(module: &Module, symbol: Symbol) -> bool {
    let linkage = match symbol {
        Symbol::Func(id) => module.func(id).linkage,
        Symbol::Global(id) => module.global(id).linkage,
        Symbol::Alias(_) => return true,
    };
    linkage != crate::Linkage::ExternWeak
}

fn number_op(op: BinaryOp, bits: u32, x: i64, y: i64) -> Option<i64> {
    let shift = 64 - bits;
    let (ux, uy) = ((x as u64) << shift >> shift, (y as u64) << shift >> shift);
    let (sx, sy) = (x << shift >> shift, y << shift >> shift);
    Some(match op {
        BinaryOp::Mul => x.wrapping_mul(y),
        BinaryOp::And => x & y,
        BinaryOp::Or => x | y,
        BinaryOp::Xor => x ^ y,
        BinaryOp::UDiv => ux.checked_div(uy)? as i64,
        BinaryOp::URem => ux.checked_rem(uy)? as i64,
        BinaryOp::SDiv => sx.checked_div(sy)?,
        BinaryOp::SRem => sx.checked_rem(sy)?,
        BinaryOp::Shl => ux.checked_shl(u32::try_from(uy).ok()?)? as i64,
        BinaryOp::LShr => ux.checked_shr(u32::try_from(uy).ok()?)? as i64,
        BinaryOp::AShr => sx.checked_shr(u32::try_from(uy).ok()?)?,
        _ => return None,
    })
}
