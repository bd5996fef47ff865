//! Integer arithmetic, comparison and conversion, for 8, 16, 32 and 64 bits.
//!
//! A shift by the width or more is poison; it gives what the processor gives, the shift by
//! the amount modulo the width.

use core::marker::PhantomData;

use bareflow_ir::{BinaryOp, IntPredicate};

use super::operations::{binary_operations, conversions, unary_operations};
use super::register::Int;
use super::shape::{Place, Val, pick_binary, pick_unary};
use super::{handlers, next, read};
use crate::machine::Handler;
use crate::value::{Fault, Overflow};

binary_operations! {
    <T: Int> -> T;
    Add: T::add;
    Sub: T::sub;
    Mul: T::mul;
    And: T::and;
    Or: T::or;
    Xor: T::xor;
    Shl: T::shl;
    LShr: T::lshr;
    AShr: T::ashr;
    UMin: Ord::min;
    UMax: Ord::max;
    SMin: |a, b| if a.signed() <= b.signed() { a } else { b };
    SMax: |a, b| if a.signed() >= b.signed() { a } else { b };
    UAddSat: T::uadd_sat;
    USubSat: T::usub_sat;
    SAddSat: T::sadd_sat;
    SSubSat: T::ssub_sat;
    RotateLeft: |a, by| a.fshl(a, by);
    RotateRight: |a, by| a.fshr(a, by);
}

binary_operations! {
    <T: Int> -> bool;
    Eq: |a, b| a == b;
    Ne: |a, b| a != b;
    Ugt: |a, b| a > b;
    Uge: |a, b| a >= b;
    Ult: |a, b| a < b;
    Ule: |a, b| a <= b;
    Sgt: |a, b| a.signed() > b.signed();
    Sge: |a, b| a.signed() >= b.signed();
    Slt: |a, b| a.signed() < b.signed();
    Sle: |a, b| a.signed() <= b.signed();
}

unary_operations! {
    <T: Int> -> T;
    Copy: |a| a;
    Ones: T::ones;
    Leading: T::leading;
    Trailing: T::trailing;
    Swap: T::swap;
    Reverse: T::reverse;
    Absolute: T::absolute;
}

conversions! {
    Sext8To16: u8 -> u16, |a| a as i8 as u16;
    Sext8To32: u8 -> u32, |a| a as i8 as u32;
    Sext8To64: u8 -> u64, |a| a as i8 as u64;
    Sext16To32: u16 -> u32, |a| a as i16 as u32;
    Sext16To64: u16 -> u64, |a| a as i16 as u64;
    Sext32To64: u32 -> u64, |a| a as i32 as u64;
}

handlers! {
    /// `a = b` cut to `c` bits, 1 to 64.
    fn cut<L: super::shape::Src>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let shift = 64 - inst.c;
        let out = L::get::<u64>(fp, inst.b, acc, f, s) << shift >> shift;
        out.put(fp, inst.a);
        next!(ip.add(1), fp, cx, out, f, s)
    }

    /// `a` = the low `c` bits of `b`, sign-extended to `d` bits; both 1 to 64.
    fn sign_extend<L: super::shape::Src>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let (from, to) = (64 - inst.c, 64 - inst.d);
        let value = L::get::<u64>(fp, inst.b, acc, f, s) as i64;
        let out = (value << from >> from) as u64;
        let out = out << to >> to;
        out.put(fp, inst.a);
        next!(ip.add(1), fp, cx, out, f, s)
    }

    /// `a = fshl(b, c, d)`
    fn funnel_left<T: Int>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let out = read::<T>(fp, inst.b).fshl(read(fp, inst.c), read(fp, inst.d));
        out.put(fp, inst.a);
        let (acc, f, s) = out.keep(acc, f, s);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// `a = fshr(b, c, d)`
    fn funnel_right<T: Int>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let out = read::<T>(fp, inst.b).fshr(read(fp, inst.c), read(fp, inst.d));
        out.put(fp, inst.a);
        let (acc, f, s) = out.keep(acc, f, s);
        next!(ip.add(1), fp, cx, acc, f, s)
    }
}

/// A division, which may trap.
pub(crate) trait Divide: 'static {
    type Of: Int;
    fn run(left: Self::Of, right: Self::Of) -> Result<Self::Of, Fault>;
}

macro_rules! divisions {
    ($($name:ident: $run:ident;)*) => {$(
        pub(crate) struct $name<T>(PhantomData<T>);
        impl<T: Int> Divide for $name<T> {
            type Of = T;
            #[inline(always)]
            fn run(left: T, right: T) -> Result<T, Fault> {
                left.$run(right)
            }
        }
    )*};
}
divisions! {
    UDiv: udiv;
    SDiv: sdiv;
    URem: urem;
    SRem: srem;
}

handlers! {
    /// `a = O(b, c)`, or a trap.
    fn divide<O: Divide, R: super::shape::Src>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        match O::run(read(fp, inst.b), R::get(fp, inst.c, acc, f, s)) {
            Ok(out) => {
                out.put(fp, inst.a);
                let (acc, f, s) = out.keep(acc, f, s);
                next!(ip.add(1), fp, cx, acc, f, s)
            }
            Err(kind) => super::slow::trap(ip, cx, kind),
        }
    }
}

/// An operation with overflow check.
pub(crate) trait Overflowing: 'static {
    type Of: Int;
    fn run(left: Self::Of, right: Self::Of) -> (Self::Of, bool);
}

