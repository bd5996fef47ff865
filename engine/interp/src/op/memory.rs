//! Loads and stores, with the address computed on the way, and address arithmetic.
//!
//! Memory is the program's own affair: an address is used as it is.

use core::marker::PhantomData;

use super::shape::{Imm, Last, Place, Reg, Src, Unary, Val};
use super::{handlers, int, next, read, write};
use crate::machine::{Fp, Handler, Inst};

/// How an address is made of operands `b`, `c` and `d`.
pub(crate) trait Mode: 'static {
    /// The address.
    ///
    /// # Safety
    /// The operands are of this kind.
    unsafe fn address(inst: &Inst, fp: Fp, acc: u64) -> *mut u8;
}

/// `b + d`
pub(crate) struct Base<B>(PhantomData<B>);
/// `b + c * SCALE + d`
pub(crate) struct Indexed<B, I, const SCALE: usize>(PhantomData<(B, I)>);
/// The frame itself: `fp + b`
pub(crate) struct Local;

/// An index: 64 bits, or 32 bits sign-extended.
pub(crate) trait Index: 'static {
    /// The index.
    ///
    /// # Safety
    /// `field` is the place of an index of this kind.
    unsafe fn index(fp: Fp, field: u32, acc: u64) -> u64;
}
pub(crate) struct Word<S>(PhantomData<S>);
pub(crate) struct Signed32<S>(PhantomData<S>);

impl<S: Src> Index for Word<S> {
    #[inline(always)]
    unsafe fn index(fp: Fp, field: u32, acc: u64) -> u64 {
        // SAFETY: the caller's.
        unsafe { S::get::<u64>(fp, field, acc, 0.0, 0.0) }
    }
}

impl<S: Src> Index for Signed32<S> {
    #[inline(always)]
    unsafe fn index(fp: Fp, field: u32, acc: u64) -> u64 {
        // SAFETY: the caller's.
        unsafe { S::get::<u32>(fp, field, acc, 0.0, 0.0) as i32 as u64 }
    }
}

impl<B: Src> Mode for Base<B> {
    #[inline(always)]
    unsafe fn address(inst: &Inst, fp: Fp, acc: u64) -> *mut u8 {
        // SAFETY: the caller's.
        let base = unsafe { B::get::<u64>(fp, inst.b, acc, 0.0, 0.0) };
        base.wrapping_add(inst.d as i32 as u64) as *mut u8
    }
}

impl<B: Src, I: Index, const SCALE: usize> Mode for Indexed<B, I, SCALE> {
    #[inline(always)]
    unsafe fn address(inst: &Inst, fp: Fp, acc: u64) -> *mut u8 {
        // SAFETY: the caller's.
        let base = unsafe { B::get::<u64>(fp, inst.b, acc, 0.0, 0.0) };
        // SAFETY: the caller's.
        let index = unsafe { I::index(fp, inst.c, acc) };
        base.wrapping_add(index.wrapping_mul(SCALE as u64)).wrapping_add(inst.d as i32 as u64)
            as *mut u8
    }
}

impl Mode for Local {
    #[inline(always)]
    unsafe fn address(inst: &Inst, fp: Fp, _: u64) -> *mut u8 {
        // SAFETY: the caller's.
        unsafe { fp.add(inst.b as usize) }
    }
}

handlers! {
    /// `a = O(what is at the address)`
    fn load<O: Unary, M: Mode>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let out = O::run(M::address(inst, fp, acc).cast::<O::In>().read_unaligned());
        out.put(fp, inst.a);
        let (acc, f, s) = out.keep(acc, f, s);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// What is at the address becomes `a`.
    fn store<T: Val, V: Src, M: Mode>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let value = V::get::<T>(fp, inst.a, acc, f, s);
        M::address(inst, fp, acc).cast::<T>().write_unaligned(value);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// `a` = the address
    fn address<M: Mode>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let out = M::address(inst, fp, acc) as u64;
        write(fp, inst.a, out);
        next!(ip.add(1), fp, cx, out, f, s)
    }

    /// `a = b + c * d`, for steps that no address mode has.
    fn step<B: Src, I: Index>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let base = B::get::<u64>(fp, inst.b, acc, f, s);
        let out = base.wrapping_add(
            I::index(fp, inst.c, acc).wrapping_mul(inst.d as i32 as u64));
        write(fp, inst.a, out);
        next!(ip.add(1), fp, cx, out, f, s)
    }

    /// `a` = the address of the local variable at `b`, at a multiple of `c`.
    fn local_aligned(ip, fp, cx, acc, f, s) {
        let _ = acc;
        let inst = &*ip;
        let mask = u64::from(inst.c) - 1;
        let out = (fp as u64 + u64::from(inst.b) + mask) & !mask;
        write(fp, inst.a, out);
        next!(ip.add(1), fp, cx, out, f, s)
    }

    /// Copies `d` bytes from the address in `b` plus `c` to the frame at `a`.
    fn load_bytes(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let from = read::<u64>(fp, inst.b).wrapping_add(inst.c as i32 as u64) as *const u8;
        core::ptr::copy(from, fp.add(inst.a as usize), inst.d as usize);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// Copies `d` bytes from the frame at `a` to the address in `b` plus `c`.
    fn store_bytes(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let to = read::<u64>(fp, inst.b).wrapping_add(inst.c as i32 as u64) as *mut u8;
        core::ptr::copy(fp.add(inst.a as usize), to, inst.d as usize);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// 16 bytes, the size of most vectors.
    fn load_16<M: Mode>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let value = M::address(inst, fp, acc).cast::<[u64; 2]>().read_unaligned();
        write(fp, inst.a, value);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// 16 bytes, the size of most vectors.
    fn store_16<M: Mode>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let value = read::<[u64; 2]>(fp, inst.a);
        M::address(inst, fp, acc).cast::<[u64; 2]>().write_unaligned(value);
        next!(ip.add(1), fp, cx, acc, f, s)
    }
}

