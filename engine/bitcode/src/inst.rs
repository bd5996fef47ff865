//! Instructions that compute, and which reader each record goes to.

use alloc::boxed::Box;
use alloc::format;
use alloc::vec::Vec;

use bareflow_ir::{ConstKind, FastMath, Op, Operand, Type, TypeId, WrapFlags};

use crate::body::Body;
use crate::codes::func;
use crate::error::Cause;
use crate::numbers;
use crate::ops::{Ops, to_id};

impl Body<'_> {
    /// Reads one instruction.
    pub(crate) fn instruction(&mut self, code: u32, mut ops: Ops<'_>) -> Result<(), Cause> {
        let ops = &mut ops;
        match code {
            func::BINOP => self.binop(ops),
            func::UNOP => self.unop(ops),
            func::CAST => self.cast(ops),
            func::CMP | func::CMP2 => self.compare(ops),
            func::VSELECT => self.select(ops),
            func::FREEZE => {
                let (value, ty) = self.pair(ops)?;
                self.push(Op::Freeze { value }, ty)
            }
            func::EXTRACTELT => self.extract_element(ops),
            func::INSERTELT => self.insert_element(ops),
            func::SHUFFLEVEC => self.shuffle(ops),
            func::EXTRACTVAL => self.extract_value(ops),
            func::INSERTVAL => self.insert_value(ops),
            func::ALLOCA => self.alloca(ops),
            func::LOAD | func::LOADATOMIC => self.load(ops, code == func::LOADATOMIC),
            func::STORE | func::STOREATOMIC => self.store(ops, code == func::STOREATOMIC),
            func::GEP => self.gep(ops),
            func::CMPXCHG => self.compare_exchange(ops),
            func::ATOMICRMW => self.read_modify_write(ops),
            func::FENCE => self.fence(ops),
            func::VAARG => self.va_arg(ops),
            func::CALL => self.call(ops),
            func::INVOKE => self.invoke(ops),
            func::PHI => self.phi(ops),
            func::RET => self.ret(ops),
            func::BR => self.br(ops),
            func::SWITCH => self.switch(ops),
            func::INDIRECTBR => self.indirect_br(ops),
            func::RESUME => {
                let (value, _) = self.pair(ops)?;
                self.push(Op::Resume { value }, self.void)
            }
            func::UNREACHABLE => self.push(Op::Unreachable, self.void),
            func::LANDINGPAD => {
                let ty = self.reader.types.get(ops.next()?)?;
                self.landing_pad(ty, ops)
            }
            func::CALLBR => Err(Cause::Unsupported("assembly that jumps (asm goto)".into())),
            func::CLEANUPRET..=func::CATCHSWITCH => {
                Err(Cause::Unsupported("exceptions in the way of Windows".into()))
            }
            _ => Err(Cause::Unsupported(format!("an instruction record of code {code}"))),
        }
    }

    pub(crate) fn type_of(&self, id: TypeId) -> &Type {
        self.reader.module.types.get(id)
    }

    /// Whether it is a float or a vector of floats.
    fn is_float(&self, ty: TypeId) -> bool {
        let types = &self.reader.module.types;
        matches!(
            types.get(types.scalar(ty)),
            Type::Half | Type::BFloat | Type::Float | Type::Double | Type::X86Fp80 | Type::Fp128
        )
    }

    /// `[lhs, rhs, operation, flags]`
    fn binop(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let (lhs, ty) = self.pair(ops)?;
        let rhs = self.value(ops, ty)?;
        let float = self.is_float(ty);
        let op = numbers::binary(ops.next()?, float)?;
        let flags = ops.get().unwrap_or(0);
        let (wrap, fast) = if float {
            (WrapFlags::default(), numbers::fast_math(flags))
        } else {
            (numbers::wrap(op, flags), FastMath::default())
        };
        self.push(Op::Binary { op, lhs, rhs, wrap, fast }, ty)
    }

    /// `[value, operation, flags]`
    fn unop(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let (value, ty) = self.pair(ops)?;
        if ops.next()? != 0 {
            return Err(Cause::Malformed("an unknown operation on one value"));
        }
        let fast = numbers::fast_math(ops.get().unwrap_or(0));
        self.push(Op::FNeg { value, fast }, ty)
    }

    /// `[value, type, operation, flags]`
    fn cast(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let (value, _) = self.pair(ops)?;
        let ty = self.reader.types.get(ops.next()?)?;
        let op = numbers::cast(ops.next()?)?;
        let wrap = numbers::cast_wrap(op, ops.get().unwrap_or(0));
        self.push(Op::Cast { op, value, wrap }, ty)
    }

    /// `[lhs, rhs, predicate, flags]`
    fn compare(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let (lhs, ty) = self.pair(ops)?;
        let rhs = self.value(ops, ty)?;
        let pred = ops.next()?;
        let lanes = self.reader.module.types.vector(ty).map(|(_, len)| len);
        let result = self.with_lanes(self.bit, lanes);
        let op = if pred < 32 {
            let fast = numbers::fast_math(ops.get().unwrap_or(0));
            Op::FCmp { pred: numbers::float_predicate(pred)?, lhs, rhs, fast }
        } else {
            Op::ICmp { pred: numbers::int_predicate(pred)?, lhs, rhs }
        };
        self.push(op, result)
    }

    /// `elem` itself, or a vector of it.
    pub(crate) fn with_lanes(&mut self, elem: TypeId, lanes: Option<u32>) -> TypeId {
        match lanes {
            None => elem,
            Some(len) => self.reader.module.types.intern(Type::Vector { elem, len }),
        }
    }

    /// `[then, other, condition, flags]`
    fn select(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let (then, ty) = self.pair(ops)?;
        let other = self.value(ops, ty)?;
        let (cond, _) = self.pair(ops)?;
        self.push(Op::Select { cond, then, other }, ty)
    }

    fn lanes(&self, ty: TypeId) -> Result<(TypeId, u32), Cause> {
        let vector = self.reader.module.types.vector(ty);
        vector.ok_or(Cause::Malformed("a vector operation on something else"))
    }

    /// `[vector, index]`
    fn extract_element(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let (vec, ty) = self.pair(ops)?;
        let (index, _) = self.pair(ops)?;
        let (elem, _) = self.lanes(ty)?;
        self.push(Op::ExtractElement { vec, index }, elem)
    }

    /// `[vector, value, index]`
    fn insert_element(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let (vec, ty) = self.pair(ops)?;
        let (elem, _) = self.lanes(ty)?;
        let value = self.value(ops, elem)?;
        let (index, _) = self.pair(ops)?;
        self.push(Op::InsertElement { vec, value, index }, ty)
    }

    /// `[a, b, mask]`
    fn shuffle(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let (a, ty) = self.pair(ops)?;
        let b = self.value(ops, ty)?;
        let (mask, mask_ty) = self.pair(ops)?;
        let (elem, inputs) = self.lanes(ty)?;
        let (_, len) = self.lanes(mask_ty)?;
        self.reader.charge(8 * len as usize)?;
        let mask = self.mask(mask, len as usize, inputs)?;
        let result = self.with_lanes(elem, Some(len));
        self.push(Op::ShuffleVector { a, b, mask }, result)
    }

    fn mask(&self, mask: Operand, len: usize, inputs: u32) -> Result<Box<[Option<u32>]>, Cause> {
        let wrong = || Cause::Malformed("a shuffle mask that is no constant");
        let lane = |value: u64| {
            u32::try_from(value).ok().filter(|lane| u64::from(*lane) < 2 * u64::from(inputs))
        };
        let lanes: Vec<Option<u32>> = match self.const_kind(mask).ok_or_else(wrong)? {
            ConstKind::Zero => alloc::vec![Some(0); len],
            ConstKind::Undef | ConstKind::Poison => alloc::vec![None; len],
            ConstKind::Data(bytes) if bytes.len() == 4 * len => bytes
                .chunks_exact(4)
                .map(|four| {
                    lane(four.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)))
                })
                .collect(),
            ConstKind::Aggregate(members) => {
                let mut lanes = Vec::with_capacity(len);
                for member in members {
                    lanes.push(match self.reader.module.constant(*member).kind {
                        ConstKind::Int(value) => lane(value),
                        ConstKind::Undef | ConstKind::Poison => None,
                        _ => return Err(wrong()),
                    });
                }
                lanes
            }
            _ => return Err(wrong()),
        };
        Ok(lanes.into())
    }

    /// Follows a path into a value of type `ty`.
    fn path(&self, ty: TypeId, ops: &mut Ops<'_>) -> Result<(Box<[u32]>, TypeId), Cause> {
        let mut at = ty;
        let mut path = Vec::with_capacity(ops.len());
        while let Some(index) = ops.get() {
            let inside = match self.type_of(at) {
                Type::Struct { .. } | Type::Array { .. } => {
                    self.reader.module.types.member(at, index)
                }
                _ => None,
            };
            at = inside.ok_or(Cause::Malformed("a member that does not exist"))?;
            path.push(to_id(index)?);
        }
        if path.is_empty() {
            return Err(Cause::Malformed("a path of no steps"));
        }
        Ok((path.into(), at))
    }

    /// `[aggregate, index...]`
    fn extract_value(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let (agg, ty) = self.pair(ops)?;
        let (path, member) = self.path(ty, ops)?;
        self.push(Op::ExtractValue { agg, path }, member)
    }

    /// `[aggregate, value, index...]`
    fn insert_value(&mut self, ops: &mut Ops<'_>) -> Result<(), Cause> {
        let (agg, ty) = self.pair(ops)?;
        let (value, value_ty) = self.pair(ops)?;
        let (path, member) = self.path(ty, ops)?;
        if member != value_ty {
            return Err(Cause::Malformed("a value inserted where another type belongs"));
        }
        self.push(Op::InsertValue { agg, value, path }, ty)
    }

    /// Hands a value through, for assembly that does nothing.
    pub(crate) fn same(&mut self, value: Operand, ty: TypeId) -> Result<(), Cause> {
        self.push(Op::Freeze { value }, ty)
    }

    /// The constant `undef` of a type.
    pub(crate) fn undef(&mut self, ty: TypeId) -> Result<Operand, Cause> {
        self.reader.constant(ty, ConstKind::Undef).map(Operand::Const)
    }
}