macro_rules! overflowing {
    ($($name:ident: $run:ident;)*) => {$(
        pub(crate) struct $name<T>(PhantomData<T>);
        impl<T: Int> Overflowing for $name<T> {
            type Of = T;
            #[inline(always)]
            fn run(left: T, right: T) -> (T, bool) {
                left.$run(right)
            }
        }
    )*};
}
overflowing! {
    UAddOver: uadd_over;
    USubOver: usub_over;
    UMulOver: umul_over;
    SAddOver: sadd_over;
    SSubOver: ssub_over;
    SMulOver: smul_over;
}

handlers! {
    /// `a = O(b, c)` and `d` = whether it overflowed.
    fn overflow<O: Overflowing, R: super::shape::Src>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let (out, over) = O::run(read(fp, inst.b), R::get(fp, inst.c, acc, f, s));
        out.put(fp, inst.a);
        over.put(fp, inst.d);
        next!(ip.add(1), fp, cx, u64::from(over), f, s)
    }
}

/// Calls `$pick::<$op<T>>($args)` with the integer type of that many bits.
macro_rules! by_width {
    ($bits:expr, $pick:ident, $op:ident, $($arg:expr),*) => {
        match $bits {
            8 => $pick::<$op<u8>>($($arg),*),
            16 => $pick::<$op<u16>>($($arg),*),
            32 => $pick::<$op<u32>>($($arg),*),
            _ => $pick::<$op<u64>>($($arg),*),
        }
    };
}
pub(crate) use by_width;

fn pick_divide<O: Divide>(right: Place) -> Handler {
    match right {
        Place::Imm(_) => divide::<O, super::shape::Imm>,
        _ => divide::<O, super::shape::Reg>,
    }
}

fn pick_overflow<O: Overflowing>(right: Place) -> Handler {
    match right {
        Place::Imm(_) => overflow::<O, super::shape::Imm>,
        _ => overflow::<O, super::shape::Reg>,
    }
}

/// The handler of integer arithmetic on 8, 16, 32 or 64 bits. `None` for a float operation.
pub(crate) fn arithmetic(op: BinaryOp, bits: u32, l: Place, r: Place) -> Option<Handler> {
    Some(match op {
        BinaryOp::Add => by_width!(bits, pick_binary, Add, l, r),
        BinaryOp::Sub => by_width!(bits, pick_binary, Sub, l, r),
        BinaryOp::Mul => by_width!(bits, pick_binary, Mul, l, r),
        BinaryOp::And => by_width!(bits, pick_binary, And, l, r),
        BinaryOp::Or => by_width!(bits, pick_binary, Or, l, r),
        BinaryOp::Xor => by_width!(bits, pick_binary, Xor, l, r),
        BinaryOp::Shl => by_width!(bits, pick_binary, Shl, l, r),
        BinaryOp::LShr => by_width!(bits, pick_binary, LShr, l, r),
        BinaryOp::AShr => by_width!(bits, pick_binary, AShr, l, r),
        BinaryOp::UDiv => by_width!(bits, pick_divide, UDiv, r),
        BinaryOp::SDiv => by_width!(bits, pick_divide, SDiv, r),
        BinaryOp::URem => by_width!(bits, pick_divide, URem, r),
        BinaryOp::SRem => by_width!(bits, pick_divide, SRem, r),
        _ => return None,
    })
}

/// The handler of a comparison.
pub(crate) fn compare(pred: IntPredicate, bits: u32, l: Place, r: Place) -> Handler {
    match pred {
        IntPredicate::Eq => by_width!(bits, pick_binary, Eq, l, r),
        IntPredicate::Ne => by_width!(bits, pick_binary, Ne, l, r),
        IntPredicate::Ugt => by_width!(bits, pick_binary, Ugt, l, r),
        IntPredicate::Uge => by_width!(bits, pick_binary, Uge, l, r),
        IntPredicate::Ult => by_width!(bits, pick_binary, Ult, l, r),
        IntPredicate::Ule => by_width!(bits, pick_binary, Ule, l, r),
        IntPredicate::Sgt => by_width!(bits, pick_binary, Sgt, l, r),
        IntPredicate::Sge => by_width!(bits, pick_binary, Sge, l, r),
        IntPredicate::Slt => by_width!(bits, pick_binary, Slt, l, r),
        IntPredicate::Sle => by_width!(bits, pick_binary, Sle, l, r),
    }
}

/// The handler of an operation with overflow check.
pub(crate) fn overflowing(op: Overflow, bits: u32, r: Place) -> Handler {
    match op {
        Overflow::UAdd => by_width!(bits, pick_overflow, UAddOver, r),
        Overflow::USub => by_width!(bits, pick_overflow, USubOver, r),
        Overflow::UMul => by_width!(bits, pick_overflow, UMulOver, r),
        Overflow::SAdd => by_width!(bits, pick_overflow, SAddOver, r),
        Overflow::SSub => by_width!(bits, pick_overflow, SSubOver, r),
        Overflow::SMul => by_width!(bits, pick_overflow, SMulOver, r),
    }
}

/// The handler of a copy that fills up with zeros.
pub(crate) fn copy(bits: u32, value: Place) -> Handler {
    by_width!(bits, pick_unary, Copy, value)
}

/// The handler of a sign extension between register widths.
pub(crate) fn extend(from: u32, to: u32, value: Place) -> Option<Handler> {
    Some(match (from, to) {
        (8, 16) => pick_unary::<Sext8To16>(value),
        (8, 32) => pick_unary::<Sext8To32>(value),
        (8, 64) => pick_unary::<Sext8To64>(value),
        (16, 32) => pick_unary::<Sext16To32>(value),
        (16, 64) => pick_unary::<Sext16To64>(value),
        (32, 64) => pick_unary::<Sext32To64>(value),
        _ => return None,
    })
}
