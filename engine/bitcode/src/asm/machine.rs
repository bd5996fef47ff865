//! What registers and flags hold between two instructions, as values of the IR.
//!
//! General registers are kept as 64 bits: writing 32 clears the upper half, writing 16 or 8 leaves the
//! rest (Intel SDM, vol. 1, 3.4.1.1). Operands in vector registers are kept as the float they are. Of
//! the flags, carry and zero are known, from instructions that set them.

use alloc::vec::Vec;

use bareflow_ir::{BinaryOp, Type, TypeId};
use bareflow_ir::{Operand as Value, ValueId};

use super::operands::{Flag, Operands, Part, Place};
use super::text::Arg;
use crate::build::Build;
use crate::error::Cause;

/// The state between two instructions.
pub(super) struct Machine<'b, 'r, 'o> {
    pub(super) b: &'b mut Build<'r>,
    pub(super) operands: &'o Operands,
    /// Types of the results.
    pub(super) results: &'o [TypeId],
    pub(super) held: Vec<(Place, Value)>,
    pub(super) carry: Option<Value>,
    pub(super) zero: Option<Value>,
}

/// What one instruction came to; `None`: it is not known.
pub(super) type Done = Result<Option<()>, Cause>;
pub(super) type Found = Result<Option<Value>, Cause>;

/// Goes on with what was found, or leaves with the answer that it is not known.
macro_rules! known {
    ($found:expr) => {
        match $found {
            Some(value) => value,
            None => return Ok(None),
        }
    };
}

pub(super) use known;

