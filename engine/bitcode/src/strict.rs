//! Arithmetic that must not be moved (LLVM Language Reference, "Constrained Floating-Point Intrinsics").
//!
//! A program that asks which exceptions were raised says so (`#pragma STDC FENV_ACCESS ON`), and its arithmetic is calls
//! of intrinsics, with their way of rounding and what is asked of exceptions in words. Each becomes a call of a small
//! function that does the operation itself, with its operand and its result passed through memory by volatile
//! accesses. No level moves those past a call, so that the operation stays between the two that clear exceptions and ask
//! for them, and none leaves it out.
//!
//! Numbers are rounded to nearest; a program that asks for another way in words is refused.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use bareflow_ir::{
    BinaryOp, CallInfo, CastOp, ConstKind, FastMath, FloatPredicate, FuncId, Op, Operand, Type,
    TypeId,
};

use crate::body::{Body, Found};
use crate::build::Build;
use crate::error::Cause;
use crate::ops::Ops;

const PREFIX: &str = "llvm.experimental.constrained.";

/// What an intrinsic is.
enum Operation {
    Binary(BinaryOp),
    Cast(CastOp),
    /// The second kind raises an exception for whatever is no number.
    Compare(FloatPredicate, bool),
    /// The same without constraints.
    Intrinsic,
}

impl Operation {
    fn of(name: &str, comparison: &str) -> Option<Self> {
        let (name, _) = name.split_once('.')?;
        Some(match name {
            "fadd" => Self::Binary(BinaryOp::FAdd),
            "fsub" => Self::Binary(BinaryOp::FSub),
            "fmul" => Self::Binary(BinaryOp::FMul),
            "fdiv" => Self::Binary(BinaryOp::FDiv),
            "frem" => Self::Binary(BinaryOp::FRem),
            "fptrunc" => Self::Cast(CastOp::FpTrunc),
            "fpext" => Self::Cast(CastOp::FpExt),
            "fptosi" => Self::Cast(CastOp::FpToSi),
            "fptoui" => Self::Cast(CastOp::FpToUi),
            "sitofp" => Self::Cast(CastOp::SiToFp),
            "uitofp" => Self::Cast(CastOp::UiToFp),
            "fcmp" => Self::Compare(predicate(comparison)?, false),
            "fcmps" => Self::Compare(predicate(comparison)?, true),
            _ => Self::Intrinsic,
        })
    }
}

fn predicate(word: &str) -> Option<FloatPredicate> {
    use FloatPredicate as P;
    Some(match word {
        "oeq" => P::Oeq,
        "ogt" => P::Ogt,
        "oge" => P::Oge,
        "olt" => P::Olt,
        "ole" => P::Ole,
        "one" => P::One,
        "ord" => P::Ord,
        "ueq" => P::Ueq,
        "ugt" => P::Ugt,
        "uge" => P::Uge,
        "ult" => P::Ult,
        "ule" => P::Ule,
        "une" => P::Une,
        "uno" => P::Uno,
        _ => return None,
    })
}

