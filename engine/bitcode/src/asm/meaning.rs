//! What instructions do, said in IR.
//!
//! General registers are kept as 64 bits: writing 32 clears the upper half, writing 16 or 8 leaves the
//! rest (Intel SDM, vol. 1, 3.4.1.1). Operands in vector registers are kept as the float they are. Of
//! the flags, carry and zero are known, from instructions that set them.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{BinaryOp, ConstKind, FuncId, IntPredicate, Op, Ordering, Type, TypeId};
use bareflow_ir::{Operand as Value, ValueId};

use super::build::Build;
use super::operands::{Flag, Operands, Part, Place};
use super::text::{Arg, Statement};
use crate::error::Cause;
use crate::reader::Reader;

/// The state between two instructions.
struct Machine<'b, 'r, 'o> {
    b: &'b mut Build<'r>,
    operands: &'o Operands,
    /// Types of the results.
    results: &'o [TypeId],
    held: Vec<(Place, Value)>,
    carry: Option<Value>,
    zero: Option<Value>,
}

/// What one instruction came to; `None`: it is not known.
type Done = Result<Option<()>, Cause>;
type Found = Result<Option<Value>, Cause>;

/// Goes on with what was found, or leaves with the answer that it is not known.
macro_rules! known {
    ($found:expr) => {
        match $found {
            Some(value) => value,
            None => return Ok(None),
        }
    };
}

/// A function of type `ty` that does what the statements do; `None` if one of them is not known.
pub(super) fn function(
    reader: &mut Reader,
    operands: &Operands,
    statements: &[Statement],
    ty: TypeId,
) -> Result<Option<FuncId>, Cause> {
    let (ret, params) = match reader.module.types.signature(ty) {
        Some((ret, params, false)) => (ret, params.to_vec()),
        _ => return Ok(None),
    };
    // What is wider than a register is passed in several, which is not understood.
    let types = &reader.module.types;
    let fits = |ty: &TypeId| match types.get(*ty) {
        Type::Int(bits) => *bits <= 64,
        Type::Ptr | Type::Float | Type::Double => true,
        _ => false,
    };
    let results = match types.get(ret) {
        Type::Struct { fields, .. } if operands.results() > 1 => fields.clone(),
        Type::Void => Vec::new(),
        _ => alloc::vec![ret],
    };
    let alike = results.len() == operands.results();
    if !alike || !params.iter().chain(&results).all(fits) {
        return Ok(None);
    }
    let mut b = Build::new(reader, &params);
    let mut machine = Machine {
        b: &mut b,
        operands,
        results: &results,
        held: Vec::new(),
        carry: None,
        zero: None,
    };
    machine.start()?;
    for statement in statements {
        if !statement.is_nothing() && machine.run(statement)?.is_none() {
            return Ok(None);
        }
    }
    let void = machine.b.void;
    let value = match &results[..] {
        [] => None,
        [one] if operands.results() == 1 && ret == *one => Some(known!(machine.result(0, *one)?)),
        _ => {
            let mut whole = machine.b.undef(ret)?;
            for (at, ty) in results.iter().enumerate() {
                let value = known!(machine.result(at, *ty)?);
                whole = machine.b.insert(whole, value, at as u32);
            }
            Some(whole)
        }
    };
    b.push(Op::Ret { value }, void);
    b.finish(ty, params.len()).map(Some)
}

