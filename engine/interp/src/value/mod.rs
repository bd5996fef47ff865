//! What operations mean, as plain functions on bits.
//!
//! This is the reference for all widths and formats; the handlers in [`crate::op`] are faster
//! instances of it. An integer of up to 128 bits is a `u128`, zero-extended; wider ones are
//! limbs ([`wide`]); a float is its bits ([`float`]).

pub(crate) mod convert;
pub(crate) mod float;
pub(crate) mod int;
pub(crate) mod wide;

/// What a lane of a vector, or a scalar, is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lane {
    /// An integer or pointer of up to 128 bits.
    Int(u32),
    Float(Format),
}

/// Float formats.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Format {
    Half,
    BFloat,
    F32,
    F64,
}

impl Lane {
    /// Its width.
    pub fn bits(self) -> u32 {
        match self {
            Lane::Int(bits) => bits,
            Lane::Float(Format::Half | Format::BFloat) => 16,
            Lane::Float(Format::F32) => 32,
            Lane::Float(Format::F64) => 64,
        }
    }
}

/// The low `bits` (1 to 128) of `value`.
pub(crate) const fn low(value: u128, bits: u32) -> u128 {
    if bits >= 128 { value } else { value & ((1 << bits) - 1) }
}

/// The low `bits` (1 to 128) of `value` as a signed number.
pub(crate) const fn signed(value: u128, bits: u32) -> i128 {
    let shift = 128 - bits;
    (value << shift) as i128 >> shift
}

/// What operations can end with, if not with a value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub(crate) enum Fault {
    DivideByZero,
    DivideOverflow,
    Unreachable,
    Trapped,
    Unwind,
}

/// The name of an operation with overflow check.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Overflow {
    UAdd,
    USub,
    UMul,
    SAdd,
    SSub,
    SMul,
}
