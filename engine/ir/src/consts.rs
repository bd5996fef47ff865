//! Constants.

use alloc::boxed::Box;

use crate::{
    AliasId, BinaryOp, BlockId, CastOp, ConstId, FloatPredicate, FuncId, GlobalId, IntPredicate,
    TypeId,
};

/// A constant with its type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Const {
    /// Its type.
    pub ty: TypeId,
    /// Its value.
    pub kind: ConstKind,
}

/// The value of a constant.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ConstKind {
    /// An integer of at most 64 bits, zero-extended (`i1 true` is 1).
    Int(u64),
    /// An integer of more than 64 bits: little-endian limbs, exactly `bits.div_ceil(64)`,
    /// zero-extended.
    Wide(Box<[u64]>),
    /// A half, bfloat, float or double: its bits, zero-extended.
    Float(u64),
    /// An 80-bit or 128-bit float: its bits.
    LongFloat(u128),
    /// All bits zero, of any type; the null pointer.
    Zero,
    /// Undefined: any value, a new one at each use.
    Undef,
    /// Poison.
    Poison,
    /// An array or vector of integers (8 to 64 bits) or floats, as it lies in memory:
    /// little-endian, no padding.
    Data(Box<[u8]>),
    /// A struct, array or vector by its members.
    Aggregate(Box<[ConstId]>),
    /// The address of a function.
    Func(FuncId),
    /// The address of a global variable.
    Global(GlobalId),
    /// What an alias stands for. Gone after [`crate::Module`]s are linked.
    Alias(AliasId),
    /// The address of a basic block, for `indirectbr`.
    BlockAddr(FuncId, BlockId),
    /// Computed from other constants once addresses are known.
    Expr(ConstExpr),
}

/// A constant expression. Operands come before their users in the table.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum ConstExpr {
    /// `base` (a pointer) plus `bytes`: every constant `getelementptr`.
    PtrAdd {
        /// The pointer.
        base: ConstId,
        /// Signed distance in bytes.
        bytes: i64,
    },
    /// A conversion to the type of the constant.
    Cast {
        /// Which one.
        op: CastOp,
        /// What is converted.
        value: ConstId,
    },
    /// An arithmetic operation.
    Binary {
        /// Which one.
        op: BinaryOp,
        /// Left operand.
        lhs: ConstId,
        /// Right operand.
        rhs: ConstId,
    },
    /// An integer or pointer comparison.
    ICmp {
        /// Which one.
        pred: IntPredicate,
        /// Left operand.
        lhs: ConstId,
        /// Right operand.
        rhs: ConstId,
    },
    /// A float comparison.
    FCmp {
        /// Which one.
        pred: FloatPredicate,
        /// Left operand.
        lhs: ConstId,
        /// Right operand.
        rhs: ConstId,
    },
    /// A choice.
    Select {
        /// The condition.
        cond: ConstId,
        /// Value if it is true.
        then: ConstId,
        /// Value if it is false.
        other: ConstId,
    },
}

impl ConstExpr {
    /// Calls `visit` with every operand.
    pub fn operands(&self, mut visit: impl FnMut(ConstId)) {
        match self {
            ConstExpr::PtrAdd { base, .. } => visit(*base),
            ConstExpr::Cast { value, .. } => visit(*value),
            ConstExpr::Binary { lhs, rhs, .. }
            | ConstExpr::ICmp { lhs, rhs, .. }
            | ConstExpr::FCmp { lhs, rhs, .. } => {
                visit(*lhs);
                visit(*rhs);
            }
            ConstExpr::Select { cond, then, other } => {
                visit(*cond);
                visit(*then);
                visit(*other);
            }
        }
    }
}
