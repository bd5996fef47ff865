//! Integers of the widths that registers have, and what can be done with each.

use super::shape::Val;
use crate::value::Fault;

/// An unsigned integer of a register width.
pub(crate) trait Int: Val + Ord {
    type Signed: Ord + core::marker::Copy;
    fn signed(self) -> Self::Signed;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn xor(self, other: Self) -> Self;
    fn shl(self, other: Self) -> Self;
    fn lshr(self, other: Self) -> Self;
    fn ashr(self, other: Self) -> Self;
    fn udiv(self, other: Self) -> Result<Self, Fault>;
    fn sdiv(self, other: Self) -> Result<Self, Fault>;
    fn urem(self, other: Self) -> Result<Self, Fault>;
    fn srem(self, other: Self) -> Result<Self, Fault>;
    fn uadd_over(self, other: Self) -> (Self, bool);
    fn usub_over(self, other: Self) -> (Self, bool);
    fn umul_over(self, other: Self) -> (Self, bool);
    fn sadd_over(self, other: Self) -> (Self, bool);
    fn ssub_over(self, other: Self) -> (Self, bool);
    fn smul_over(self, other: Self) -> (Self, bool);
    fn uadd_sat(self, other: Self) -> Self;
    fn usub_sat(self, other: Self) -> Self;
    fn sadd_sat(self, other: Self) -> Self;
    fn ssub_sat(self, other: Self) -> Self;
    fn fshl(self, low: Self, by: Self) -> Self;
    fn fshr(self, low: Self, by: Self) -> Self;
    fn ones(self) -> Self;
    fn leading(self) -> Self;
    fn trailing(self) -> Self;
    fn swap(self) -> Self;
    fn reverse(self) -> Self;
    fn absolute(self) -> Self;
}

macro_rules! int {
    ($($u:ident $i:ident),*) => {$(
        impl Int for $u {
            type Signed = $i;
            #[inline(always)]
            fn signed(self) -> $i {
                self as $i
            }
            #[inline(always)]
            fn add(self, other: Self) -> Self {
                self.wrapping_add(other)
            }
            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }
            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }
            #[inline(always)]
            fn and(self, other: Self) -> Self {
                self & other
            }
            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self | other
            }
            #[inline(always)]
            fn xor(self, other: Self) -> Self {
                self ^ other
            }
            #[inline(always)]
            fn shl(self, other: Self) -> Self {
                self.wrapping_shl(other as u32)
            }
            #[inline(always)]
            fn lshr(self, other: Self) -> Self {
                self.wrapping_shr(other as u32)
            }
            #[inline(always)]
            fn ashr(self, other: Self) -> Self {
                (self as $i).wrapping_shr(other as u32) as $u
            }
            #[inline(always)]
            fn udiv(self, other: Self) -> Result<Self, Fault> {
                self.checked_div(other).ok_or(Fault::DivideByZero)
            }
            #[inline(always)]
            fn urem(self, other: Self) -> Result<Self, Fault> {
                self.checked_rem(other).ok_or(Fault::DivideByZero)
            }
            #[inline(always)]
            fn sdiv(self, other: Self) -> Result<Self, Fault> {
                match (self as $i).checked_div(other as $i) {
                    Some(value) => Ok(value as $u),
                    None if other == 0 => Err(Fault::DivideByZero),
                    None => Err(Fault::DivideOverflow),
                }
            }
            #[inline(always)]
            fn srem(self, other: Self) -> Result<Self, Fault> {
                match (self as $i).checked_rem(other as $i) {
                    Some(value) => Ok(value as $u),
                    None if other == 0 => Err(Fault::DivideByZero),
                    None => Err(Fault::DivideOverflow),
                }
            }
            #[inline(always)]
            fn uadd_over(self, other: Self) -> (Self, bool) {
                self.overflowing_add(other)
            }
            #[inline(always)]
            fn usub_over(self, other: Self) -> (Self, bool) {
                self.overflowing_sub(other)
            }
            #[inline(always)]
            fn umul_over(self, other: Self) -> (Self, bool) {
                self.overflowing_mul(other)
            }
            #[inline(always)]
            fn sadd_over(self, other: Self) -> (Self, bool) {
                let (value, over) = (self as $i).overflowing_add(other as $i);
                (value as $u, over)
            }
            #[inline(always)]
            fn ssub_over(self, other: Self) -> (Self, bool) {
                let (value, over) = (self as $i).overflowing_sub(other as $i);
                (value as $u, over)
            }
            #[inline(always)]
            fn smul_over(self, other: Self) -> (Self, bool) {
                let (value, over) = (self as $i).overflowing_mul(other as $i);
                (value as $u, over)
            }
            #[inline(always)]
            fn uadd_sat(self, other: Self) -> Self {
                self.saturating_add(other)
            }
            #[inline(always)]
            fn usub_sat(self, other: Self) -> Self {
                self.saturating_sub(other)
            }
            #[inline(always)]
            fn sadd_sat(self, other: Self) -> Self {
                (self as $i).saturating_add(other as $i) as $u
            }
            #[inline(always)]
            fn ssub_sat(self, other: Self) -> Self {
                (self as $i).saturating_sub(other as $i) as $u
            }
            #[inline(always)]
            fn fshl(self, low: Self, by: Self) -> Self {
                let by = by as u32 % $u::BITS;
                if by == 0 { self } else { self << by | low >> ($u::BITS - by) }
            }
            #[inline(always)]
            fn fshr(self, low: Self, by: Self) -> Self {
                let by = by as u32 % $u::BITS;
                if by == 0 { low } else { self << ($u::BITS - by) | low >> by }
            }
            #[inline(always)]
            fn ones(self) -> Self {
                self.count_ones() as $u
            }
            #[inline(always)]
            fn leading(self) -> Self {
                self.leading_zeros() as $u
            }
            #[inline(always)]
            fn trailing(self) -> Self {
                self.trailing_zeros() as $u
            }
            #[inline(always)]
            fn swap(self) -> Self {
                self.swap_bytes()
            }
            #[inline(always)]
            fn reverse(self) -> Self {
                self.reverse_bits()
            }
            #[inline(always)]
            fn absolute(self) -> Self {
                (self as $i).wrapping_abs() as $u
            }
        }
    )*};
}
int!(u8 i8, u16 i16, u32 i32, u64 i64);