impl Machine<'_, '_, '_> {
    /// Puts the arguments where they are at first.
    fn start(&mut self) -> Result<(), Cause> {
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

    fn hold(&mut self, place: Place, value: Value) {
        match self.held.iter_mut().find(|(known, _)| *known == place) {
            Some((_, held)) => *held = value,
            None => self.held.push((place, value)),
        }
    }

    /// The 64 bits, or the float, in a place. What nobody has written is anything.
    fn held(&mut self, place: Place) -> Result<Value, Cause> {
        match self.held.iter().find(|(known, _)| *known == place) {
            Some((_, value)) => Ok(*value),
            None => self.b.number(64, 0),
        }
    }

    /// Result number `at`, as a value of type `ty`.
    fn result(&mut self, at: usize, ty: TypeId) -> Found {
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
    fn place(&self, arg: &Arg, bits: u32) -> Option<(Place, Part)> {
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
    fn width(&self, suffix: Option<u32>, args: &[Arg]) -> Option<u32> {
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
    fn read(&mut self, arg: &Arg, bits: u32) -> Found {
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
    fn write(&mut self, arg: &Arg, value: Value) -> Done {
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
    fn set(&mut self, register: u8, value: Value) -> Done {
        let bits = self.b.bits(value);
        self.write(&Arg::Register(register, Part { bits, high: false }), value)
    }

    fn get(&mut self, register: u8, bits: u32) -> Found {
        self.read(&Arg::Register(register, Part { bits, high: false }), bits)
    }

    fn run(&mut self, statement: &Statement) -> Done {
        let Statement { name, args } = statement;
        // Whole names first, since some end in a letter that may be a suffix.
        match (name.as_str(), &args[..]) {
            ("mfence" | "lfence" | "sfence", []) => {
                self.fence();
                return Ok(Some(()));
            }
            ("cpuid", []) => return self.cpuid(),
            ("rdtsc", []) => return self.rdtsc(),
            ("sqrtss" | "sqrtsd", [to, from]) => return self.square_root(name, to, from),
            ("cltd" | "cdq", []) => return self.spread_sign(32),
            ("cqto" | "cqo", []) => return self.spread_sign(64),
            ("clc" | "stc", []) => {
                self.carry = Some(self.b.number(1, u64::from(name == "stc"))?);
                return Ok(Some(()));
            }
            _ => {}
        }
        if let Some(done) = self.operate(name, None, args)? {
            return Ok(Some(done));
        }
        let suffix = match name.as_bytes().last() {
            Some(b'b') => 8,
            Some(b'w') => 16,
            Some(b'l') => 32,
            Some(b'q') => 64,
            _ => return Ok(None),
        };
        self.operate(&name[..name.len() - 1], Some(suffix), args)
    }

    fn fence(&mut self) {
        let void = self.b.void;
        self.b.push(Op::Fence { ordering: Ordering::SeqCst }, void);
    }

    /// Instructions that work in any width.
    fn operate(&mut self, name: &str, suffix: Option<u32>, args: &[Arg]) -> Done {
        // Writing nothing to the top of the stack is a fence.
        if let ("add" | "or", [Arg::Stack, Arg::Number(0)]) = (name, args) {
            self.fence();
            return Ok(Some(()));
        }
        let known = [
            "mov", "xchg", "bswap", "not", "neg", "inc", "dec", "add", "adc", "sub", "sbb", "cmp",
            "and", "or", "xor", "test", "rol", "ror", "shl", "sal", "shr", "sar", "mul", "imul",
            "div", "popcnt", "lzcnt", "tzcnt", "bsf", "bsr", "setc", "setb", "setnc", "setae",
            "sete", "setz", "setne", "setnz",
        ];
        if !known.contains(&name) {
            return Ok(None);
        }
        if let Some(set) = name.strip_prefix("set") {
            let (flag, wanted) = match set {
                "c" | "b" => (self.carry, true),
                "nc" | "ae" => (self.carry, false),
                "e" | "z" => (self.zero, true),
                _ => (self.zero, false),
            };
            let (flag, [to]) = (known!(flag), args) else { return Ok(None) };
            let other = self.b.number(1, u64::from(!wanted))?;
            let value = self.b.binary(BinaryOp::Xor, flag, other);
            let value = self.b.resize(value, 8, false);
            return self.write(to, value);
        }
        let bits = known!(self.width(suffix, args));
        match args {
            [to] => self.one(name, bits, to),
            [to, from] => self.two(name, bits, to, from),
            [to, from, number] if name == "imul" => {
                let a = known!(self.read(from, bits)?);
                let b = known!(self.read(number, bits)?);
                let product = self.b.binary(BinaryOp::Mul, a, b);
                (self.carry, self.zero) = (None, None);
                self.write(to, product)
            }
            _ => Ok(None),
        }
    }

    fn one(&mut self, name: &str, bits: u32, to: &Arg) -> Done {
        let a = known!(self.read(to, bits)?);
        let zero = self.b.number(bits, 0)?;
        let one = self.b.number(bits, 1)?;
        let value = match name {
            "bswap" if bits >= 32 => self.intrinsic("bswap", a, Vec::new())?,
            "not" => {
                let ones = self.b.number(bits, u64::MAX)?;
                self.b.binary(BinaryOp::Xor, a, ones)
            }
            "neg" => {
                self.carry = Some(self.b.compare(IntPredicate::Ne, a, zero));
                self.b.binary(BinaryOp::Sub, zero, a)
            }
            "inc" => self.b.binary(BinaryOp::Add, a, one),
            "dec" => self.b.binary(BinaryOp::Sub, a, one),
            "mul" | "imul" | "div" if bits >= 32 => return self.long(name, bits, a),
            "rol" | "ror" | "shl" | "sal" | "shr" | "sar" => {
                return self.two(name, bits, to, &Arg::Number(1));
            }
            _ => return Ok(None),
        };
        if !matches!(name, "bswap" | "not") {
            self.zero = Some(self.b.compare(IntPredicate::Eq, value, zero));
        }
        self.write(to, value)
    }

    fn two(&mut self, name: &str, bits: u32, to: &Arg, from: &Arg) -> Done {
        match name {
            "mov" => {
                let value = known!(self.read(from, bits)?);
                return self.write(to, value);
            }
            "xchg" => {
                let a = known!(self.read(to, bits)?);
                let b = known!(self.read(from, bits)?);
                known!(self.write(to, b)?);
                return self.write(from, a);
            }
            "rol" | "ror" | "shl" | "sal" | "shr" | "sar" => {
                return self.shift(name, bits, to, from);
            }
            "popcnt" | "lzcnt" | "tzcnt" | "bsf" | "bsr" => {
                return self.count(name, bits, to, from);
            }
            _ => {}
        }
        let a = known!(self.read(to, bits)?);
        let b = known!(self.read(from, bits)?);
        let zero = self.b.number(bits, 0)?;
        let (value, carry) = match name {
            "add" => {
                let sum = self.b.binary(BinaryOp::Add, a, b);
                (sum, Some(self.b.compare(IntPredicate::Ult, sum, a)))
            }
            "sub" | "cmp" => {
                let difference = self.b.binary(BinaryOp::Sub, a, b);
                (difference, Some(self.b.compare(IntPredicate::Ult, a, b)))
            }
            "adc" | "sbb" => {
                let add = name == "adc";
                let op = if add { BinaryOp::Add } else { BinaryOp::Sub };
                let before = known!(self.carry);
                let before = self.b.resize(before, bits, false);
                let half = self.b.binary(op, a, b);
                let value = self.b.binary(op, half, before);
                // At most one of the two steps carries.
                let (first, second) = if add {
                    (
                        self.b.compare(IntPredicate::Ult, half, a),
                        self.b.compare(IntPredicate::Ult, value, half),
                    )
                } else {
                    (
                        self.b.compare(IntPredicate::Ult, a, b),
                        self.b.compare(IntPredicate::Ult, half, before),
                    )
                };
                (value, Some(self.b.binary(BinaryOp::Or, first, second)))
            }
            "and" | "or" | "xor" | "test" => {
                let op = match name {
                    "or" => BinaryOp::Or,
                    "xor" => BinaryOp::Xor,
                    _ => BinaryOp::And,
                };
                (self.b.binary(op, a, b), Some(self.b.number(1, 0)?))
            }
            "imul" => {
                let product = self.b.binary(BinaryOp::Mul, a, b);
                (self.carry, self.zero) = (None, None);
                return self.write(to, product);
            }
            _ => return Ok(None),
        };
        self.carry = carry;
        self.zero = Some(self.b.compare(IntPredicate::Eq, value, zero));
        if matches!(name, "cmp" | "test") { Ok(Some(())) } else { self.write(to, value) }
    }

    /// Shifts and rotations, by less than the width.
    fn shift(&mut self, name: &str, bits: u32, to: &Arg, by: &Arg) -> Done {
        let a = known!(self.read(to, bits)?);
        let by = known!(self.read(by, 8)?);
        // Five bits of the count are looked at, six where it is 64 that are shifted.
        let mask = self.b.number(8, if bits == 64 { 63 } else { 31 })?;
        let by = self.b.binary(BinaryOp::And, by, mask);
        let by = self.b.resize(by, bits, false);
        (self.carry, self.zero) = (None, None);
        let value = match name {
            "rol" => self.intrinsic("fshl", a, alloc::vec![a, by])?,
            "ror" => self.intrinsic("fshr", a, alloc::vec![a, by])?,
            // By more than the width, a narrow value is shifted out.
            _ if bits < 32 => return Ok(None),
            "shl" | "sal" => self.b.binary(BinaryOp::Shl, a, by),
            "shr" => self.b.binary(BinaryOp::LShr, a, by),
            _ => self.b.binary(BinaryOp::AShr, a, by),
        };
        self.write(to, value)
    }

    fn count(&mut self, name: &str, bits: u32, to: &Arg, from: &Arg) -> Done {
        if bits < 16 {
            return Ok(None);
        }
        let a = known!(self.read(from, bits)?);
        let never = self.b.number(1, 0)?;
        let zero = self.b.number(bits, 0)?;
        let none = self.b.compare(IntPredicate::Eq, a, zero);
        let value = match name {
            "popcnt" => self.intrinsic("ctpop", a, Vec::new())?,
            "tzcnt" | "bsf" => self.intrinsic("cttz", a, alloc::vec![never])?,
            _ => self.intrinsic("ctlz", a, alloc::vec![never])?,
        };
        let value = match name {
            "bsr" => {
                let last = self.b.number(bits, u64::from(bits) - 1)?;
                self.b.binary(BinaryOp::Sub, last, value)
            }
            _ => value,
        };
        let value = match name {
            // Of zero, the destination keeps what it had.
            "bsf" | "bsr" => {
                let old = known!(self.read(to, bits)?);
                self.b.select(none, old, value)
            }
            _ => value,
        };
        (self.carry, self.zero) = (None, None);
        if matches!(name, "bsf" | "bsr" | "popcnt") {
            self.zero = Some(none);
        }
        self.write(to, value)
    }

    /// Products and quotients of two registers.
    fn long(&mut self, name: &str, bits: u32, by: Value) -> Done {
        let signed = name == "imul";
        let low = known!(self.get(0, bits)?);
        let wide = bits * 2;
        (self.carry, self.zero) = (None, None);
        let shift = self.wide_number(wide, u64::from(bits))?;
        if name == "div" {
            let high = known!(self.get(2, bits)?);
            // A quotient that does not fit is an error like a division by zero.
            let zero = self.b.number(bits, 0)?;
            let fits = self.b.compare(IntPredicate::Ult, high, by);
            let by = self.b.select(fits, by, zero);
            let (low, high) = (self.b.resize(low, wide, false), self.b.resize(high, wide, false));
            let high = self.b.binary(BinaryOp::Shl, high, shift);
            let whole = self.b.binary(BinaryOp::Or, low, high);
            let by = self.b.resize(by, wide, false);
            let quotient = self.b.binary(BinaryOp::UDiv, whole, by);
            let rest = self.b.binary(BinaryOp::URem, whole, by);
            let (quotient, rest) =
                (self.b.resize(quotient, bits, false), self.b.resize(rest, bits, false));
            known!(self.set(0, quotient)?);
            return self.set(2, rest);
        }
        let (a, b) = (self.b.resize(low, wide, signed), self.b.resize(by, wide, signed));
        let product = self.b.binary(BinaryOp::Mul, a, b);
        let high = self.b.binary(BinaryOp::LShr, product, shift);
        let (low, high) = (self.b.resize(product, bits, false), self.b.resize(high, bits, false));
        if !signed {
            let zero = self.b.number(bits, 0)?;
            self.carry = Some(self.b.compare(IntPredicate::Ne, high, zero));
        }
        known!(self.set(0, low)?);
        self.set(2, high)
    }

    fn wide_number(&mut self, bits: u32, value: u64) -> Result<Value, Cause> {
        if bits <= 64 {
            return self.b.number(bits, value);
        }
        let ty = self.b.int(bits);
        let mut limbs = alloc::vec![0; bits.div_ceil(64) as usize];
        limbs[0] = value;
        self.b.reader.constant(ty, ConstKind::Wide(limbs.into())).map(Value::Const)
    }

    /// `rdx` or `edx` gets the sign of `rax` or `eax`.
    fn spread_sign(&mut self, bits: u32) -> Done {
        let value = known!(self.get(0, bits)?);
        let last = self.b.number(bits, u64::from(bits) - 1)?;
        let sign = self.b.binary(BinaryOp::AShr, value, last);
        self.set(2, sign)
    }

    fn square_root(&mut self, name: &str, to: &Arg, from: &Arg) -> Done {
        let (wanted, suffix) =
            if name == "sqrtss" { (Type::Float, "f32") } else { (Type::Double, "f64") };
        let ty = self.b.reader.module.types.intern(wanted);
        let (from, _) = known!(self.place(from, 0));
        let (to, _) = known!(self.place(to, 0));
        let value = match from {
            Place::Memory(at) => self.b.load(Value::Value(ValueId::new(at)), ty),
            from => self.held(from)?,
        };
        if self.b.type_of(value) != ty || !matches!(to, Place::Own(_)) {
            return Ok(None);
        }
        let root = self.b.call(format!("llvm.sqrt.{suffix}"), ty, alloc::vec![value])?;
        self.hold(to, root);
        Ok(Some(()))
    }

    /// The counter in `edx` and `eax`.
    fn rdtsc(&mut self) -> Done {
        let ty = self.b.int(64);
        let now = self.b.call("llvm.readcyclecounter".into(), ty, Vec::new())?;
        let half = self.b.number(64, 32)?;
        let high = self.b.binary(BinaryOp::LShr, now, half);
        let (low, high) = (self.b.resize(now, 32, false), self.b.resize(high, 32, false));
        known!(self.set(0, low)?);
        self.set(2, high)
    }

    /// What the processor says of itself: a host call.
    fn cpuid(&mut self) -> Done {
        let leaf = known!(self.get(0, 32)?);
        let part = known!(self.get(1, 32)?);
        let int = self.b.int(32);
        let room = self.b.reader.module.types.intern(Type::Array { elem: int, len: 4 });
        let (ptr, void) = (self.b.ptr, self.b.void);
        let count = self.b.number(32, 1)?;
        let place = self.b.push(Op::Alloca { ty: room, count, align: 16 }, ptr);
        self.b.call("bf_cpuid".into(), void, alloc::vec![leaf, part, place])?;
        // In the order of the registers that it fills: eax, ebx, ecx, edx.
        for (at, register) in [0, 3, 1, 2].into_iter().enumerate() {
            let byte = self.b.int(8);
            let index = self.b.number(64, at as u64 * 4)?;
            let gep =
                Op::Gep { ty: byte, base: place, indices: alloc::vec![index], inbounds: true };
            let at = self.b.push(gep, ptr);
            let value = self.b.load(at, int);
            known!(self.set(register, value)?);
        }
        Ok(Some(()))
    }

    /// A call of an integer intrinsic with a first operand and others.
    fn intrinsic(&mut self, name: &str, a: Value, more: Vec<Value>) -> Result<Value, Cause> {
        let (ty, bits) = (self.b.type_of(a), self.b.bits(a));
        let name: String = format!("llvm.{name}.i{bits}");
        let args = core::iter::once(a).chain(more).collect();
        self.b.call(name, ty, args)
    }
}
