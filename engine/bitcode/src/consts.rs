//! The CONSTANTS block.
//!
//! A constant may refer to one that comes later, but in the IR operands come first. So those
//! that refer to others wait until the block is read, and are then built depth first.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;

use bareflow_ir::{BlockId, ConstId, ConstKind, Type, TypeId};

use crate::asm::Asm;
use crate::bits::signed;
use crate::codes::cst;
use crate::combine::{Pending, What};
use crate::error::Cause;
use crate::numbers;
use crate::ops::{Ops, to_id};
use crate::reader::{Reader, Value};
use crate::stream::{Block, Item, Record};

/// What one record comes to.
enum Read {
    Done(ConstKind),
    Waits(What),
    Asm(Asm),
}

impl Reader {
    /// Reads constants of the module or of a function, and appends them to the values. In a
    /// function, `params` values come before them that are not in the table.
    pub(crate) fn constants_block(
        &mut self,
        mut block: Block<'_>,
        params: u32,
    ) -> Result<(), Cause> {
        let mut record = Record::default();
        let mut ty = None;
        let mut pending = Vec::new();
        let mut pool = Vec::new();
        let first = self.values.len();
        loop {
            match self.next(&mut block, &mut record)? {
                Item::End => break,
                Item::Block(_) => continue,
                Item::Record => {}
            }
            if record.code == cst::SETTYPE {
                ty = Some(Ops::new(&record.ops).next()?);
                continue;
            }
            let start = pool.len();
            let value = match self.one(&record, ty, &mut pool) {
                Ok((ty, Read::Done(kind))) => Value::Const(self.constant(ty, kind)?),
                Ok((_, Read::Asm(asm))) => {
                    self.charge(size_of::<Asm>() + record.ops.len())?;
                    self.asms.push(asm);
                    Value::Asm(self.asms.len() as u32 - 1)
                }
                Ok((ty, Read::Waits(what))) => {
                    self.charge(size_of::<Pending>() + 4 * (pool.len() - start))?;
                    for number in &mut pool[start..] {
                        *number = skip_params(*number, first as u32, params)?;
                    }
                    let operands = start as u32..pool.len() as u32;
                    pending.push(Pending { ty, what, operands });
                    Value::Waiting(pending.len() as u32 - 1)
                }
                Err(Cause::Unsupported(why)) => {
                    pool.truncate(start);
                    self.charge(64 + why.len())?;
                    self.bad(why)
                }
                Err(cause) => return Err(cause),
            };
            self.charge(size_of::<Value>())?;
            self.values.push(value);
        }
        self.build_pending(first, &pending, &pool)
    }

