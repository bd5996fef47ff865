//! The numbers that stand for operations, predicates, orderings and flags: the other direction
//! of the reader's.

use bareflow_ir::{
    BinaryOp, CastOp, FastMath, FloatPredicate, IntPredicate, Linkage, Ordering, RmwOp, WrapFlags,
};

/// A conversion.
pub(super) const fn cast(op: CastOp) -> u64 {
    match op {
        CastOp::Trunc => 0,
        CastOp::ZExt => 1,
        CastOp::SExt => 2,
        CastOp::FpToUi => 3,
        CastOp::FpToSi => 4,
        CastOp::UiToFp => 5,
        CastOp::SiToFp => 6,
        CastOp::FpTrunc => 7,
        CastOp::FpExt => 8,
        CastOp::PtrToInt => 9,
        CastOp::IntToPtr => 10,
        CastOp::Bitcast => 11,
    }
}

/// Arithmetic; integers and floats share numbers.
pub(super) const fn binary(op: BinaryOp) -> u64 {
    match op {
        BinaryOp::Add | BinaryOp::FAdd => 0,
        BinaryOp::Sub | BinaryOp::FSub => 1,
        BinaryOp::Mul | BinaryOp::FMul => 2,
        BinaryOp::UDiv => 3,
        BinaryOp::SDiv | BinaryOp::FDiv => 4,
        BinaryOp::URem => 5,
        BinaryOp::SRem | BinaryOp::FRem => 6,
        BinaryOp::Shl => 7,
        BinaryOp::LShr => 8,
        BinaryOp::AShr => 9,
        BinaryOp::And => 10,
        BinaryOp::Or => 11,
        BinaryOp::Xor => 12,
    }
}

/// The promises of an operation. No operation knows all three: what is exact has no others.
pub(super) const fn wrap(flags: WrapFlags) -> u64 {
    flags.nuw as u64 | (flags.nsw as u64) << 1 | flags.exact as u64
}

/// Freedom of float arithmetic.
pub(super) const fn fast_math(fast: FastMath) -> u64 {
    (fast.nnan as u64) << 1
        | (fast.ninf as u64) << 2
        | (fast.nsz as u64) << 3
        | (fast.arcp as u64) << 4
        | (fast.contract as u64) << 5
        | (fast.afn as u64) << 6
        | (fast.reassoc as u64) << 7
}

/// A comparison of integers or pointers.
pub(super) const fn int_predicate(pred: IntPredicate) -> u64 {
    match pred {
        IntPredicate::Eq => 32,
        IntPredicate::Ne => 33,
        IntPredicate::Ugt => 34,
        IntPredicate::Uge => 35,
        IntPredicate::Ult => 36,
        IntPredicate::Ule => 37,
        IntPredicate::Sgt => 38,
        IntPredicate::Sge => 39,
        IntPredicate::Slt => 40,
        IntPredicate::Sle => 41,
    }
}

/// A comparison of floats.
pub(super) const fn float_predicate(pred: FloatPredicate) -> u64 {
    match pred {
        FloatPredicate::False => 0,
        FloatPredicate::Oeq => 1,
        FloatPredicate::Ogt => 2,
        FloatPredicate::Oge => 3,
        FloatPredicate::Olt => 4,
        FloatPredicate::Ole => 5,
        FloatPredicate::One => 6,
        FloatPredicate::Ord => 7,
        FloatPredicate::Uno => 8,
        FloatPredicate::Ueq => 9,
        FloatPredicate::Ugt => 10,
        FloatPredicate::Uge => 11,
        FloatPredicate::Ult => 12,
        FloatPredicate::Ule => 13,
        FloatPredicate::Une => 14,
        FloatPredicate::True => 15,
    }
}

/// A memory ordering.
pub(super) const fn ordering(ordering: Ordering) -> u64 {
    match ordering {
        Ordering::Unordered => 1,
        Ordering::Monotonic => 2,
        Ordering::Acquire => 3,
        Ordering::Release => 4,
        Ordering::AcqRel => 5,
        Ordering::SeqCst => 6,
    }
}

/// An atomic read-modify-write operation.
pub(super) const fn rmw(op: RmwOp) -> u64 {
    match op {
        RmwOp::Xchg => 0,
        RmwOp::Add => 1,
        RmwOp::Sub => 2,
        RmwOp::And => 3,
        RmwOp::Nand => 4,
        RmwOp::Or => 5,
        RmwOp::Xor => 6,
        RmwOp::Max => 7,
        RmwOp::Min => 8,
        RmwOp::UMax => 9,
        RmwOp::UMin => 10,
        RmwOp::FAdd => 11,
        RmwOp::FSub => 12,
        RmwOp::FMax => 13,
        RmwOp::FMin => 14,
        RmwOp::UIncWrap => 15,
        RmwOp::UDecWrap => 16,
        RmwOp::USubCond => 17,
        RmwOp::USubSat => 18,
    }
}

/// Who sees a symbol.
pub(super) const fn linkage(linkage: Linkage) -> u64 {
    match linkage {
        Linkage::External => 0,
        Linkage::Appending => 2,
        Linkage::Internal => 3,
        Linkage::ExternWeak => 7,
        Linkage::Common => 8,
        Linkage::AvailableExternally => 12,
        Linkage::Weak => 16,
        Linkage::LinkOnce => 18,
    }
}

/// Alignment in bytes as its logarithm plus one; 0 when not given.
pub(super) const fn alignment(align: u32) -> u64 {
    match align {
        0 => 0,
        bytes => bytes.trailing_zeros() as u64 + 1,
    }
}
