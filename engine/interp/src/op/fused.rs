//! Arithmetic that loads an operand on the way, or adds to a product.
//!
//! Such an instruction takes two places: result and address are in the first, the other
//! operands in the second.

use core::marker::PhantomData;

use super::memory::Mode;
use super::shape::{Binary, Reg, Src, Val};
use super::{handlers, next, read, slow, write};
use crate::machine::{Fp, Inst};

/// Three operands to one.
pub(crate) trait Ternary: 'static {
    type Of: Val;
    fn run(a: Self::Of, b: Self::Of, c: Self::Of) -> Self::Of;
}

macro_rules! ternaries {
    ($($(#[$meta:meta])* $name:ident: $run:expr;)*) => {$(
        $(#[$meta])*
        pub(crate) struct $name<T>(PhantomData<T>);
        impl<T: super::float::Float> Ternary for $name<T> {
            type Of = T;
            #[inline(always)]
            fn run(a: T, b: T, c: T) -> T {
                let run: fn(T, T, T) -> T = $run;
                run(a, b, c)
            }
        }
    )*};
}
ternaries! {
    /// `a * b + c`
    MulAdd: |a, b, c| a.mul(b).add(c);
    /// `c - a * b`
    MulFrom: |a, b, c| c.sub(a.mul(b));
    /// `a * b - c`
    MulSub: |a, b, c| a.mul(b).sub(c);
}

/// An address that is not in a result register.
pub(crate) trait PlainMode: 'static {
    /// The address.
    ///
    /// # Safety
    /// The operands are of this kind.
    unsafe fn at(inst: &Inst, fp: Fp) -> *const u8;
}

impl<M: Mode> PlainMode for M {
    #[inline(always)]
    unsafe fn at(inst: &Inst, fp: Fp) -> *const u8 {
        // SAFETY: the caller's.
        unsafe { M::address(inst, fp, 0) }
    }
}

handlers! {
    /// `a = O(first operand, what is at the address)`
    fn with_load<O: Binary, L: Src, M: PlainMode>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let right = M::at(inst, fp).cast::<O::In>().read_unaligned();
        let left = L::get::<O::In>(fp, *slow::operands(ip), acc, f, s);
        let out = O::run(left, right);
        out.put(fp, inst.a);
        let (acc, f, s) = out.keep(acc, f, s);
        next!(ip.add(2), fp, cx, acc, f, s)
    }

    /// `a = O(b, c, d)`
    fn three<O: Ternary, A: Src, C: Src>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let out = O::run(
            A::get(fp, inst.b, acc, f, s),
            read(fp, inst.c),
            C::get(fp, inst.d, acc, f, s),
        );
        out.put(fp, inst.a);
        let (acc, f, s) = out.keep(acc, f, s);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// `a = O(first operand, what is at the address, second operand)`
    fn three_load<O: Ternary, M: PlainMode>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let b = M::at(inst, fp).cast::<O::Of>().read_unaligned();
        let rest = slow::operands(ip);
        let out = O::run(read(fp, *rest), b, read(fp, *rest.add(1)));
        out.put(fp, inst.a);
        let (acc, f, s) = out.keep(acc, f, s);
        next!(ip.add(2), fp, cx, acc, f, s)
    }
}

handlers! {
    /// `a = O(first operand, what is at the address)` on 16 bytes.
    fn lanes_with_load<O: Binary, M: PlainMode>[const N: usize](ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let y = M::at(inst, fp).cast::<[O::In; N]>().read_unaligned();
        let x = read::<[O::In; N]>(fp, *slow::operands(ip));
        let out: [O::Out; N] = core::array::from_fn(|lane| O::run(x[lane], y[lane]));
        write(fp, inst.a, out);
        next!(ip.add(2), fp, cx, acc, f, s)
    }

    /// `a = O(b, c, d)` on 16 bytes.
    fn lanes_three<O: Ternary>[const N: usize](ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let (x, y) = (read::<[O::Of; N]>(fp, inst.b), read::<[O::Of; N]>(fp, inst.c));
        let z = read::<[O::Of; N]>(fp, inst.d);
        let out: [O::Of; N] = core::array::from_fn(|lane| O::run(x[lane], y[lane], z[lane]));
        write(fp, inst.a, out);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// `a = O(first operand, what is at the address, second operand)` on 16 bytes.
    fn lanes_three_load<O: Ternary, M: PlainMode>[const N: usize](ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let y = M::at(inst, fp).cast::<[O::Of; N]>().read_unaligned();
        let rest = slow::operands(ip);
        let (x, z) = (read::<[O::Of; N]>(fp, *rest), read::<[O::Of; N]>(fp, *rest.add(1)));
        let out: [O::Of; N] = core::array::from_fn(|lane| O::run(x[lane], y[lane], z[lane]));
        write(fp, inst.a, out);
        next!(ip.add(2), fp, cx, acc, f, s)
    }
}

/// A mode of which there are few, so that there can be many operations.
pub(crate) trait ByPlainMode {
    fn with<M: PlainMode>(&self) -> crate::machine::Handler;
}

/// Which of the few modes an address is in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Plain {
    Base,
    By1,
    By4,
    By8,
    Local,
}

/// The handler for a mode.
pub(crate) fn pick(mode: Plain, by: &impl ByPlainMode) -> crate::machine::Handler {
    use super::memory::{Base, Indexed, Local, Word};
    match mode {
        Plain::Base => by.with::<Base<Reg>>(),
        Plain::By1 => by.with::<Indexed<Reg, Word<Reg>, 1>>(),
        Plain::By4 => by.with::<Indexed<Reg, Word<Reg>, 4>>(),
        Plain::By8 => by.with::<Indexed<Reg, Word<Reg>, 8>>(),
        Plain::Local => by.with::<Local>(),
    }
}