    fn one(
        &mut self,
        record: &Record<'_>,
        ty: Option<u64>,
        pool: &mut Vec<u32>,
    ) -> Result<(TypeId, Read), Cause> {
        let ty = match ty {
            Some(id) => self.types.get(id)?,
            None => self.module.types.intern(Type::Int(32)),
        };
        let mut ops = Ops::new(&record.ops);
        let mut refer = |number: u64| -> Result<(), Cause> {
            pool.push(to_id(number)?);
            Ok(())
        };
        let read = match record.code {
            cst::NULL => Read::Done(self.zero(ty)),
            cst::UNDEF => Read::Done(ConstKind::Undef),
            cst::POISON => Read::Done(ConstKind::Poison),
            cst::INTEGER | cst::WIDE_INTEGER | cst::FLOAT => {
                Read::Done(self.number(ty, record.code, &record.ops)?)
            }
            cst::AGGREGATE => {
                record.ops.iter().try_for_each(|op| refer(*op))?;
                Read::Waits(What::Aggregate)
            }
            cst::STRING | cst::CSTRING | cst::DATA => {
                Read::Done(self.data(ty, &record.ops, record.code == cst::CSTRING)?)
            }
            cst::CE_CAST => {
                let op = numbers::cast(ops.next()?)?;
                let _from = ops.next()?;
                refer(ops.next()?)?;
                Read::Waits(What::Cast(op))
            }
            cst::CE_BINOP => {
                let float = self.is_float(ty);
                let op = numbers::binary(ops.next()?, float)?;
                refer(ops.next()?)?;
                refer(ops.next()?)?;
                Read::Waits(What::Binary(op))
            }
            cst::CE_CMP => {
                let _of = ops.next()?;
                refer(ops.next()?)?;
                refer(ops.next()?)?;
                Read::Waits(match ops.next()? {
                    pred @ 0..32 => What::FCmp(numbers::float_predicate(pred)?),
                    pred => What::ICmp(numbers::int_predicate(pred)?),
                })
            }
            cst::CE_SELECT => {
                for _ in 0..3 {
                    refer(ops.next()?)?;
                }
                Read::Waits(What::Select)
            }
            cst::CE_EXTRACTELT => {
                let _of = ops.next()?;
                refer(ops.next()?)?;
                // The index has its type before it in newer bitcode.
                let index = ops.next()?;
                refer(ops.get().unwrap_or(index))?;
                Read::Waits(What::ExtractElement)
            }
            cst::CE_INSERTELT => {
                refer(ops.next()?)?;
                refer(ops.next()?)?;
                let index = ops.next()?;
                refer(ops.get().unwrap_or(index))?;
                Read::Waits(What::InsertElement)
            }
            cst::CE_SHUFFLEVEC | cst::CE_SHUFVEC_EX => {
                if record.code == cst::CE_SHUFVEC_EX {
                    let _of = ops.next()?;
                }
                for _ in 0..3 {
                    refer(ops.next()?)?;
                }
                Read::Waits(What::ShuffleVector)
            }
            cst::CE_GEP_OLD
            | cst::CE_INBOUNDS_GEP
            | cst::CE_GEP_WITH_INRANGE_INDEX_OLD
            | cst::CE_GEP_WITH_INRANGE
            | cst::CE_GEP => {
                let explicit = matches!(
                    record.code,
                    cst::CE_GEP_WITH_INRANGE_INDEX_OLD | cst::CE_GEP_WITH_INRANGE | cst::CE_GEP
                );
                if !explicit && ops.len().is_multiple_of(2) {
                    let what = "a constant address as written before LLVM 4";
                    return Err(Cause::Unsupported(what.into()));
                }
                let source = self.placed(self.types.get(ops.next()?)?)?;
                if explicit {
                    let _flags = ops.next()?;
                }
                if record.code == cst::CE_GEP_WITH_INRANGE {
                    match ops.next()? {
                        0..=64 => ops.take(2)?,
                        _ => {
                            let words = ops.next()?;
                            ops.take((words & 0xFFFF_FFFF) + (words >> 32))?
                        }
                    };
                }
                if ops.is_empty() {
                    return Err(Cause::Malformed("an address of nothing"));
                }
                while let Some(_ty) = ops.get() {
                    refer(ops.next()?)?;
                }
                Read::Waits(What::Gep(source))
            }
            cst::BLOCKADDRESS => {
                let _ty = ops.next()?;
                let function = ops.next()?;
                let block = BlockId(ops.id()?);
                let function = usize::try_from(function).ok().and_then(|at| self.values.get(at));
                match function {
                    Some(Value::Const(id)) => match self.module.constant(*id).kind {
                        ConstKind::Func(func) => Read::Done(ConstKind::BlockAddr(func, block)),
                        _ => return Err(Cause::Malformed("the address of a block of no function")),
                    },
                    _ => return Err(Cause::Malformed("the address of a block of no function")),
                }
            }
            cst::DSO_LOCAL_EQUIVALENT | cst::NO_CFI_VALUE => {
                let _ty = ops.next()?;
                refer(ops.next()?)?;
                Read::Waits(What::Same)
            }
            cst::INLINEASM | cst::INLINEASM_OLD | cst::INLINEASM_OLD2 | cst::INLINEASM_OLD3 => {
                Read::Asm(Asm::read(record.code, &record.ops)?)
            }
            code => return Err(unsupported(code)),
        };
        Ok((ty, read))
    }

    fn is_float(&self, ty: TypeId) -> bool {
        let types = &self.module.types;
        matches!(
            types.get(types.scalar(ty)),
            Type::Half | Type::BFloat | Type::Float | Type::Double | Type::X86Fp80 | Type::Fp128
        )
    }

    /// All bits zero. Scalars of one word have one form, whatever the producer chose.
    pub(crate) fn zero(&self, ty: TypeId) -> ConstKind {
        match self.module.types.get(ty) {
            Type::Int(1..=64) => ConstKind::Int(0),
            Type::Half | Type::BFloat | Type::Float | Type::Double => ConstKind::Float(0),
            Type::X86Fp80 | Type::Fp128 => ConstKind::LongFloat(0),
            _ => ConstKind::Zero,
        }
    }

    /// An integer or float; of a vector type, the same in each lane.
    fn number(&mut self, ty: TypeId, code: u32, ops: &[u64]) -> Result<ConstKind, Cause> {
        let (scalar, lanes) = match self.module.types.vector(ty) {
            Some((scalar, lanes)) => (scalar, Some(lanes)),
            None => (ty, None),
        };
        let none = || Cause::Malformed("a number without digits");
        let first = *ops.first().ok_or_else(none)?;
        let kind = match (self.module.types.get(scalar), code) {
            (Type::Int(bits @ 1..=64), cst::INTEGER | cst::WIDE_INTEGER) => {
                ConstKind::Int(signed(first) as u64 & (u64::MAX >> (64 - bits)))
            }
            (Type::Int(bits), cst::INTEGER | cst::WIDE_INTEGER) => {
                let (bits, count) = (*bits, bits.div_ceil(64) as usize);
                if ops.len() > count {
                    return Err(Cause::Malformed("an integer wider than its type"));
                }
                self.charge(8 * count)?;
                let mut limbs: Vec<u64> = ops.iter().map(|op| signed(*op) as u64).collect();
                limbs.resize(count, 0);
                if bits % 64 != 0 {
                    limbs[count - 1] &= u64::MAX >> (64 - bits % 64);
                }
                ConstKind::Wide(limbs.into())
            }
            (Type::Half | Type::BFloat, cst::FLOAT) => ConstKind::Float(first & 0xFFFF),
            (Type::Float, cst::FLOAT) => ConstKind::Float(first & 0xFFFF_FFFF),
            (Type::Double, cst::FLOAT) => ConstKind::Float(first),
            (Type::X86Fp80, cst::FLOAT) => {
                let second = *ops.get(1).ok_or_else(none)?;
                let low = second & 0xFFFF | first << 16;
                ConstKind::LongFloat(u128::from(first >> 48) << 64 | u128::from(low))
            }
            (Type::Fp128, cst::FLOAT) => {
                let high = *ops.get(1).ok_or_else(none)?;
                ConstKind::LongFloat(u128::from(high) << 64 | u128::from(first))
            }
            _ => return Err(Cause::Malformed("a number of a type that is none")),
        };
        match lanes {
            None => Ok(kind),
            Some(lanes) => {
                let lane = self.constant(scalar, kind)?;
                self.charge(4 * lanes as usize)?;
                Ok(ConstKind::Aggregate(alloc::vec![lane; lanes as usize].into()))
            }
        }
    }

