//! The numbers that stand for operations, predicates, orderings and flags.

use alloc::format;

use bareflow_ir::{
    BinaryOp, CastOp, FastMath, FloatPredicate, IntPredicate, Ordering, RmwOp, WrapFlags,
};

use crate::error::Cause;

/// A conversion.
pub(crate) fn cast(number: u64) -> Result<CastOp, Cause> {
    Ok(match number {
        0 => CastOp::Trunc,
        1 => CastOp::ZExt,
        2 => CastOp::SExt,
        3 => CastOp::FpToUi,
        4 => CastOp::FpToSi,
        5 => CastOp::UiToFp,
        6 => CastOp::SiToFp,
        7 => CastOp::FpTrunc,
        8 => CastOp::FpExt,
        // The address of a pointer is all there is to it.
        9 | 13 => CastOp::PtrToInt,
        10 => CastOp::IntToPtr,
        11 => CastOp::Bitcast,
        12 => return Err(Cause::Unsupported("a conversion between address spaces".into())),
        _ => return Err(Cause::Malformed("an unknown conversion")),
    })
}

/// Arithmetic; some numbers mean another operation on floats.
pub(crate) fn binary(number: u64, float: bool) -> Result<BinaryOp, Cause> {
    Ok(match (number, float) {
        (0, true) => BinaryOp::FAdd,
        (1, true) => BinaryOp::FSub,
        (2, true) => BinaryOp::FMul,
        (4, true) => BinaryOp::FDiv,
        (6, true) => BinaryOp::FRem,
        (0, false) => BinaryOp::Add,
        (1, false) => BinaryOp::Sub,
        (2, false) => BinaryOp::Mul,
        (3, false) => BinaryOp::UDiv,
        (4, false) => BinaryOp::SDiv,
        (5, false) => BinaryOp::URem,
        (6, false) => BinaryOp::SRem,
        (7, false) => BinaryOp::Shl,
        (8, false) => BinaryOp::LShr,
        (9, false) => BinaryOp::AShr,
        (10, false) => BinaryOp::And,
        (11, false) => BinaryOp::Or,
        (12, false) => BinaryOp::Xor,
        _ => return Err(Cause::Malformed("an unknown arithmetic operation")),
    })
}

/// The promises of an integer operation.
pub(crate) fn wrap(op: BinaryOp, bits: u64) -> WrapFlags {
    match op {
        BinaryOp::Add | BinaryOp::Sub | BinaryOp::Mul | BinaryOp::Shl => {
            WrapFlags { nuw: bits & 1 != 0, nsw: bits & 2 != 0, exact: false }
        }
        BinaryOp::UDiv | BinaryOp::SDiv | BinaryOp::LShr | BinaryOp::AShr | BinaryOp::Or => {
            WrapFlags { exact: bits & 1 != 0, ..WrapFlags::default() }
        }
        _ => WrapFlags::default(),
    }
}

/// The promises of a conversion.
pub(crate) fn cast_wrap(op: CastOp, bits: u64) -> WrapFlags {
    match op {
        CastOp::Trunc => WrapFlags { nuw: bits & 1 != 0, nsw: bits & 2 != 0, exact: false },
        CastOp::ZExt | CastOp::UiToFp => WrapFlags { exact: bits & 1 != 0, ..WrapFlags::default() },
        _ => WrapFlags::default(),
    }
}

/// Freedom of float arithmetic.
pub(crate) fn fast_math(bits: u64) -> FastMath {
    // The lowest bit is how LLVM before 6 wrote "all of them".
    let bits = if bits & 1 != 0 { 0xFF } else { bits };
    FastMath {
        nnan: bits & 1 << 1 != 0,
        ninf: bits & 1 << 2 != 0,
        nsz: bits & 1 << 3 != 0,
        arcp: bits & 1 << 4 != 0,
        contract: bits & 1 << 5 != 0,
        afn: bits & 1 << 6 != 0,
        reassoc: bits & 1 << 7 != 0,
    }
}

/// A comparison of integers or pointers.
pub(crate) fn int_predicate(number: u64) -> Result<IntPredicate, Cause> {
    Ok(match number {
        32 => IntPredicate::Eq,
        33 => IntPredicate::Ne,
        34 => IntPredicate::Ugt,
        35 => IntPredicate::Uge,
        36 => IntPredicate::Ult,
        37 => IntPredicate::Ule,
        38 => IntPredicate::Sgt,
        39 => IntPredicate::Sge,
        40 => IntPredicate::Slt,
        41 => IntPredicate::Sle,
        _ => return Err(Cause::Malformed("an unknown integer comparison")),
    })
}

/// A comparison of floats.
pub(crate) fn float_predicate(number: u64) -> Result<FloatPredicate, Cause> {
    Ok(match number {
        0 => FloatPredicate::False,
        1 => FloatPredicate::Oeq,
        2 => FloatPredicate::Ogt,
        3 => FloatPredicate::Oge,
        4 => FloatPredicate::Olt,
        5 => FloatPredicate::Ole,
        6 => FloatPredicate::One,
        7 => FloatPredicate::Ord,
        8 => FloatPredicate::Uno,
        9 => FloatPredicate::Ueq,
        10 => FloatPredicate::Ugt,
        11 => FloatPredicate::Uge,
        12 => FloatPredicate::Ult,
        13 => FloatPredicate::Ule,
        14 => FloatPredicate::Une,
        15 => FloatPredicate::True,
        _ => return Err(Cause::Malformed("an unknown float comparison")),
    })
}

/// A memory ordering; `None` for a plain access.
pub(crate) fn ordering(number: u64) -> Result<Option<Ordering>, Cause> {
    Ok(Some(match number {
        0 => return Ok(None),
        1 => Ordering::Unordered,
        2 => Ordering::Monotonic,
        3 => Ordering::Acquire,
        4 => Ordering::Release,
        5 => Ordering::AcqRel,
        6 => Ordering::SeqCst,
        _ => return Err(Cause::Malformed("an unknown memory ordering")),
    }))
}

/// An atomic read-modify-write operation.
pub(crate) fn rmw(number: u64) -> Result<RmwOp, Cause> {
    Ok(match number {
        0 => RmwOp::Xchg,
        1 => RmwOp::Add,
        2 => RmwOp::Sub,
        3 => RmwOp::And,
        4 => RmwOp::Nand,
        5 => RmwOp::Or,
        6 => RmwOp::Xor,
        7 => RmwOp::Max,
        8 => RmwOp::Min,
        9 => RmwOp::UMax,
        10 => RmwOp::UMin,
        11 => RmwOp::FAdd,
        12 => RmwOp::FSub,
        13 => RmwOp::FMax,
        14 => RmwOp::FMin,
        15 => RmwOp::UIncWrap,
        16 => RmwOp::UDecWrap,
        17 => RmwOp::USubCond,
        18 => RmwOp::USubSat,
        _ => return Err(Cause::Unsupported(format!("atomicrmw operation {number}"))),
    })
}
