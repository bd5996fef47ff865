//! Stack variables kept in registers.

use alloc::vec::Vec;

use bareflow_ir::{Operand, TypeId, ValueId};
use cranelift_codegen::ir::Value;

use super::lower::{Lower, Res};

/// Which allocas are not in memory.
#[derive(Debug, Default)]
pub(super) struct Promotion {}

impl Lower<'_, '_> {
    pub(super) fn plan_promotion(&mut self, _order: &super::order::Order) {}

    pub(super) fn start_promotion(&mut self) -> Res<()> {
        Ok(())
    }

    pub(super) fn is_promoted(&self, _id: ValueId) -> bool {
        false
    }

    pub(super) fn promoted_load(&mut self, _ptr: Operand, _ty: TypeId) -> Res<Option<Vec<Value>>> {
        Ok(None)
    }

    pub(super) fn promoted_store(&mut self, _ptr: Operand, _value: Operand) -> Res<bool> {
        Ok(false)
    }
}