    /// An array or vector whose elements are written one after the other.
    fn data(&mut self, ty: TypeId, ops: &[u64], terminated: bool) -> Result<ConstKind, Cause> {
        let types = &self.module.types;
        let (elem, len) = match types.get(ty) {
            Type::Array { elem, len } => (*elem, *len),
            Type::Vector { elem, len } => (*elem, u64::from(*len)),
            _ => return Err(Cause::Malformed("data of a type that is no array")),
        };
        let size = match types.get(elem) {
            Type::Int(bits @ (8 | 16 | 32 | 64)) => *bits as usize / 8,
            Type::Half | Type::BFloat => 2,
            Type::Float => 4,
            Type::Double => 8,
            _ => return Err(Cause::Malformed("data of elements that are not whole bytes")),
        };
        let count = ops.len() + usize::from(terminated);
        if count as u64 != len {
            return Err(Cause::Malformed("data of another length than its type"));
        }
        self.charge(count * size)?;
        let mut bytes = Vec::with_capacity(count * size);
        for op in ops {
            bytes.extend_from_slice(&op.to_le_bytes()[..size]);
        }
        bytes.resize(count * size, 0);
        Ok(ConstKind::Data(bytes.into()))
    }

    /// Builds those of the values from `first` on that wait, operands first.
    fn build_pending(
        &mut self,
        first: usize,
        pending: &[Pending],
        pool: &[u32],
    ) -> Result<(), Cause> {
        // Which operand of each one comes next.
        let mut next = alloc::vec![0u32; pending.len()];
        let mut stack = Vec::new();
        let mut operands = Vec::new();
        for slot in first..self.values.len() {
            stack.push(slot);
            while let Some(slot) = stack.last().copied() {
                let Value::Waiting(at) = self.values[slot] else {
                    stack.pop();
                    continue;
                };
                let one = &pending[at as usize];
                let list = &pool[one.operands.start as usize..one.operands.end as usize];
                let at = at as usize;
                if let Some(operand) = list.get(next[at] as usize) {
                    next[at] += 1;
                    match self.values.get(*operand as usize) {
                        Some(Value::Waiting(other)) if next[*other as usize] == 0 => {
                            stack.push(*operand as usize);
                        }
                        // One without operands is built as soon as it is met.
                        Some(Value::Waiting(_)) => {
                            return Err(Cause::Malformed("a constant that contains itself"));
                        }
                        Some(_) => {}
                        None => return Err(Cause::Malformed("a value that does not exist")),
                    }
                    continue;
                }
                stack.pop();
                self.values[slot] = self.build(one, list, &mut operands)?;
            }
        }
        Ok(())
    }

    fn build(
        &mut self,
        one: &Pending,
        list: &[u32],
        operands: &mut Vec<ConstId>,
    ) -> Result<Value, Cause> {
        operands.clear();
        for number in list {
            match self.values[*number as usize] {
                Value::Const(id) => operands.push(id),
                bad @ Value::Bad(_) => return Ok(bad),
                _ => return Err(Cause::Malformed("inline assembly inside a constant")),
            }
        }
        match self.combine(one, operands) {
            Ok(id) => Ok(Value::Const(id)),
            Err(Cause::Unsupported(why)) => {
                self.charge(64 + why.len())?;
                Ok(self.bad(why))
            }
            Err(cause) => Err(cause),
        }
    }
}

/// The position in the table of value `number` of a function whose parameters follow the
/// `globals`.
fn skip_params(number: u32, globals: u32, params: u32) -> Result<u32, Cause> {
    match number.checked_sub(globals) {
        None => Ok(number),
        Some(past) if past < params => Err(Cause::Malformed("a constant made of a parameter")),
        Some(_) => Ok(number - params),
    }
}

fn unsupported(code: u32) -> Cause {
    let what = match code {
        cst::CE_UNOP => "a constant fneg",
        cst::PTRAUTH | cst::PTRAUTH2 => "a signed pointer",
        _ => return Cause::Unsupported(format!("a constant of code {code}")),
    };
    Cause::Unsupported(what.to_string())
}
