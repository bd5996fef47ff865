//! What is known of stack variables that are not in memory.

use alloc::vec::Vec;

use bareflow_ir::{Operand, TypeId, ValueId};
use cranelift_frontend::Variable;

/// A place in a stack variable.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    pub(super) variable: u32,
    pub(super) offset: i64,
}

/// A stack variable.
#[derive(Debug)]
pub(super) struct StackVariable {
    pub(super) id: ValueId,
    /// It stays in memory.
    pub(super) fixed: bool,
    /// By offset.
    pub(super) slices: Vec<Slice>,
}

#[derive(Clone, Debug)]
pub(super) struct Slice {
    pub(super) offset: i64,
    pub(super) size: i64,
    pub(super) ty: TypeId,
    pub(super) vars: Vec<Variable>,
}

/// A block of bytes that is copied between two stack variables.
#[derive(Clone, Copy, Debug)]
pub(super) struct Copy {
    pub(super) to: Place,
    pub(super) from: Place,
    pub(super) size: i64,
}

/// Which allocas are not in memory.
#[derive(Debug, Default)]
pub(crate) struct Promotion {
    pub(super) variables: Vec<StackVariable>,
    /// Where each value points, if it points into a stack variable.
    pub(super) places: Vec<Option<Place>>,
}

impl Promotion {
    /// The place of a pointer into a variable that is not in memory.
    pub(super) fn promoted(&self, operand: Operand) -> Option<Place> {
        self.place(operand).filter(|place| !self.variables[place.variable as usize].fixed)
    }
}

impl StackVariable {
    pub(super) fn slice(&self, offset: i64) -> Option<&Slice> {
        self.slices.iter().find(|slice| slice.offset == offset)
    }
}
