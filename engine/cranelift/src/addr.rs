//! Addresses in code that is being made.

use cranelift_codegen::ir::{GlobalValue, StackSlot, Value};

/// An address: a base and a distance that loads and stores take along for nothing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addr {
    pub(crate) base: Base,
    pub(crate) offset: i64,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Base {
    Value(Value),
    Stack(StackSlot),
    Symbol(GlobalValue),
}
