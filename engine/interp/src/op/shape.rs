//! Shapes of handlers: where operands come from and where the result goes.

use super::{handlers, next, read, write};
use crate::machine::Fp;

/// A scalar that registers hold.
pub(crate) trait Val: Copy + 'static {
    /// Takes the last result.
    fn last(acc: u64, f: f64, s: f32) -> Self;
    /// Takes an immediate operand.
    fn immediate(field: u32) -> Self;
    /// Becomes the last result, in place of the given one.
    fn keep(self, acc: u64, f: f64, s: f32) -> (u64, f64, f32);
    /// Whether it is a one, of a comparison's result.
    fn bit(self) -> bool {
        false
    }
    /// Stores it in its word, canonically.
    ///
    /// # Safety
    /// The word is in the frame.
    unsafe fn put(self, fp: Fp, at: u32);
}

macro_rules! int_val {
    ($($t:ident $wide:ident),*) => {$(
        impl Val for $t {
            #[inline(always)]
            fn last(acc: u64, _: f64, _: f32) -> Self {
                acc as $t
            }
            #[inline(always)]
            fn immediate(field: u32) -> Self {
                field as i32 as $t
            }
            #[inline(always)]
            fn keep(self, _: u64, f: f64, s: f32) -> (u64, f64, f32) {
                (u64::from(self as $wide), f, s)
            }
            #[inline(always)]
            unsafe fn put(self, fp: Fp, at: u32) {
                // SAFETY: the caller's.
                unsafe { write(fp, at, u64::from(self as $wide)) }
            }
        }
    )*};
}
int_val!(u8 u8, u16 u16, u32 u32, u64 u64);

impl Val for bool {
    #[inline(always)]
    fn bit(self) -> bool {
        self
    }
    #[inline(always)]
    fn last(acc: u64, _: f64, _: f32) -> Self {
        acc & 1 != 0
    }
    #[inline(always)]
    fn immediate(field: u32) -> Self {
        field & 1 != 0
    }
    #[inline(always)]
    fn keep(self, _: u64, f: f64, s: f32) -> (u64, f64, f32) {
        (u64::from(self), f, s)
    }
    #[inline(always)]
    unsafe fn put(self, fp: Fp, at: u32) {
        // SAFETY: the caller's.
        unsafe { write(fp, at, u64::from(self)) }
    }
}

impl Val for f64 {
    #[inline(always)]
    fn last(_: u64, f: f64, _: f32) -> Self {
        f
    }
    #[inline(always)]
    fn immediate(field: u32) -> Self {
        f64::from(field as i32)
    }
    #[inline(always)]
    fn keep(self, acc: u64, _: f64, s: f32) -> (u64, f64, f32) {
        (acc, self, s)
    }
    #[inline(always)]
    unsafe fn put(self, fp: Fp, at: u32) {
        // SAFETY: the caller's.
        unsafe { write(fp, at, self) }
    }
}

// The upper half of a float's word is not defined.
impl Val for f32 {
    #[inline(always)]
    fn last(_: u64, _: f64, s: f32) -> Self {
        s
    }
    #[inline(always)]
    fn immediate(field: u32) -> Self {
        field as i32 as f32
    }
    #[inline(always)]
    fn keep(self, acc: u64, f: f64, _: f32) -> (u64, f64, f32) {
        (acc, f, self)
    }
    #[inline(always)]
    unsafe fn put(self, fp: Fp, at: u32) {
        // SAFETY: the caller's.
        unsafe { write(fp, at, self) }
    }
}

/// Where an operand comes from.
pub(crate) trait Src: 'static {
    /// The operand.
    ///
    /// # Safety
    /// `field` is an operand of this kind.
    unsafe fn get<T: Val>(fp: Fp, field: u32, acc: u64, f: f64, s: f32) -> T;
}

/// From the frame.
pub(crate) struct Reg;
/// From the instruction.
pub(crate) struct Imm;
/// From the last result.
pub(crate) struct Last;

impl Src for Reg {
    #[inline(always)]
    unsafe fn get<T: Val>(fp: Fp, field: u32, _: u64, _: f64, _: f32) -> T {
        // SAFETY: the caller's.
        unsafe { read(fp, field) }
    }
}

impl Src for Imm {
    #[inline(always)]
    unsafe fn get<T: Val>(_: Fp, field: u32, _: u64, _: f64, _: f32) -> T {
        T::immediate(field)
    }
}

impl Src for Last {
    #[inline(always)]
    unsafe fn get<T: Val>(_: Fp, _: u32, acc: u64, f: f64, s: f32) -> T {
        T::last(acc, f, s)
    }
}

/// An operation on one operand.
pub(crate) trait Unary: 'static {
    type In: Val;
    type Out: Val;
    fn run(value: Self::In) -> Self::Out;
}

/// An operation on two operands.
pub(crate) trait Binary: 'static {
    type In: Val;
    type Out: Val;
    fn run(left: Self::In, right: Self::In) -> Self::Out;
}

handlers! {
    /// `a = O(b)`
    fn unary<O: Unary, L: Src>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let out = O::run(L::get(fp, inst.b, acc, f, s));
        out.put(fp, inst.a);
        let (acc, f, s) = out.keep(acc, f, s);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// `a = O(b, c)`
    fn binary<O: Binary, L: Src, R: Src>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let out = O::run(L::get(fp, inst.b, acc, f, s), R::get(fp, inst.c, acc, f, s));
        out.put(fp, inst.a);
        let (acc, f, s) = out.keep(acc, f, s);
        next!(ip.add(1), fp, cx, acc, f, s)
    }
}

/// Where decoding found an operand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// At this offset in the frame.
    Reg(u32),
    /// It is this number, sign-extended.
    Imm(i32),
    /// It is the last result, and also at this offset in the frame.
    Last(u32),
}

impl Place {
    /// What stands in the instruction for it.
    pub fn field(self) -> u32 {
        match self {
            Place::Reg(at) | Place::Last(at) => at,
            Place::Imm(value) => value as u32,
        }
    }
}

/// The handler of a unary operation.
pub(crate) fn pick_unary<O: Unary>(value: Place) -> crate::machine::Handler {
    match value {
        Place::Last(_) => unary::<O, Last>,
        _ => unary::<O, Reg>,
    }
}

/// The handler of a binary operation; an immediate may only be on the right.
pub(crate) fn pick_binary<O: Binary>(left: Place, right: Place) -> crate::machine::Handler {
    match (left, right) {
        (Place::Last(_), Place::Last(_)) => binary::<O, Last, Last>,
        (Place::Last(_), Place::Imm(_)) => binary::<O, Last, Imm>,
        (Place::Last(_), Place::Reg(_)) => binary::<O, Last, Reg>,
        (_, Place::Last(_)) => binary::<O, Reg, Last>,
        (_, Place::Imm(_)) => binary::<O, Reg, Imm>,
        (_, Place::Reg(_)) => binary::<O, Reg, Reg>,
    }
}

/// The handler of a binary operation on floats, which has no immediates.
pub(crate) fn pick_float<O: Binary>(left: Place, right: Place) -> crate::machine::Handler {
    match (left, right) {
        (Place::Last(_), Place::Last(_)) => binary::<O, Last, Last>,
        (Place::Last(_), _) => binary::<O, Last, Reg>,
        (_, Place::Last(_)) => binary::<O, Reg, Last>,
        _ => binary::<O, Reg, Reg>,
    }
}