/// An address as decoding found it: `base + index * scale + disp`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Address {
    pub base: BasePlace,
    /// Where the index is, whether it is 32 bits to be sign-extended, and its scale.
    pub index: Option<(Place, bool, u32)>,
    pub disp: i32,
}

/// Where an address starts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum BasePlace {
    /// At what this holds.
    At(Place),
    /// At this offset in the frame.
    Local(u32),
}

/// A handler that is generic in its address mode.
pub(crate) trait ByMode {
    fn with<M: Mode>(&self) -> Handler;
}

/// The handler for an address, and its operands `b`, `c`, `d`.
pub(crate) fn pick_mode(address: &Address, by: &impl ByMode) -> (Handler, [u32; 3]) {
    let base = match address.base {
        BasePlace::Local(at) => {
            return (by.with::<Local>(), [at.wrapping_add(address.disp as u32), 0, 0]);
        }
        BasePlace::At(base) => base,
    };
    let Some((index, signed, scale)) = address.index else {
        let handler = match base {
            Place::Last(_) => by.with::<Base<Last>>(),
            _ => by.with::<Base<Reg>>(),
        };
        return (handler, [base.field(), 0, address.disp as u32]);
    };
    let handler = match (base, index, signed) {
        (Place::Last(_), _, false) => scaled::<Last, Word<Reg>>(by, scale),
        (Place::Last(_), _, true) => scaled::<Last, Signed32<Reg>>(by, scale),
        (_, Place::Last(_), false) => scaled::<Reg, Word<Last>>(by, scale),
        (_, Place::Last(_), true) => scaled::<Reg, Signed32<Last>>(by, scale),
        (_, _, false) => scaled::<Reg, Word<Reg>>(by, scale),
        (_, _, true) => scaled::<Reg, Signed32<Reg>>(by, scale),
    };
    (handler, [base.field(), index.field(), address.disp as u32])
}

fn scaled<B: Src, I: Index>(by: &impl ByMode, scale: u32) -> Handler {
    match scale {
        1 => by.with::<Indexed<B, I, 1>>(),
        2 => by.with::<Indexed<B, I, 2>>(),
        4 => by.with::<Indexed<B, I, 4>>(),
        _ => by.with::<Indexed<B, I, 8>>(),
    }
}

/// What a load does with what it reads.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Loaded {
    /// An integer of this many bits: 8, 16, 32 or 64.
    Int(u32),
    /// A sign extension from and to these many bits.
    Sext(u32, u32),
    F32,
    F64,
    /// 16 bytes.
    Vector,
}

impl ByMode for Loaded {
    fn with<M: Mode>(&self) -> Handler {
        use super::float;
        match *self {
            Loaded::Int(8) => load::<int::Copy<u8>, M>,
            Loaded::Int(16) => load::<int::Copy<u16>, M>,
            Loaded::Int(32) => load::<int::Copy<u32>, M>,
            Loaded::Int(_) => load::<int::Copy<u64>, M>,
            Loaded::Sext(8, 16) => load::<int::Sext8To16, M>,
            Loaded::Sext(8, 32) => load::<int::Sext8To32, M>,
            Loaded::Sext(8, _) => load::<int::Sext8To64, M>,
            Loaded::Sext(16, 32) => load::<int::Sext16To32, M>,
            Loaded::Sext(16, _) => load::<int::Sext16To64, M>,
            Loaded::Sext(_, _) => load::<int::Sext32To64, M>,
            Loaded::F32 => load::<float::Copy<f32>, M>,
            Loaded::F64 => load::<float::Copy<f64>, M>,
            Loaded::Vector => load_16::<M>,
        }
    }
}

/// What a store writes, and where that comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Stored {
    pub what: Loaded,
    pub from: Place,
}

impl ByMode for Stored {
    fn with<M: Mode>(&self) -> Handler {
        macro_rules! int {
            ($t:ident) => {
                match self.from {
                    Place::Reg(_) => store::<$t, Reg, M>,
                    Place::Imm(_) => store::<$t, Imm, M>,
                    Place::Last(_) => store::<$t, Last, M>,
                }
            };
        }
        macro_rules! float {
            ($t:ident) => {
                match self.from {
                    Place::Last(_) => store::<$t, Last, M>,
                    _ => store::<$t, Reg, M>,
                }
            };
        }
        match self.what {
            Loaded::Int(8) => int!(u8),
            Loaded::Int(16) => int!(u16),
            Loaded::Int(32) => int!(u32),
            Loaded::F32 => float!(f32),
            Loaded::F64 => float!(f64),
            Loaded::Vector => store_16::<M>,
            _ => int!(u64),
        }
    }
}

/// Computes the address itself.
pub(crate) struct Compute;

impl ByMode for Compute {
    fn with<M: Mode>(&self) -> Handler {
        address::<M>
    }
}

/// The handler of [`step`].
pub(crate) fn pick_step(base: Place, index: Place, signed: bool) -> Handler {
    match (base, index, signed) {
        (Place::Last(_), _, false) => step::<Last, Word<Reg>>,
        (Place::Last(_), _, true) => step::<Last, Signed32<Reg>>,
        (_, Place::Last(_), false) => step::<Reg, Word<Last>>,
        (_, Place::Last(_), true) => step::<Reg, Signed32<Last>>,
        (_, _, false) => step::<Reg, Word<Reg>>,
        (_, _, true) => step::<Reg, Signed32<Reg>>,
    }
}
