//! Vectors of 8, 16, 32 and 64-bit lanes: arithmetic by chunks of 16 bytes (or one of 8), which
//! the compiler turns into vector instructions.
//!
//! A vector in a frame takes whole words and, from two words on, whole chunks, so lanes beyond
//! the last one are computed with as well; nobody looks at them.

use bareflow_ir::{BinaryOp, FloatPredicate, IntPredicate};

use super::shape::{Binary, Unary, Val};
use super::{float, handlers, int, next, read, slow, write};
use crate::machine::{Fp, Handler};
use crate::value::{Format, Lane, Overflow};

#[inline(always)]
unsafe fn map_one<O: Unary, const N: usize>(fp: Fp, to: u32, from: u32) {
    // SAFETY: the caller's.
    unsafe {
        let x = read::<[O::In; N]>(fp, from);
        let out: [O::Out; N] = core::array::from_fn(|lane| O::run(x[lane]));
        write(fp, to, out);
    }
}

#[inline(always)]
unsafe fn map_two<O: Binary, const N: usize>(fp: Fp, to: u32, left: u32, right: u32) {
    // SAFETY: the caller's.
    unsafe {
        let (x, y) = (read::<[O::In; N]>(fp, left), read::<[O::In; N]>(fp, right));
        let out: [O::Out; N] = core::array::from_fn(|lane| O::run(x[lane], y[lane]));
        write(fp, to, out);
    }
}

