//! What each instruction does (Intel SDM, volume 2, under its name), said in IR.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{BinaryOp, ConstKind, IntPredicate, Op, Ordering, Type};
use bareflow_ir::{Operand as Value, ValueId};

use super::machine::{Done, Machine, known};
use super::operands::Place;
use super::text::{Arg, Statement};
use crate::error::Cause;

impl Machine<'_, '_, '_> {
    /// Does what one instruction does.
    pub(super) fn run(&mut self, statement: &Statement) -> Done {
        let Statement { name, args } = statement;
        // Whole names first, since some end in a letter that may be a suffix.
        match (name.as_str(), &args[..]) {
            ("mfence" | "lfence" | "sfence", []) => {
                self.fence();
                return Ok(Some(()));
            }
            ("cpuid", []) => return self.cpuid(),
            ("rdtsc", []) => return self.rdtsc(),
            ("xgetbv", []) => return self.xgetbv(),
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
        if let Some(condition) = name.strip_prefix("set") {
            let (flag, [to]) = (known!(self.condition(condition)?), args) else { return Ok(None) };
            let value = self.b.resize(flag, 8, false);
            return self.write(to, value);
        }
        if let Some(condition) = name.strip_prefix("cmov") {
            let flag = known!(self.condition(condition)?);
            let (bits, [to, from]) = (known!(self.width(suffix, args)), args) else {
                return Ok(None);
            };
            let old = known!(self.read(to, bits)?);
            let new = known!(self.read(from, bits)?);
            let value = self.b.select(flag, new, old);
            return self.write(to, value);
        }
        let known = [
            "mov", "xchg", "bswap", "not", "neg", "inc", "dec", "add", "adc", "sub", "sbb", "cmp",
            "and", "or", "xor", "test", "rol", "ror", "shl", "sal", "shr", "sar", "mul", "imul",
            "div", "popcnt", "lzcnt", "tzcnt", "bsf", "bsr",
        ];
        if !known.contains(&name) {
            return Ok(None);
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

    /// Whether a condition of the flags holds; those of signed numbers take flags that are not kept.
    fn condition(&mut self, name: &str) -> Result<Option<Value>, Cause> {
        let (mut flag, wanted) = match name {
            "c" | "b" | "nae" => (known!(self.carry), true),
            "nc" | "ae" | "nb" => (known!(self.carry), false),
            "e" | "z" => (known!(self.zero), true),
            "ne" | "nz" => (known!(self.zero), false),
            "be" | "na" | "a" | "nbe" => {
                let (carry, zero) = (known!(self.carry), known!(self.zero));
                (self.b.binary(BinaryOp::Or, carry, zero), matches!(name, "be" | "na"))
            }
            _ => return Ok(None),
        };
        if !wanted {
            let one = self.b.number(1, 1)?;
            flag = self.b.binary(BinaryOp::Xor, flag, one);
        }
        Ok(Some(flag))
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
        self.set_halves(now)
    }

    /// The parts of the processor's state that the system keeps, in `edx` and `eax`.
    fn xgetbv(&mut self) -> Done {
        let which = known!(self.get(1, 32)?);
        let ty = self.b.int(64);
        let kept = self.b.call("llvm.x86.xgetbv".into(), ty, alloc::vec![which])?;
        self.set_halves(kept)
    }

    /// Puts a number of 64 bits into `edx` and `eax`.
    fn set_halves(&mut self, value: Value) -> Done {
        let half = self.b.number(64, 32)?;
        let high = self.b.binary(BinaryOp::LShr, value, half);
        let (low, high) = (self.b.resize(value, 32, false), self.b.resize(high, 32, false));
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