impl Body<'_> {
    /// The intrinsic that is called, if it is one of these with its words, and its name behind what all begin with.
    pub(crate) fn strict_name(&self, callee: &Found, ty: TypeId) -> Option<(FuncId, String)> {
        let Found::Operand(operand) = callee else { return None };
        let (_, params, _) = self.reader.module.types.signature(ty)?;
        params.iter().find(|param| matches!(self.type_of(**param), Type::Metadata))?;
        let ConstKind::Func(id) = self.const_kind(*operand)? else { return None };
        let name = self.reader.module.func(*id).name.strip_prefix(PREFIX)?;
        Some((*id, name.into()))
    }

    /// A call of such an intrinsic, whose arguments are the next operands.
    pub(crate) fn strict(
        &mut self,
        id: FuncId,
        name: &str,
        ty: TypeId,
        ops: &mut Ops<'_>,
    ) -> Result<(), Cause> {
        let refused = || Cause::Unsupported(format!("a call of {PREFIX}{name}"));
        let (ret, params) = match self.reader.module.types.signature(ty) {
            Some((ret, params, false)) => (ret, params.to_vec()),
            _ => return Err(refused()),
        };
        let (mut args, mut types) = (Vec::new(), Vec::new());
        let mut comparison = String::new();
        for param in params {
            if !matches!(self.type_of(param), Type::Metadata) {
                args.push(self.value(ops, param)?);
                types.push(param);
                continue;
            }
            let number = self.relative(ops.next()?);
            let word = self.debug.text(self.reader, number)?.ok_or_else(refused)?;
            match word.split_once('.') {
                None => comparison = word,
                Some(("fpexcept", _)) => {}
                Some(("round", "dynamic" | "tonearest")) => {}
                _ => {
                    return Err(Cause::Unsupported(
                        "rounding in another way than to nearest".into(),
                    ));
                }
            }
        }
        let operation = Operation::of(name, &comparison).ok_or_else(refused)?;
        let made = self.reader.strict_made.iter();
        let known =
            made.filter(|made| made.0 == id && made.1 == comparison).map(|made| made.2).next();
        let ty = Type::Func { ret, params: types.clone(), varargs: false };
        let ty = self.reader.module.types.intern(ty);
        let func = match known {
            Some(func) => func,
            None => {
                let func = self.made(&operation, name, ty, ret, &types)?;
                self.reader.strict_made.push((id, comparison, func));
                func
            }
        };
        let callee = Operand::Const(self.reader.constant(self.ptr, ConstKind::Func(func))?);
        let (attrs, fast) = (Vec::new(), FastMath::default());
        let call = CallInfo { callee, ty, args, attrs, tail: false, must_tail: false, fast };
        self.push(Op::Call(call), ret)
    }

    /// The function that does the operation.
    fn made(
        &mut self,
        operation: &Operation,
        name: &str,
        ty: TypeId,
        ret: TypeId,
        params: &[TypeId],
    ) -> Result<FuncId, Cause> {
        let mut b = Build::new(self.reader, params);
        let mut args: Vec<Operand> =
            (0..params.len()).map(|at| Operand::Value(bareflow_ir::ValueId::new(at))).collect();
        let (Some(first), Some(of)) = (args.first_mut(), params.first()) else {
            return Err(Cause::Malformed("a constrained operation without operands"));
        };
        let room = b.room(*of)?;
        b.store(room, *first);
        *first = b.load(room, *of);
        let result = match (operation, &args[..]) {
            (Operation::Binary(op), [lhs, rhs]) => b.binary(*op, *lhs, *rhs),
            (Operation::Cast(op), [value]) => {
                if *op == CastOp::FpToSi {
                    invalid_beyond(&mut b, *value, *of, ret)?;
                }
                b.cast(*op, *value, ret)
            }
            (Operation::Compare(pred, signals), [lhs, rhs]) => {
                if *signals && bits_of(&b, *of).is_some() {
                    let unordered = compare(&mut b, FloatPredicate::Uno, *lhs, *rhs);
                    invalid_if(&mut b, unordered)?;
                }
                let fast = FastMath::default();
                b.push(Op::FCmp { pred: *pred, lhs: *lhs, rhs: *rhs, fast }, ret)
            }
            (Operation::Intrinsic, _) => b.call(format!("llvm.{name}"), ret, args.clone())?,
            _ => return Err(Cause::Malformed("a constrained operation of other operands")),
        };
        let room = b.room(ret)?;
        b.store(room, result);
        let value = Some(b.load(room, ret));
        let void = b.void;
        b.push(Op::Ret { value }, void);
        b.finish("strict", ty, params.len())
    }
}

/// The digits of a `float` or a `double`; of others it is not known what is raised.
fn bits_of(b: &Build<'_>, ty: TypeId) -> Option<u32> {
    match b.reader.module.types.get(ty) {
        Type::Float => Some(24),
        Type::Double => Some(53),
        _ => None,
    }
}

fn compare(b: &mut Build<'_>, pred: FloatPredicate, lhs: Operand, rhs: Operand) -> Operand {
    let (ty, fast) = (b.bit, FastMath::default());
    b.push(Op::FCmp { pred, lhs, rhs, fast }, ty)
}

/// A number that is a power of two, or nearly.
fn number(b: &mut Build<'_>, ty: TypeId, value: f64) -> Result<Operand, Cause> {
    let bits = match b.reader.module.types.get(ty) {
        Type::Float => u64::from((value as f32).to_bits()),
        _ => value.to_bits(),
    };
    b.reader.constant(ty, ConstKind::Float(bits)).map(Operand::Const)
}

/// Raises "invalid" if a condition holds: divides zero by zero then, and one by one otherwise.
fn invalid_if(b: &mut Build<'_>, condition: Operand) -> Result<(), Cause> {
    let ty = b.reader.module.types.intern(Type::Double);
    let (zero, one) = (number(b, ty, 0.0)?, number(b, ty, 1.0)?);
    let room = b.room(ty)?;
    let value = b.select(condition, zero, one);
    b.store(room, value);
    let value = b.load(room, ty);
    let quotient = b.binary(BinaryOp::FDiv, value, value);
    b.store(room, quotient);
    Ok(())
}

/// Raises "invalid" where a number does not fit a signed integer, as the instruction does that native programs have
/// for it: levels make of such a number what they like.
fn invalid_beyond(b: &mut Build<'_>, value: Operand, of: TypeId, to: TypeId) -> Result<(), Cause> {
    let (Some(digits), Some(bits)) = (bits_of(b, of), b.reader.module.types.int_bits(to)) else {
        return Ok(());
    };
    // Narrower integers are cut off of these.
    let bits = bits.max(32);
    let most = 1.0_f64.to_bits() + (u64::from(bits - 1) << 52);
    let most = f64::from_bits(most);
    let (pred, least) = if bits <= digits {
        (FloatPredicate::Ogt, -most - 1.0)
    } else {
        (FloatPredicate::Oge, -most)
    };
    let (least, most) = (number(b, of, least)?, number(b, of, most)?);
    let above = compare(b, pred, value, least);
    let below = compare(b, FloatPredicate::Olt, value, most);
    let fits = b.binary(BinaryOp::And, above, below);
    let yes = b.number(1, 1)?;
    let beyond = b.binary(BinaryOp::Xor, fits, yes);
    invalid_if(b, beyond)
}
