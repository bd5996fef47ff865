//! Float arithmetic, comparison and conversion.
//!
//! Rounding is to nearest, NaN payloads are the processor's. A conversion to an integer that
//! does not fit is poison; it saturates, and NaN gives 0. `fmuladd` is not fused.

use bareflow_ir::{BinaryOp, FloatPredicate};

use super::operations::{binary_operations, conversions, unary_operations};
use super::shape::{Place, Val, pick_float, pick_unary};
use crate::machine::Handler;

/// A float of a register width.
pub(crate) trait Float: Val + PartialOrd {
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn div(self, other: Self) -> Self;
    fn rem(self, other: Self) -> Self;
    fn negate(self) -> Self;
    fn absolute(self) -> Self;
    fn root(self) -> Self;
}

macro_rules! float {
    ($($t:ident $u:ident $rem:ident $sqrt:ident),*) => {$(
        impl Float for $t {
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self + other
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                self - other
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                self * other
            }
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                self / other
            }
            #[inline(never)]
            fn rem(self, other: Self) -> Self {
                libm::$rem(self, other)
            }
            #[inline(always)]
            fn negate(self) -> Self {
                -self
            }
            #[inline(always)]
            fn absolute(self) -> Self {
                $t::from_bits(self.to_bits() & ($u::MAX >> 1))
            }
            #[inline(always)]
            fn root(self) -> Self {
                libm::$sqrt(self)
            }
        }
    )*};
}
float!(f32 u32 fmodf sqrtf, f64 u64 fmod sqrt);

binary_operations! {
    <T: Float> -> T;
    Add: T::add;
    Sub: T::sub;
    Mul: T::mul;
    Div: T::div;
    Rem: T::rem;
}

unary_operations! {
    <T: Float> -> T;
    Negate: T::negate;
    Absolute: T::absolute;
    Root: T::root;
    Copy: |a| a;
}

binary_operations! {
    <T: Float> -> bool;
    Oeq: |a, b| a == b;
    Ogt: |a, b| a > b;
    Oge: |a, b| a >= b;
    Olt: |a, b| a < b;
    Ole: |a, b| a <= b;
    One: |a, b| a.partial_cmp(&b).is_some_and(core::cmp::Ordering::is_ne);
    Ord: |a, b| a.partial_cmp(&b).is_some();
    Uno: |a, b| a.partial_cmp(&b).is_none();
    Ueq: |a, b| a.partial_cmp(&b).is_none_or(core::cmp::Ordering::is_eq);
    Ugt: |a, b| !matches!(a.partial_cmp(&b), Some(core::cmp::Ordering::Less | core::cmp::Ordering::Equal));
    Uge: |a, b| !matches!(a.partial_cmp(&b), Some(core::cmp::Ordering::Less));
    Ult: |a, b| !matches!(a.partial_cmp(&b), Some(core::cmp::Ordering::Greater | core::cmp::Ordering::Equal));
    Ule: |a, b| !matches!(a.partial_cmp(&b), Some(core::cmp::Ordering::Greater));
    Une: |a, b| a != b;
    True: |_, _| true;
    False: |_, _| false;
}

conversions! {
    Widen: f32 -> f64, f64::from;
    Narrow: f64 -> f32, |a| a as f32;
    F64ToS8: f64 -> u8, |a| a as i8 as u8;
    F64ToS16: f64 -> u16, |a| a as i16 as u16;
    F64ToS32: f64 -> u32, |a| a as i32 as u32;
    F64ToS64: f64 -> u64, |a| a as i64 as u64;
    F64ToU8: f64 -> u8, |a| a as u8;
    F64ToU16: f64 -> u16, |a| a as u16;
    F64ToU32: f64 -> u32, |a| a as u32;
    F64ToU64: f64 -> u64, |a| a as u64;
    F32ToS8: f32 -> u8, |a| a as i8 as u8;
    F32ToS16: f32 -> u16, |a| a as i16 as u16;
    F32ToS32: f32 -> u32, |a| a as i32 as u32;
    F32ToS64: f32 -> u64, |a| a as i64 as u64;
    F32ToU8: f32 -> u8, |a| a as u8;
    F32ToU16: f32 -> u16, |a| a as u16;
    F32ToU32: f32 -> u32, |a| a as u32;
    F32ToU64: f32 -> u64, |a| a as u64;
    S8ToF64: u8 -> f64, |a| f64::from(a as i8);
    S16ToF64: u16 -> f64, |a| f64::from(a as i16);
    S32ToF64: u32 -> f64, |a| f64::from(a as i32);
    S64ToF64: u64 -> f64, |a| a as i64 as f64;
    U8ToF64: u8 -> f64, f64::from;
    U16ToF64: u16 -> f64, f64::from;
    U32ToF64: u32 -> f64, f64::from;
    U64ToF64: u64 -> f64, |a| a as f64;
    S8ToF32: u8 -> f32, |a| f32::from(a as i8);
    S16ToF32: u16 -> f32, |a| f32::from(a as i16);
    S32ToF32: u32 -> f32, |a| a as i32 as f32;
    S64ToF32: u64 -> f32, |a| a as i64 as f32;
    U8ToF32: u8 -> f32, f32::from;
    U16ToF32: u16 -> f32, f32::from;
    U32ToF32: u32 -> f32, |a| a as f32;
    U64ToF32: u64 -> f32, |a| a as f32;
    BitsToF64: u64 -> f64, f64::from_bits;
    BitsToF32: u32 -> f32, f32::from_bits;
    F64ToBits: f64 -> u64, f64::to_bits;
    F32ToBits: f32 -> u32, f32::to_bits;
}