handlers! {
    /// `a = O(b)`, one chunk.
    fn unary<O: Unary>[const N: usize](ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        map_one::<O, N>(fp, inst.a, inst.b);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// `a = O(b)`, `d` chunks of `N` lanes.
    fn unary_many<O: Unary>[const N: usize](ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        for chunk in 0..inst.d {
            let (to, from) = (chunk * size_of::<[O::Out; N]>() as u32, chunk * size_of::<[O::In; N]>() as u32);
            map_one::<O, N>(fp, inst.a + to, inst.b + from);
        }
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// `a = O(b, c)`, one chunk.
    fn binary<O: Binary>[const N: usize](ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        map_two::<O, N>(fp, inst.a, inst.b, inst.c);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// `a = O(b, c)`, `d` chunks.
    fn binary_many<O: Binary>[const N: usize](ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        for chunk in 0..inst.d {
            let at = chunk * size_of::<[O::In; N]>() as u32;
            map_two::<O, N>(fp, inst.a + at, inst.b + at, inst.c + at);
        }
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// Bits: lane `i` of `a` is `O(b, c)` of lanes `i`; `d` lanes, 64 at most.
    fn compare<O: Binary>[const N: usize](ip, fp, cx, acc, f, s) {
        let _ = acc;
        let inst = &*ip;
        let mut bits = 0u64;
        let mut lane = 0;
        while lane < inst.d {
            let at = lane * size_of::<O::In>() as u32;
            let (x, y) = (read::<[O::In; N]>(fp, inst.b + at), read::<[O::In; N]>(fp, inst.c + at));
            for index in 0..N {
                bits |= u64::from(O::run(x[index], y[index]).bit()) << (lane + index as u32);
            }
            lane += N as u32;
        }
        let bits = bits & (u64::MAX >> (64 - inst.d));
        bits.put(fp, inst.a);
        next!(ip.add(1), fp, cx, bits, f, s)
    }

    /// Lane `i` of `a` is that of `c` where bit `i` of `b` is set, and that of `d` elsewhere;
    /// as many lanes as the number behind says.
    fn select<T: Val>[const N: usize](ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let mut bits = read::<u64>(fp, inst.b);
        let lanes = *slow::operands(ip);
        let mut lane = 0;
        while lane < lanes {
            let at = lane * size_of::<T>() as u32;
            let (x, y) = (read::<[T; N]>(fp, inst.c + at), read::<[T; N]>(fp, inst.d + at));
            let out: [T; N] = core::array::from_fn(|index| {
                if bits >> index & 1 != 0 { x[index] } else { y[index] }
            });
            write(fp, inst.a + at, out);
            bits >>= N;
            lane += N as u32;
        }
        next!(ip.add(2), fp, cx, acc, f, s)
    }

    /// Lane `i` of `a` is what lies at the place numbered `i` behind the instruction.
    fn gather<T: Val>[const N: usize](ip, fp, cx, acc, f, s) {
        let places = slow::operands(ip);
        let out: [T; N] = core::array::from_fn(|lane| read::<T>(fp, *places.add(lane)));
        write(fp, (*ip).a, out);
        next!(ip.add(1 + N.div_ceil(6)), fp, cx, acc, f, s)
    }

    /// All lanes of `a` are `b`.
    fn splat<T: Val>[const N: usize](ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        write(fp, inst.a, [read::<T>(fp, inst.b); N]);
        next!(ip.add(1), fp, cx, acc, f, s)
    }
}

handlers! {
    /// `a` = all `d` lanes of `b` combined by `O`.
    fn reduce<O: Reduce>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let mut sum = read::<O::Of>(fp, inst.b);
        for lane in 1..inst.d {
            sum = O::run(sum, read(fp, inst.b + lane * size_of::<O::Of>() as u32));
        }
        sum.put(fp, inst.a);
        let (acc, f, s) = sum.keep(acc, f, s);
        next!(ip.add(1), fp, cx, acc, f, s)
    }

    /// `a` = `c` and all `d` lanes of `b`, combined by `O` in order.
    fn reduce_from<O: Reduce>(ip, fp, cx, acc, f, s) {
        let inst = &*ip;
        let mut sum = read::<O::Of>(fp, inst.c);
        for lane in 0..inst.d {
            sum = O::run(sum, read(fp, inst.b + lane * size_of::<O::Of>() as u32));
        }
        sum.put(fp, inst.a);
        let (acc, f, s) = sum.keep(acc, f, s);
        next!(ip.add(1), fp, cx, acc, f, s)
    }
}

/// An operation that lanes are combined by.
pub(crate) trait Reduce: 'static {
    type Of: Val;
    fn run(left: Self::Of, right: Self::Of) -> Self::Of;
}

impl<T: Val, O: Binary<In = T, Out = T>> Reduce for O {
    type Of = T;
    #[inline(always)]
    fn run(left: T, right: T) -> T {
        O::run(left, right)
    }
}

/// A handler, and what its operand `d` is.
pub(crate) type Picked = (Handler, u32);

fn two<O: Binary, const N: usize, const HALF: usize>(bytes: u32) -> Picked {
    match bytes {
        8 => (binary::<O, HALF>, 1),
        16 => (binary::<O, N>, 1),
        _ => (binary_many::<O, N>, bytes / 16),
    }
}

fn one<O: Unary, const N: usize, const HALF: usize>(bytes: u32) -> Picked {
    match bytes {
        8 => (unary::<O, HALF>, 1),
        16 => (unary::<O, N>, 1),
        _ => (unary_many::<O, N>, bytes / 16),
    }
}

/// Calls `$pick::<$op<T>, lanes in 16 bytes, lanes in 8>` for integer lanes of some bits.
macro_rules! by_lane {
    ($bits:expr, $pick:ident, $op:ident, $($arg:expr),*) => {
        match $bits {
            8 => Some($pick::<int::$op<u8>, 16, 8>($($arg),*)),
            16 => Some($pick::<int::$op<u16>, 8, 4>($($arg),*)),
            32 => Some($pick::<int::$op<u32>, 4, 2>($($arg),*)),
            64 => Some($pick::<int::$op<u64>, 2, 1>($($arg),*)),
            _ => None,
        }
    };
}

/// The same for float lanes.
macro_rules! by_float {
    ($lane:expr, $pick:ident, $op:ident, $($arg:expr),*) => {
        match $lane {
            Lane::Float(Format::F32) => Some($pick::<float::$op<f32>, 4, 2>($($arg),*)),
            Lane::Float(Format::F64) => Some($pick::<float::$op<f64>, 2, 1>($($arg),*)),
            _ => None,
        }
    };
}

/// The handler of arithmetic on lanes, in a frame of `bytes`.
pub(crate) fn arithmetic(op: BinaryOp, lane: Lane, bytes: u32) -> Option<Picked> {
    let bits = if let Lane::Int(bits) = lane { bits } else { 0 };
    match op {
        BinaryOp::Add => by_lane!(bits, two, Add, bytes),
        BinaryOp::Sub => by_lane!(bits, two, Sub, bytes),
        BinaryOp::Mul => by_lane!(bits, two, Mul, bytes),
        BinaryOp::And => by_lane!(bits, two, And, bytes),
        BinaryOp::Or => by_lane!(bits, two, Or, bytes),
        BinaryOp::Xor => by_lane!(bits, two, Xor, bytes),
        BinaryOp::Shl => by_lane!(bits, two, Shl, bytes),
        BinaryOp::LShr => by_lane!(bits, two, LShr, bytes),
        BinaryOp::AShr => by_lane!(bits, two, AShr, bytes),
        BinaryOp::FAdd => by_float!(lane, two, Add, bytes),
        BinaryOp::FSub => by_float!(lane, two, Sub, bytes),
        BinaryOp::FMul => by_float!(lane, two, Mul, bytes),
        BinaryOp::FDiv => by_float!(lane, two, Div, bytes),
        // These may trap or are functions: lane by lane.
        BinaryOp::UDiv | BinaryOp::SDiv | BinaryOp::URem | BinaryOp::SRem | BinaryOp::FRem => None,
    }
}

/// The handler of a choice between lanes: the left one if the comparison holds.
pub(crate) fn choice(pred: IntPredicate, bits: u32, bytes: u32) -> Option<Picked> {
    match pred {
        IntPredicate::Sle => by_lane!(bits, two, SMin, bytes),
        IntPredicate::Sge => by_lane!(bits, two, SMax, bytes),
        IntPredicate::Ule => by_lane!(bits, two, UMin, bytes),
        IntPredicate::Uge => by_lane!(bits, two, UMax, bytes),
        _ => None,
    }
}

/// The handler of saturating arithmetic on lanes.
pub(crate) fn saturating(op: Overflow, bits: u32, bytes: u32) -> Option<Picked> {
    match op {
        Overflow::UAdd => by_lane!(bits, two, UAddSat, bytes),
        Overflow::USub => by_lane!(bits, two, USubSat, bytes),
        Overflow::SAdd => by_lane!(bits, two, SAddSat, bytes),
        Overflow::SSub => by_lane!(bits, two, SSubSat, bytes),
        _ => None,
    }
}

/// The handler of a negation of float lanes.
pub(crate) fn negate(lane: Lane, bytes: u32) -> Option<Picked> {
    by_float!(lane, one, Negate, bytes)
}

/// The handler of a unary operation on float lanes.
pub(crate) fn float_unary(
    op: crate::value::float::Unary,
    lane: Lane,
    bytes: u32,
) -> Option<Picked> {
    use crate::value::float::Unary;
    match op {
        Unary::Negate => negate(lane, bytes),
        Unary::Absolute => by_float!(lane, one, Absolute, bytes),
        Unary::Sqrt => by_float!(lane, one, Root, bytes),
        _ => None,
    }
}

/// The handler of a unary operation on integer lanes.
pub(crate) fn int_unary(op: crate::value::int::Unary, bits: u32, bytes: u32) -> Option<Picked> {
    use crate::value::int::Unary;
    match op {
        Unary::Ones => by_lane!(bits, one, Ones, bytes),
        Unary::Absolute => by_lane!(bits, one, Absolute, bytes),
        Unary::Swap => by_lane!(bits, one, Swap, bytes),
        _ => None,
    }
}

fn comparing<O: Binary<Out = bool>, const N: usize, const HALF: usize>(bytes: u32) -> Handler {
    if bytes == 8 { compare::<O, HALF> } else { compare::<O, N> }
}

/// The handler of a comparison of integer lanes.
pub(crate) fn int_compare(pred: IntPredicate, bits: u32, bytes: u32) -> Option<Handler> {
    match pred {
        IntPredicate::Eq => by_lane!(bits, comparing, Eq, bytes),
        IntPredicate::Ne => by_lane!(bits, comparing, Ne, bytes),
        IntPredicate::Ugt => by_lane!(bits, comparing, Ugt, bytes),
        IntPredicate::Uge => by_lane!(bits, comparing, Uge, bytes),
        IntPredicate::Ult => by_lane!(bits, comparing, Ult, bytes),
        IntPredicate::Ule => by_lane!(bits, comparing, Ule, bytes),
        IntPredicate::Sgt => by_lane!(bits, comparing, Sgt, bytes),
        IntPredicate::Sge => by_lane!(bits, comparing, Sge, bytes),
        IntPredicate::Slt => by_lane!(bits, comparing, Slt, bytes),
        IntPredicate::Sle => by_lane!(bits, comparing, Sle, bytes),
    }
}

fn comparing_double<O: Binary<Out = bool>>(_: u32) -> Handler {
    compare::<O, 2>
}

fn comparing_single<O: Binary<Out = bool>>(bytes: u32) -> Handler {
    comparing::<O, 4, 2>(bytes)
}

/// The handler of a comparison of float lanes.
pub(crate) fn float_compare(pred: FloatPredicate, lane: Lane, bytes: u32) -> Option<Handler> {
    match lane {
        Lane::Float(Format::F64) if bytes >= 16 => {
            Some(float::by_predicate!(pred, f64, comparing_double, bytes))
        }
        Lane::Float(Format::F32) => Some(float::by_predicate!(pred, f32, comparing_single, bytes)),
        _ => None,
    }
}

/// The handler of a choice between lanes by bits.
pub(crate) fn selection(bits: u32, bytes: u32) -> Option<Handler> {
    Some(match (bits, bytes) {
        (8, 8) => select::<u8, 8>,
        (8, _) => select::<u8, 16>,
        (16, 8) => select::<u16, 4>,
        (16, _) => select::<u16, 8>,
        (32, 8) => select::<u32, 2>,
        (32, _) => select::<u32, 4>,
        (64, 8) => select::<u64, 1>,
        (64, _) => select::<u64, 2>,
        _ => return None,
    })
}

/// The handler that gathers lanes of so many bytes from anywhere in the frame.
pub(crate) fn gathering(size: u32, lanes: usize) -> Option<Handler> {
    Some(match (size, lanes) {
        (1, 4) => gather::<u8, 4>,
        (1, 8) => gather::<u8, 8>,
        (1, 16) => gather::<u8, 16>,
        (2, 2) => gather::<u16, 2>,
        (2, 4) => gather::<u16, 4>,
        (2, 8) => gather::<u16, 8>,
        (4, 2) => gather::<u32, 2>,
        (4, 4) => gather::<u32, 4>,
        (4, 8) => gather::<u32, 8>,
        (8, 2) => gather::<u64, 2>,
        (8, 4) => gather::<u64, 4>,
        _ => return None,
    })
}

/// The handler that fills lanes of so many bytes with one value.
pub(crate) fn splatting(size: u32, lanes: usize) -> Option<Handler> {
    Some(match (size, lanes) {
        (1, 8) => splat::<u8, 8>,
        (1, 16) => splat::<u8, 16>,
        (2, 4) => splat::<u16, 4>,
        (2, 8) => splat::<u16, 8>,
        (4, 2) => splat::<u32, 2>,
        (4, 4) => splat::<u32, 4>,
        (8, 2) => splat::<u64, 2>,
        _ => return None,
    })
}

fn converting<O: Unary>(lanes: u32) -> Option<Picked> {
    match lanes {
        2 => Some((unary::<O, 2>, 1)),
        4 => Some((unary::<O, 4>, 1)),
        lanes if lanes.is_multiple_of(4) => Some((unary_many::<O, 4>, lanes / 4)),
        lanes if lanes.is_multiple_of(2) => Some((unary_many::<O, 2>, lanes / 2)),
        _ => None,
    }
}

/// The handler of a conversion between lanes.
pub(crate) fn conversion(
    op: bareflow_ir::CastOp,
    from: Lane,
    to: Lane,
    lanes: u32,
) -> Option<Picked> {
    use super::widths as w;
    use bareflow_ir::CastOp as C;
    use float as f;
    let single = Lane::Float(Format::F32);
    let double = Lane::Float(Format::F64);
    match (op, from, to) {
        (C::ZExt, Lane::Int(8), Lane::Int(16)) => converting::<w::Zext8To16>(lanes),
        (C::ZExt, Lane::Int(8), Lane::Int(32)) => converting::<w::Zext8To32>(lanes),
        (C::ZExt, Lane::Int(8), Lane::Int(64)) => converting::<w::Zext8To64>(lanes),
        (C::ZExt, Lane::Int(16), Lane::Int(32)) => converting::<w::Zext16To32>(lanes),
        (C::ZExt, Lane::Int(16), Lane::Int(64)) => converting::<w::Zext16To64>(lanes),
        (C::ZExt, Lane::Int(32), Lane::Int(64)) => converting::<w::Zext32To64>(lanes),
        (C::SExt, Lane::Int(8), Lane::Int(16)) => converting::<int::Sext8To16>(lanes),
        (C::SExt, Lane::Int(8), Lane::Int(32)) => converting::<int::Sext8To32>(lanes),
        (C::SExt, Lane::Int(8), Lane::Int(64)) => converting::<int::Sext8To64>(lanes),
        (C::SExt, Lane::Int(16), Lane::Int(32)) => converting::<int::Sext16To32>(lanes),
        (C::SExt, Lane::Int(16), Lane::Int(64)) => converting::<int::Sext16To64>(lanes),
        (C::SExt, Lane::Int(32), Lane::Int(64)) => converting::<int::Sext32To64>(lanes),
        (C::Trunc, Lane::Int(16), Lane::Int(8)) => converting::<w::Trunc16To8>(lanes),
        (C::Trunc, Lane::Int(32), Lane::Int(8)) => converting::<w::Trunc32To8>(lanes),
        (C::Trunc, Lane::Int(64), Lane::Int(8)) => converting::<w::Trunc64To8>(lanes),
        (C::Trunc, Lane::Int(32), Lane::Int(16)) => converting::<w::Trunc32To16>(lanes),
        (C::Trunc, Lane::Int(64), Lane::Int(16)) => converting::<w::Trunc64To16>(lanes),
        (C::Trunc, Lane::Int(64), Lane::Int(32)) => converting::<w::Trunc64To32>(lanes),
        (C::FpExt, from, to) if (from, to) == (single, double) => converting::<f::Widen>(lanes),
        (C::FpTrunc, from, to) if (from, to) == (double, single) => converting::<f::Narrow>(lanes),
        (C::SiToFp, Lane::Int(32), to) if to == single => converting::<f::S32ToF32>(lanes),
        (C::SiToFp, Lane::Int(32), to) if to == double => converting::<f::S32ToF64>(lanes),
        (C::SiToFp, Lane::Int(64), to) if to == double => converting::<f::S64ToF64>(lanes),
        (C::UiToFp, Lane::Int(32), to) if to == double => converting::<f::U32ToF64>(lanes),
        (C::UiToFp, Lane::Int(64), to) if to == double => converting::<f::U64ToF64>(lanes),
        (C::FpToSi, from, Lane::Int(32)) if from == single => converting::<f::F32ToS32>(lanes),
        (C::FpToSi, from, Lane::Int(32)) if from == double => converting::<f::F64ToS32>(lanes),
        (C::FpToSi, from, Lane::Int(64)) if from == double => converting::<f::F64ToS64>(lanes),
        _ => None,
    }
}

fn reducing<O: Reduce, const N: usize, const HALF: usize>() -> Handler {
    reduce::<O>
}

/// The handler that combines integer lanes.
pub(crate) fn int_reduction(op: super::lanes::LaneOp, bits: u32) -> Option<Handler> {
    use super::lanes::LaneOp as L;
    match op {
        L::Int(BinaryOp::Add) => by_lane!(bits, reducing, Add,),
        L::Int(BinaryOp::Mul) => by_lane!(bits, reducing, Mul,),
        L::Int(BinaryOp::And) => by_lane!(bits, reducing, And,),
        L::Int(BinaryOp::Or) => by_lane!(bits, reducing, Or,),
        L::Int(BinaryOp::Xor) => by_lane!(bits, reducing, Xor,),
        L::Choose(IntPredicate::Sle) => by_lane!(bits, reducing, SMin,),
        L::Choose(IntPredicate::Sge) => by_lane!(bits, reducing, SMax,),
        L::Choose(IntPredicate::Ule) => by_lane!(bits, reducing, UMin,),
        L::Choose(IntPredicate::Uge) => by_lane!(bits, reducing, UMax,),
        _ => None,
    }
}

/// The handler that combines float lanes in order, from a start value.
pub(crate) fn float_reduction(op: super::lanes::LaneOp, lane: Lane) -> Option<Handler> {
    use super::lanes::LaneOp as L;
    match (op, lane) {
        (L::Float(BinaryOp::FAdd), Lane::Float(Format::F32)) => {
            Some(reduce_from::<float::Add<f32>>)
        }
        (L::Float(BinaryOp::FAdd), Lane::Float(Format::F64)) => {
            Some(reduce_from::<float::Add<f64>>)
        }
        (L::Float(BinaryOp::FMul), Lane::Float(Format::F32)) => {
            Some(reduce_from::<float::Mul<f32>>)
        }
        (L::Float(BinaryOp::FMul), Lane::Float(Format::F64)) => {
            Some(reduce_from::<float::Mul<f64>>)
        }
        _ => None,
    }
}
