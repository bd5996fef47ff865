//! Attributes of functions, parameters, arguments and results.

use crate::TypeId;

/// How a narrow integer argument or result fills its register.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Extension {
    /// The upper bits are undefined.
    #[default]
    None,
    /// Filled with zeros.
    Zero,
    /// Filled with the sign.
    Sign,
}

/// Attributes of a parameter, argument or result that change how it is passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ParamAttrs {
    /// Passed as a copy on the stack, of this type; the value is its address.
    pub byval: Option<TypeId>,
    /// Alignment in bytes of the `byval` copy or the `sret` address; 0 when not given.
    pub align: u32,
    /// The address where the result is to be stored, of this type.
    pub sret: Option<TypeId>,
    /// How a narrow integer is extended.
    pub ext: Extension,
    /// The static chain, which has a register of its own.
    pub nest: bool,
}

/// Attributes of a function that a compiler may want to know.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FunctionFlags {
    /// Never inline.
    pub noinline: bool,
    /// Always inline.
    pub alwaysinline: bool,
    /// Never returns.
    pub noreturn: bool,
    /// Called seldom.
    pub cold: bool,
    /// Make it small.
    pub optsize: bool,
    /// Not to be optimised at all.
    pub optnone: bool,
}
