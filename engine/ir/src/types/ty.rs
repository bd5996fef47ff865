//! One type.

use alloc::vec::Vec;

use crate::TypeId;

/// One type (LLVM Language Reference, "Type System").
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum Type {
    /// No value.
    Void,
    /// An integer of this many bits, 1 to 2^23.
    Int(u32),
    /// IEEE binary16.
    Half,
    /// Brain float: the upper half of a binary32.
    BFloat,
    /// IEEE binary32.
    Float,
    /// IEEE binary64.
    Double,
    /// The 80-bit extended format of the x87.
    X86Fp80,
    /// IEEE binary128.
    Fp128,
    /// An address. Typed pointers of older producers become this too.
    Ptr,
    /// `len` lanes of `elem`; `scalable` ones are not supported and never appear.
    Vector {
        /// Lane type: integer, float or pointer.
        elem: TypeId,
        /// Number of lanes, at least 1.
        len: u32,
    },
    /// `len` elements of `elem`, each at a multiple of its allocation size.
    Array {
        /// Element type.
        elem: TypeId,
        /// Number of elements; may be 0.
        len: u64,
    },
    /// A structure.
    Struct {
        /// Field types in order.
        fields: Vec<TypeId>,
        /// No padding between fields.
        packed: bool,
    },
    /// A structure whose body is not known.
    Opaque,
    /// The type of a function.
    Func {
        /// Result type.
        ret: TypeId,
        /// Types of the fixed parameters.
        params: Vec<TypeId>,
        /// Further arguments may follow.
        varargs: bool,
    },
    /// A basic block as operand.
    Label,
    /// A metadata operand; only calls of debug intrinsics have them.
    Metadata,
    /// A token.
    Token,
}