impl Machine<'_, '_, '_> {
    /// Puts the arguments where they are at first.
    pub(super) fn start(&mut self) -> Result<(), Cause> {
        let operands = self.operands;
        for operand in &operands.list {
            let Some(argument) = operand.argument else { continue };
            let value = Value::Value(ValueId::new(argument));
            let float = matches!(
                self.b.reader.module.types.get(self.b.type_of(value)),
                Type::Float | Type::Double
            );
            let value = if float {
                value
            } else {
                let int = self.b.as_int(value);
                self.b.resize(int, 64, false)
            };
            self.hold(operand.place, value);
        }
        Ok(())
    }

    pub(super) fn hold(&mut self, place: Place, value: Value) {
        match self.held.iter_mut().find(|(known, _)| *known == place) {
            Some((_, held)) => *held = value,
            None => self.held.push((place, value)),
        }
    }

    /// The 64 bits, or the float, in a place. What nobody has written is anything.
    pub(super) fn held(&mut self, place: Place) -> Result<Value, Cause> {
        match self.held.iter().find(|(known, _)| *known == place) {
            Some((_, value)) => Ok(*value),
            None => self.b.number(64, 0),
        }
    }

    /// Result number `at`, as a value of type `ty`.
    pub(super) fn result(&mut self, at: usize, ty: TypeId) -> Found {
        let operands = self.operands;
        let operand = known!(operands.list.iter().find(|operand| operand.result == Some(at)));
        let flag = |value: Option<Value>, wanted: bool| value.map(|value| (value, wanted));
        let asked = match operand.place {
            Place::Flag(Flag::Carry(wanted)) => Some(known!(flag(self.carry, wanted))),
            Place::Flag(Flag::Zero(wanted)) => Some(known!(flag(self.zero, wanted))),
            _ => None,
        };
        let bits = bareflow_ir::layout::bit_size(&self.b.reader.module.types, ty) as u32;
        if let Some((value, wanted)) = asked {
            let one = self.b.number(1, u64::from(!wanted))?;
            let value = self.b.binary(BinaryOp::Xor, value, one);
            return Ok(Some(self.b.resize(value, bits, false)));
        }
        let value = self.held(operand.place)?;
        if self.b.type_of(value) == ty {
            return Ok(Some(value));
        }
        let int = self.b.as_int(value);
        let int = self.b.resize(int, bits, false);
        Ok(Some(self.b.of_int(int, ty)))
    }

    /// Where an argument is, and which part of it is meant.
    pub(super) fn place(&self, arg: &Arg, bits: u32) -> Option<(Place, Part)> {
        match arg {
            Arg::Operand(number, part) => {
                let place = self.operands.list.get(*number)?.place;
                Some((place, part.unwrap_or(Part { bits, high: false })))
            }
            Arg::Register(number, part) => Some((Place::Register(*number), *part)),
            Arg::Number(_) | Arg::Stack => None,
        }
    }

    /// The width an instruction works in: that of its suffix, or of its operands.
    pub(super) fn width(&self, suffix: Option<u32>, args: &[Arg]) -> Option<u32> {
        let natural = |arg: &Arg| match arg {
            Arg::Operand(_, Some(part)) | Arg::Register(_, part) => Some(part.bits),
            Arg::Operand(number, None) => {
                let operand = self.operands.list.get(*number)?;
                let result = || {
                    let ty = *self.results.get(operand.result?)?;
                    Some(bareflow_ir::layout::bit_size(&self.b.reader.module.types, ty) as u32)
                };
                let argument = |at| self.b.bits(Value::Value(ValueId::new(at)));
                operand.argument.map(argument).or_else(result)
            }
            Arg::Number(_) | Arg::Stack => None,
        };
        let found = suffix.or_else(|| args.iter().find_map(natural))?;
        matches!(found, 8 | 16 | 32 | 64).then_some(found)
    }

    /// The value of an argument in `bits` bits.
    pub(super) fn read(&mut self, arg: &Arg, bits: u32) -> Found {
        if let Arg::Number(number) = arg {
            return self.b.number(bits, *number as u64).map(Some);
        }
        let (place, part) = known!(self.place(arg, bits));
        if let Place::Memory(argument) = place {
            let ty = self.b.int(bits);
            return Ok(Some(self.b.load(Value::Value(ValueId::new(argument)), ty)));
        }
        let mut value = self.held(place)?;
        if self.b.bits(value) != 64 || self.is_float(value) {
            return Ok(None);
        }
        if part.high {
            let eight = self.b.number(64, 8)?;
            value = self.b.binary(BinaryOp::LShr, value, eight);
        }
        let value = self.b.resize(value, bits.min(part.bits), false);
        Ok(Some(self.b.resize(value, bits, false)))
    }

    fn is_float(&self, value: Value) -> bool {
        matches!(self.b.reader.module.types.get(self.b.type_of(value)), Type::Float | Type::Double)
    }

    /// Writes an argument.
    pub(super) fn write(&mut self, arg: &Arg, value: Value) -> Done {
        let bits = self.b.bits(value);
        let (place, part) = known!(self.place(arg, bits));
        if let Place::Memory(argument) = place {
            self.b.store(Value::Value(ValueId::new(argument)), value);
            return Ok(Some(()));
        }
        if part.bits != bits {
            return Ok(None);
        }
        let mut whole = self.b.resize(value, 64, false);
        if bits < 32 {
            let old = self.held(place)?;
            let shift = if part.high { 8 } else { 0 };
            let mask = (u64::MAX >> (64 - bits)) << shift;
            let (shift, mask) = (self.b.number(64, shift)?, self.b.number(64, !mask)?);
            let rest = self.b.binary(BinaryOp::And, old, mask);
            whole = self.b.binary(BinaryOp::Shl, whole, shift);
            whole = self.b.binary(BinaryOp::Or, whole, rest);
        }
        self.hold(place, whole);
        Ok(Some(()))
    }

    /// Writes the low bits of a register by its number.
    pub(super) fn set(&mut self, register: u8, value: Value) -> Done {
        let bits = self.b.bits(value);
        self.write(&Arg::Register(register, Part { bits, high: false }), value)
    }

    pub(super) fn get(&mut self, register: u8, bits: u32) -> Found {
        self.read(&Arg::Register(register, Part { bits, high: false }), bits)
    }
}