/// The handler of float arithmetic; `None` for an integer operation.
pub(crate) fn arithmetic(op: BinaryOp, double: bool, l: Place, r: Place) -> Option<Handler> {
    macro_rules! pick {
        ($op:ident) => {
            if double { pick_float::<$op<f64>>(l, r) } else { pick_float::<$op<f32>>(l, r) }
        };
    }
    Some(match op {
        BinaryOp::FAdd => pick!(Add),
        BinaryOp::FSub => pick!(Sub),
        BinaryOp::FMul => pick!(Mul),
        BinaryOp::FDiv => pick!(Div),
        BinaryOp::FRem => pick!(Rem),
        _ => return None,
    })
}

/// Calls `$pick::<$op>` with the operation that a float predicate stands for.
macro_rules! by_predicate {
    ($pred:expr, $t:ident, $pick:ident, $($arg:expr),*) => {{
        use bareflow_ir::FloatPredicate as P;
        use $crate::op::float as o;
        match $pred {
            P::False => $pick::<o::False<$t>>($($arg),*),
            P::Oeq => $pick::<o::Oeq<$t>>($($arg),*),
            P::Ogt => $pick::<o::Ogt<$t>>($($arg),*),
            P::Oge => $pick::<o::Oge<$t>>($($arg),*),
            P::Olt => $pick::<o::Olt<$t>>($($arg),*),
            P::Ole => $pick::<o::Ole<$t>>($($arg),*),
            P::One => $pick::<o::One<$t>>($($arg),*),
            P::Ord => $pick::<o::Ord<$t>>($($arg),*),
            P::Uno => $pick::<o::Uno<$t>>($($arg),*),
            P::Ueq => $pick::<o::Ueq<$t>>($($arg),*),
            P::Ugt => $pick::<o::Ugt<$t>>($($arg),*),
            P::Uge => $pick::<o::Uge<$t>>($($arg),*),
            P::Ult => $pick::<o::Ult<$t>>($($arg),*),
            P::Ule => $pick::<o::Ule<$t>>($($arg),*),
            P::Une => $pick::<o::Une<$t>>($($arg),*),
            P::True => $pick::<o::True<$t>>($($arg),*),
        }
    }};
}
pub(crate) use by_predicate;

/// The handler of a comparison.
pub(crate) fn compare(pred: FloatPredicate, double: bool, l: Place, r: Place) -> Handler {
    if double {
        by_predicate!(pred, f64, pick_float, l, r)
    } else {
        by_predicate!(pred, f32, pick_float, l, r)
    }
}

/// The handler of a conversion to an integer of 8, 16, 32 or 64 bits.
pub(crate) fn to_int(double: bool, signed: bool, bits: u32, value: Place) -> Handler {
    match (double, signed, bits) {
        (true, true, 8) => pick_unary::<F64ToS8>(value),
        (true, true, 16) => pick_unary::<F64ToS16>(value),
        (true, true, 32) => pick_unary::<F64ToS32>(value),
        (true, true, _) => pick_unary::<F64ToS64>(value),
        (true, false, 8) => pick_unary::<F64ToU8>(value),
        (true, false, 16) => pick_unary::<F64ToU16>(value),
        (true, false, 32) => pick_unary::<F64ToU32>(value),
        (true, false, _) => pick_unary::<F64ToU64>(value),
        (false, true, 8) => pick_unary::<F32ToS8>(value),
        (false, true, 16) => pick_unary::<F32ToS16>(value),
        (false, true, 32) => pick_unary::<F32ToS32>(value),
        (false, true, _) => pick_unary::<F32ToS64>(value),
        (false, false, 8) => pick_unary::<F32ToU8>(value),
        (false, false, 16) => pick_unary::<F32ToU16>(value),
        (false, false, 32) => pick_unary::<F32ToU32>(value),
        (false, false, _) => pick_unary::<F32ToU64>(value),
    }
}

/// The handler of a conversion from an integer of 8, 16, 32 or 64 bits.
pub(crate) fn from_int(double: bool, signed: bool, bits: u32, value: Place) -> Handler {
    match (double, signed, bits) {
        (true, true, 8) => pick_unary::<S8ToF64>(value),
        (true, true, 16) => pick_unary::<S16ToF64>(value),
        (true, true, 32) => pick_unary::<S32ToF64>(value),
        (true, true, _) => pick_unary::<S64ToF64>(value),
        (true, false, 8) => pick_unary::<U8ToF64>(value),
        (true, false, 16) => pick_unary::<U16ToF64>(value),
        (true, false, 32) => pick_unary::<U32ToF64>(value),
        (true, false, _) => pick_unary::<U64ToF64>(value),
        (false, true, 8) => pick_unary::<S8ToF32>(value),
        (false, true, 16) => pick_unary::<S16ToF32>(value),
        (false, true, 32) => pick_unary::<S32ToF32>(value),
        (false, true, _) => pick_unary::<S64ToF32>(value),
        (false, false, 8) => pick_unary::<U8ToF32>(value),
        (false, false, 16) => pick_unary::<U16ToF32>(value),
        (false, false, 32) => pick_unary::<U32ToF32>(value),
        (false, false, _) => pick_unary::<U64ToF32>(value),
    }
}
